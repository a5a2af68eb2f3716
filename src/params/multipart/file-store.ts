/** Where an upload's octets go: the contract of its stores, and what a handler gets of a stored file. */
import type { Awaitable } from "../../ring.ts";

/** A file as it arrives. All but `stream` is the visitor's word. */
export interface IncomingFile {
  /** The form field's name. */
  readonly name: string;
  /** Base name alone, without control characters; `""` where none was sent. */
  readonly filename: string;
  /** As sent; `application/octet-stream` where none was, or one that cannot be read. */
  readonly contentType: string;
  /** The octets as they arrive, no faster than they are read. Fails when the request is refused after all. */
  readonly stream: ReadableStream<Uint8Array>;
}

/** Puts a file somewhere, and says where. What it leaves unread is dropped. What it rejects with is the request's failure. */
export type SaveFile<Stored> = (file: IncomingFile) => Awaitable<Stored>;

/** A place for files. */
export interface FileStore<Stored> {
  readonly save: SaveFile<Stored>;
  /** Takes back what was stored, when the request is refused after all, or its body breaks off. */
  readonly remove?: ((stored: Stored) => Awaitable<unknown>) | undefined;
  /** Files are there for one request: `remove` is called too when the answer was sent, or failed. Default false. */
  readonly temporary?: boolean | undefined;
}

/** A stored file, as a handler gets it. Name and type are the visitor's word: neither a path to write to, nor a proof. */
export interface UploadedFile<Stored> {
  readonly filename: string;
  readonly contentType: string;
  /** Octets. */
  readonly size: number;
  /** What the store made of it: a path, octets, a key. */
  readonly stored: Stored;
}

/** Takes back all of them. Never rejects: what cannot be removed is told on the console, and costs nobody an answer. */
export async function removeAll<Stored>(store: FileStore<Stored>, stored: readonly Stored[]): Promise<void> {
  const removals = stored.map(async (each) => store.remove?.(each));
  for (const removal of await Promise.allSettled(removals)) {
    if (removal.status === "rejected") console.error("ringlight: an upload could not be removed:", removal.reason);
  }
}
