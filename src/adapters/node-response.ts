/** A response map onto a response of node:http. */
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import type { ResponseMap } from "../ring.ts";

/**
 * Sends it. A stream is read no faster than the client takes it, and cancelled when the client goes away. Rejects when
 * the stream fails: the connection is cut then, so that the client sees that the body is not whole.
 */
export async function sendNode(res: ServerResponse, { status, headers, body }: ResponseMap): Promise<void> {
  if (res.destroyed) {
    if (body instanceof ReadableStream) await body.cancel().catch(() => {});
    return;
  }
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (!(body instanceof ReadableStream)) {
    res.end(body ?? undefined);
    return;
  }
  res.flushHeaders(); // a stream may take its time to the first byte
  try {
    await pipeline(Readable.fromWeb(body as NodeReadableStream<Uint8Array>), res);
  } catch (error) {
    if (!isClientGone(error)) throw error;
  }
}

function isClientGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}
