/** The formats, and requests with bodies, for tests of `wrapFormats`. */
import { edn } from "../../src/formats/edn.ts";
import type { Format } from "../../src/formats/format.ts";
import { json } from "../../src/formats/json.ts";
import { messagePack } from "../../src/formats/message-pack.ts";
import { transit } from "../../src/formats/transit.ts";
import type { RequestMap } from "../../src/ring.ts";
import { requestMap } from "./request-map.ts";

export const allFormats: readonly Format[] = [json(), edn(), transit(), messagePack()];

/** What goes over the wire for some data. */
export function octets(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? new TextEncoder().encode(text) : text;
}

export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(" ", ""), "hex"));
}

/** A body that arrives in these pieces, each when it is asked for. */
export function bodyOf(...pieces: ReadonlyArray<string | Uint8Array>): ReadableStream<Uint8Array> {
  const left = pieces.map(octets);
  return new ReadableStream(
    {
      pull(controller) {
        const piece = left.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
}

/** A POST with a body of this type. */
export function posted(
  type: string,
  body: string | Uint8Array | ReadableStream<Uint8Array>,
  headers: Readonly<Record<string, string>> = {},
): RequestMap {
  const stream = body instanceof ReadableStream ? body : bodyOf(body);
  return requestMap("POST", "/", { headers: { "content-type": type, ...headers }, body: stream });
}
