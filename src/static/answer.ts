/** The answer to a GET or HEAD for a file. */
import type { RequestMap, ResponseMap } from "../ring.ts";
import { conditionStatus, rangeCounts } from "./conditions.ts";
import { contentTypeOf } from "./content-type.ts";
import { octetsOf } from "./octets.ts";
import { type OpenFile, openInside, type ServedFolder } from "./open-inside.ts";
import { type Coding, compressedForm } from "./precompressed.ts";
import { rangeOf } from "./range.ts";
import { type Validators, validatorHeaders, validatorsOf } from "./validators.ts";

export interface FilePolicy {
  /** Asked once the file is there. */
  readonly cacheControl: () => string;
  /** Part of every ETag. */
  readonly version?: string | undefined;
  readonly precompressed?: boolean | undefined;
  readonly now: () => number;
}

type Headers = Record<string, string>;

/** `undefined` where no such file may be given out; `"folder"` where a folder has the name. */
export async function fileAnswer(
  folder: ServedFolder,
  names: readonly string[],
  request: RequestMap,
  policy: FilePolicy,
): Promise<ResponseMap | "folder" | undefined> {
  const found = await openInside(folder, names);
  if (found === undefined || found === "folder") return found;
  const { file, coding } = await closing(found, () => chosenForm(folder, names, found, request, policy));
  return closing(file, () => {
    const now = policy.now();
    const validators = validatorsOf(file, now, [policy.version, coding]);
    const kept: Headers = { ...validatorHeaders(validators), "cache-control": policy.cacheControl() };
    if (policy.precompressed) kept.vary = "Accept-Encoding";
    const told: Headers = {
      "content-type": contentTypeOf(names.at(-1)!),
      "x-content-type-options": "nosniff",
      "accept-ranges": "bytes",
    };
    if (coding !== undefined) told["content-encoding"] = coding;
    return sent(request, file, validators, now, kept, told);
  });
}

async function sent(
  { method, headers }: RequestMap,
  file: OpenFile,
  validators: Validators,
  now: number,
  kept: Headers,
  told: Headers,
): Promise<ResponseMap> {
  const { handle, size } = file;
  const without = async (status: number, own: Headers): Promise<ResponseMap> => {
    await handle.close();
    return { status, headers: own, body: null };
  };
  const status = conditionStatus(headers, validators, now);
  if (status === 412) return without(412, { ...kept, "cache-control": "no-store" });
  if (status === 304) return without(304, kept);
  if (method === "HEAD") return without(200, { ...kept, ...told, "content-length": String(size) });
  const range = rangeCounts(headers, validators, now) ? rangeOf(headers.range, size) : undefined;
  if (range === "none") {
    return without(416, { ...kept, "content-range": `bytes */${size}`, "cache-control": "no-store" });
  }
  const { start, length } = range ?? { start: 0, length: size };
  const own: Headers = { ...kept, ...told, "content-length": String(length) };
  if (range !== undefined) own["content-range"] = `bytes ${start}-${start + length - 1}/${size}`;
  return { status: range === undefined ? 200 : 206, headers: own, body: await octetsOf(handle, { start, length }) };
}

async function chosenForm(
  folder: ServedFolder,
  names: readonly string[],
  plain: OpenFile,
  { headers }: RequestMap,
  { precompressed }: FilePolicy,
): Promise<{ file: OpenFile; coding?: Coding }> {
  if (!precompressed) return { file: plain };
  const compressed = await compressedForm(folder, names, plain, headers["accept-encoding"]);
  if (compressed === undefined) return { file: plain };
  await plain.handle.close();
  return compressed;
}

/** Closes the file if what is done with it fails. */
async function closing<T>({ handle }: OpenFile, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    await handle.close();
    throw error;
  }
}
