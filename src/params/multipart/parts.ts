/** The parts of a multipart body (RFC 2046, 5.1), as they arrive. The library `@fastify/busboy` finds them. */
import { tooLarge } from "../../body.ts";
import { overLimit } from "../../over-limit.ts";
import { malformed, type PartHeaders } from "./part-header.ts";

/** A part's octets, no faster than they are asked for. */
export type PartData = AsyncIterator<Uint8Array, unknown>;

export interface PartsOptions {
  readonly boundary: string;
  /** Headers of one part. */
  readonly maxHeaders: number;
  /** Takes a part: reads its data to the end, or rejects. Several may be under way at once, begun in their order. */
  readonly take: (headers: PartHeaders, data: PartData) => Promise<unknown>;
}

/** Octets of one part's headers; where they do not end, up to three times as many are read. */
const HEADER_OCTETS = 16_384;
/** What is looked at in one step: a runtime may hand over the whole body at once. */
const PIECE = 16_384;

/**
 * Resolves when every part was taken. Rejects with the first error there is: of the chunks, of a `take`, `ERR_BODY_SYNTAX`
 * (400) for what is no multipart body of this boundary, `ERR_PARAMS_LIMIT` (400) and `ERR_BODY_SIZE` (413) for headers.
 * The data of parts under way fails then, and every `take` has ended before.
 */
export async function eachPart(
  chunks: AsyncIterable<Uint8Array>,
  { boundary, maxHeaders, take }: PartsOptions,
): Promise<void> {
  const { Dicer } = await import("@fastify/busboy");
  const dicer = new Dicer({ boundary, maxHeaderPairs: maxHeaders + 1 }); // keeps up to 80 KiB of headers
  const streams: { destroy(error: Error): unknown }[] = [];
  const taken: Promise<unknown>[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake = (): void => {};
  const fail = (error: unknown): void => {
    failure ??= { error };
    wake();
  };
  /** Waits until it is done, or something has failed. */
  const step = async (begin: (done: () => void) => unknown): Promise<void> => {
    await new Promise<void>((resolve) => {
      wake = resolve;
      begin(resolve);
      if (failure) resolve();
    });
    if (failure) throw failure.error;
  };

  let headless = false; // a part has begun, and its headers have not ended
  let begun = 0;
  dicer.on("part", (part) => {
    part.on("error", () => {}); // the parser's own error tells it
    if (headless) fail(malformed("a part whose headers do not end"));
    if (failure) return void part.resume();
    headless = true;
    begun++;
    streams.push(part);
    part.on("header", (headers) => {
      headless = false;
      const taking = begin(() =>
        take(checkedHeaders(headers as PartHeaders, maxHeaders), part[Symbol.asyncIterator]()),
      );
      taking.catch(fail);
      taken.push(taking);
    });
  });
  dicer.on("error", () => fail(malformed("a multipart body that does not end with its boundary")));
  let isFinished = false;
  const finished = new Promise<void>((resolve) => {
    dicer.on("finish", () => {
      isFinished = true;
      resolve();
    });
  });

  try {
    let headerOctets = 0;
    for await (const piece of pieces(chunks)) {
      if (isFinished) continue; // what follows the last boundary is no part
      const before = headless ? begun : 0;
      // Of the write that waits for the last part to be read, the parser never calls back.
      await step((done) => {
        dicer.write(piece, () => done());
        finished.then(done);
      });
      const sameHeaders = headless && before === begun; // not those of a later part
      headerOctets = sameHeaders ? headerOctets + piece.length : 0;
      if (headerOctets > HEADER_OCTETS) throw tooLarge(HEADER_OCTETS, "headers of a part");
    }
    dicer.end();
    await step((done) => finished.then(done));
    if (headless) throw malformed("a part whose headers do not end");
    await step((done) => Promise.allSettled(taken).then(done));
  } catch (error) {
    fail(error);
    const reason = error instanceof Error ? error : new Error("the request failed", { cause: error });
    for (const stream of streams) stream.destroy(reason);
    await Promise.allSettled(taken);
    throw failure?.error ?? error;
  }
}

async function begin(run: () => Promise<unknown>): Promise<unknown> {
  return run();
}

async function* pieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE) yield chunk.subarray(at, at + PIECE);
  }
}

function checkedHeaders(headers: PartHeaders, maxHeaders: number): PartHeaders {
  let [count, octets] = [0, 0];
  for (const [name, values = []] of Object.entries(headers)) {
    count += values.length;
    for (const value of values) octets += name.length + value.length + 4;
  }
  if (count > maxHeaders) throw overLimit(`a part with more than ${maxHeaders} headers`);
  if (octets > HEADER_OCTETS) throw tooLarge(HEADER_OCTETS, "headers of a part");
  return headers;
}
