/** A multipart form, read: its texts in memory, its files in a store. All of it, or nothing. */
import { bodyChunks, joined, type Received, tooLarge } from "../../body.ts";
import { overLimit } from "../../over-limit.ts";
import { gathered } from "../record.ts";
import { type FileStore, removeAll, type UploadedFile } from "./file-store.ts";
import type { MultipartLimits } from "./limits.ts";
import { type PartHeader, partHeader } from "./part-header.ts";
import { eachPart, type PartData } from "./parts.ts";

/** A text, or a file. */
export type MultipartValue<Stored> = string | UploadedFile<Stored>;

/** By name, as `Params`. */
export type MultipartParams<Stored> = Readonly<
  Record<string, MultipartValue<Stored> | readonly MultipartValue<Stored>[] | undefined>
>;

/** A form that was read, and what the store made of its files. */
export interface Multipart<Stored> {
  readonly params: MultipartParams<Stored>;
  readonly stored: readonly Stored[];
}

/** A store's own failure, told apart from what the visitor is at fault for. */
export class StoreFailure {
  readonly reason: unknown;
  constructor(reason: unknown) {
    this.reason = reason;
  }
}

/** Rejects with the `RinglightError` that refuses the request, or with a `StoreFailure`; what was stored is removed first. */
export async function readMultipart<Stored>(
  request: Received,
  boundary: string,
  store: FileStore<Stored>,
  limits: MultipartLimits,
): Promise<Multipart<Stored>> {
  const values: (readonly [name: string, value: MultipartValue<Stored>] | undefined)[] = [];
  const stored: Stored[] = [];
  const seen = { parts: 0, fields: 0, files: 0, fieldOctets: 0 };
  const countField = (octets: number): void => {
    seen.fieldOctets += octets;
    if (seen.fieldOctets > limits.fieldLimit) throw tooLarge(limits.fieldLimit, "fields");
  };
  const { maxHeaders } = limits;
  try {
    await eachPart(bodyChunks(request, limits), {
      boundary,
      maxHeaders,
      async take(headers, data) {
        const place = seen.parts++;
        if (seen.parts > limits.maxParts) throw overLimit(`more than ${limits.maxParts} parts`);
        const header = partHeader(headers);
        if (header.filename === undefined) {
          if (++seen.fields > limits.maxFields) throw overLimit(`more than ${limits.maxFields} fields`);
          countField(new TextEncoder().encode(header.name).length);
          const octets = await joined(counted(data, countField));
          values[place] = [header.name, new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets)];
        } else {
          if (++seen.files > limits.maxFiles) throw overLimit(`more than ${limits.maxFiles} files`);
          const file = await savedFile(header, data, limits.fileLimit, store, stored);
          if (file) values[place] = [header.name, file];
        }
      },
    });
  } catch (error) {
    await removeAll(store, stored);
    throw error;
  }
  return { params: gathered(values.filter((value) => value !== undefined)), stored };
}

/** Gives the file to the store; `undefined` for the part of an input that nobody chose a file for. */
async function savedFile<Stored>(
  { name, filename = "", contentType }: PartHeader,
  data: PartData,
  fileLimit: number,
  store: FileStore<Stored>,
  stored: Stored[],
): Promise<UploadedFile<Stored> | undefined> {
  let size = 0;
  let refused: { readonly error: unknown } | undefined;
  const chunks = counted(data, (octets) => {
    size += octets;
    if (size <= fileLimit) return;
    refused = { error: tooLarge(fileLimit, "a file") };
    throw refused.error;
  });
  let first: IteratorResult<Uint8Array, void> | undefined = await chunks.next();
  if (first.done && filename === "") return undefined;
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = first ?? (await chunks.next());
        first = undefined;
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
  try {
    const made = await store.save({ name, filename, contentType, stream });
    stored.push(made);
    for await (const _ of chunks); // what the store left
    if (refused) throw refused.error;
    return { filename, contentType, size, stored: made };
  } catch (error) {
    throw refused ? refused.error : new StoreFailure(error);
  }
}

async function* counted(data: PartData, count: (octets: number) => void): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const { done, value } = await data.next();
    if (done) return;
    count((value as Uint8Array).length);
    yield value as Uint8Array;
  }
}
