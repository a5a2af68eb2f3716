/** A request's body as octets, within bounds. */
import { RinglightError } from "../errors.ts";

export interface BodyBounds {
  /** In octets. */
  readonly limit: number;
  /** In seconds, from the first octet asked for to the last that came. */
  readonly timeout: number;
}

/** Rejects with `ERR_BODY_SIZE`, `ERR_BODY_TIMEOUT`, or `ERR_BODY_SYNTAX` for a body that was cut off. */
export async function readBody(body: ReadableStream<Uint8Array>, { limit, timeout }: BodyBounds): Promise<Uint8Array> {
  const reader = body.getReader();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new RinglightError("ERR_BODY_TIMEOUT", `the body did not arrive within ${timeout} s`, { status: 408 }));
  }, timeout * 1000);
  late.catch(() => {}); // it may come when nobody waits any more
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) return joined(chunks, size);
      size += value.byteLength;
      if (size > limit) throw tooLong(limit);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel(error).catch(() => {}); // not waited for: it may hang
    if (error instanceof RinglightError) throw error;
    throw new RinglightError("ERR_BODY_SYNTAX", "the body was cut off", { status: 400, cause: error });
  } finally {
    clearTimeout(timer);
  }
}

export function tooLong(limit: number): RinglightError {
  return new RinglightError("ERR_BODY_SIZE", `the body has more than ${limit} octets`, { status: 413 });
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const octets = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    octets.set(chunk, at);
    at += chunk.byteLength;
  }
  return octets;
}
