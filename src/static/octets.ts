/** The octets of an opened file. */
import type { FileHandle } from "node:fs/promises";
import type { Range } from "./range.ts";

const CHUNK = 65_536;

/**
 * A part of the file, never more; the handle is closed when it was read, failed or was cancelled. What fits into one
 * chunk is read at once, so that no descriptor waits for a reader; more is read as it is taken. A file that became
 * shorter since it was opened rejects, or fails the stream, which cuts the connection.
 */
export async function octetsOf(
  handle: FileHandle,
  { start, length }: Range,
): Promise<Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>> {
  if (length > CHUNK) return octetStream(handle, start, start + length);
  try {
    const octets = new Uint8Array(length);
    for (let have = 0; have < length; ) have += await readInto(handle, octets.subarray(have), start + have);
    return octets;
  } finally {
    await handle.close();
  }
}

function octetStream(handle: FileHandle, start: number, end: number): ReadableStream<Uint8Array> {
  let position = start;
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      try {
        const chunk = new Uint8Array(Math.min(CHUNK, end - position));
        const have = await readInto(handle, chunk, position);
        position += have;
        if (position === end) await handle.close();
        controller.enqueue(chunk.subarray(0, have));
        if (position === end) controller.close();
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
    cancel: () => handle.close(),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

async function readInto(handle: FileHandle, octets: Uint8Array, position: number): Promise<number> {
  const { bytesRead } = await handle.read(octets, 0, octets.byteLength, position);
  if (bytesRead === 0) throw new Error("a static file became shorter while it was sent");
  return bytesRead;
}
