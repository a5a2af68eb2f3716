/** A response map onto a response of node:http. */
import type { ServerResponse } from "node:http";
import { badShape } from "../response-shape.ts";
import type { ResponseMap } from "../ring.ts";

/**
 * Sends it. A stream is read no faster than the client takes it, and cancelled when the client goes away. Rejects when
 * the stream fails, or gives what are no octets: the connection is cut then, so that the client sees that the body is
 * not whole.
 */
export async function sendNode(res: ServerResponse, { status, headers, body }: ResponseMap): Promise<void> {
  if (res.destroyed) {
    if (body instanceof ReadableStream) body.cancel().catch(() => {});
    return;
  }
  res.statusCode = status;
  res.strictContentLength = true; // a stream that is not as long as its header says cuts the connection
  for (const [name, value] of Object.entries(headers)) {
    if (HOP_BY_HOP.includes(name) && res.req.httpVersionMajor >= 2) continue; // RFC 9113, 8.2.2: none there
    res.setHeader(name, value);
  }
  if (!(body instanceof ReadableStream)) {
    res.end(body ?? undefined);
    return;
  }
  res.flushHeaders(); // a stream may take its time to the first byte
  await pump(body, res);
}

const HOP_BY_HOP: readonly string[] = ["connection", "upgrade"];

async function pump(body: ReadableStream<unknown>, res: ServerResponse): Promise<void> {
  const reader = body.getReader();
  let gone = false;
  const leave = () => {
    gone = true;
    reader.cancel().catch(() => {}); // ends a read that is under way, too
  };
  res.once("close", leave);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (gone) return;
      if (done) break;
      if (!(value instanceof Uint8Array)) throw badShape("a stream's chunks must be Uint8Arrays: encode text first");
      if (!res.write(value)) await drained(res);
    }
    res.end();
  } catch (error) {
    if (gone) return;
    leave();
    throw error ?? new Error("the body stream failed, and did not say why");
  } finally {
    res.off("close", leave);
  }
}

/** Resolves when the client has taken what was written, or has gone; leaves no listener behind. */
function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off("drain", done).off("close", done);
      resolve();
    };
    res.on("drain", done).on("close", done);
  });
}
