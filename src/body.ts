/** A request's body as octets: as many as are allowed, in the time that is allowed. The rest is let go. */
import { RinglightError } from "./errors.ts";
import type { RequestMap } from "./ring.ts";

/** What may be read of one body. */
export interface BodyLimits {
  /** Octets. */
  readonly limit: number;
  /** Seconds that may be spent waiting for the client, over the whole body. */
  readonly timeout: number;
}

/** A request as far as its body is concerned. */
export type Received = Pick<RequestMap, "body" | "headers"> & { readonly signal?: AbortSignal | undefined };

/**
 * The body's chunks. Throws `ERR_BODY_SIZE` (413), by Content-Length before anything is read; `ERR_BODY_TIMEOUT` (408);
 * `ERR_BODY_SYNTAX` (400) for a body that ends before it should, as when the client goes away. Who stops early, or is
 * thrown at, has let go of the rest: the body is cancelled.
 *
 * A body that was read already is a `TypeError`: to its second reader it would look like an empty one.
 */
export async function* bodyChunks(
  { body, headers, signal }: Received,
  { limit, timeout }: BodyLimits,
): AsyncGenerator<Uint8Array, void> {
  if (body === null) return;
  if (body.locked) throw new ReadBefore("this request's body was read already; a body can be read once");
  if (Number(headers["content-length"] ?? 0) > limit) {
    letGo(body);
    throw tooLarge(limit);
  }
  const reader = body.getReader(); // never released: that is how a second reader knows
  let left = timeout * 1000;
  let size = 0;
  try {
    for (;;) {
      if (left <= 0) throw tooSlow(); // a timer would not tell: what trickles without a pause is there before it
      const began = Date.now();
      const { done, value } = await within(reader.read(), left, signal);
      if (done) return;
      left -= Math.max(0, Date.now() - began);
      size += value.length;
      if (size > limit) throw tooLarge(limit);
      yield value;
    }
  } finally {
    letGo(reader);
  }
}

/** A body that somebody has read before: the programmer's mistake, not the visitor's. */
export class ReadBefore extends TypeError {}

/** All chunks in one piece; those of one octet each do not cost more than the whole. */
export async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  let all = new Uint8Array(4096);
  let size = 0;
  for await (const chunk of chunks) {
    if (size + chunk.length > all.length) {
      const grown = new Uint8Array(Math.max(2 * all.length, size + chunk.length));
      grown.set(all.subarray(0, size));
      all = grown;
    }
    all.set(chunk, size);
    size += chunk.length;
  }
  return all.slice(0, size);
}

/** Says that nobody will read on. Not waited for: where the client is silent, it may take as long as the client likes. */
export function letGo(body: { cancel(): Promise<void> } | null): void {
  body?.cancel().catch(() => {});
}

/** `ERR_BODY_SIZE` of a body, or of a part of one. */
export function tooLarge(limit: number, what = "a body"): RinglightError {
  return new RinglightError("ERR_BODY_SIZE", `${what} of more than ${limit} octets`, { status: 413 });
}

function tooSlow(): RinglightError {
  return new RinglightError("ERR_BODY_TIMEOUT", "the body did not arrive in time", { status: 408 });
}

/** `ERR_BODY_SYNTAX` of a body that broke off. */
export function cutOff(cause: unknown): RinglightError {
  return new RinglightError("ERR_BODY_SYNTAX", "the body was cut off", { status: 400, cause });
}

function within<T>(read: Promise<T>, milliseconds: number, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", gone);
    };
    const gone = (): void => {
      end();
      reject(cutOff(signal?.reason));
    };
    const timer = setTimeout(() => {
      end();
      reject(tooSlow());
    }, milliseconds);
    signal?.addEventListener("abort", gone);
    read.then(
      (result) => {
        end();
        resolve(result);
      },
      (cause: unknown) => {
        end();
        reject(cause instanceof ReadBefore ? cause : cutOff(cause));
      },
    );
    if (signal?.aborted) gone();
  });
}
