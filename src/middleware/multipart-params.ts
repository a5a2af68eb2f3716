/** `wrapMultipartParams`: forms with files, by name; the files in a store. */
import { letGo } from "../body.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { checkCount, checkOctets, checkTimeout } from "../limits.ts";
import { afterAnswer } from "../params/multipart/after-answer.ts";
import { boundaryOf } from "../params/multipart/boundary.ts";
import { type FileStore, removeAll, type SaveFile } from "../params/multipart/file-store.ts";
import {
  type Multipart,
  type MultipartLimits,
  type MultipartParams,
  readMultipart,
  StoreFailure,
} from "../params/multipart/read-multipart.ts";
import { tempFileStore } from "../params/multipart/temp-file-store.ts";
import { NONE } from "../params/record.ts";
import { checkOnRefused, type OnRefused, refuse } from "../refusal.ts";
import { type Bare, type Layer, type Middleware, once } from "../ring.ts";

export { byteArrayStore } from "../params/multipart/byte-array-store.ts";
export type { FileStore, IncomingFile, SaveFile, UploadedFile } from "../params/multipart/file-store.ts";
export type { MultipartParams, MultipartValue } from "../params/multipart/read-multipart.ts";
export { type TempFileOptions, tempFileStore } from "../params/multipart/temp-file-store.ts";

/** What `wrapMultipartParams` adds to the request. `Stored` is what the store makes of a file: a path, by default. */
export interface WithMultipartParams<Stored = string> extends Layer {
  readonly request: {
    /** Texts and files of a body of `multipart/form-data`; empty for any other. No prototype. */
    readonly multipartParams: MultipartParams<Stored>;
  };
  readonly response: {};
}

/** The options of `wrapMultipartParams` beside the store; one that cannot be throws `ERR_OPTION` when it is built. */
export interface MultipartOptions {
  /** Octets of the whole body. Default 33,554,432. */
  readonly limit?: number | undefined;
  /** Octets of all text fields together, which are kept in memory; so of one field too. Default 1,048,576. */
  readonly fieldLimit?: number | undefined;
  /** Octets of one file. Default `limit`. */
  readonly fileLimit?: number | undefined;
  /** Text fields. Default 1000. */
  readonly maxFields?: number | undefined;
  /** Files. Default 20. */
  readonly maxFiles?: number | undefined;
  /** Fields and files together. Default 1000. */
  readonly maxParts?: number | undefined;
  /** Headers of one part, at most 1000. Default 20. Their octets are at most 16,384. */
  readonly maxHeaders?: number | undefined;
  /** Seconds that may be spent waiting for the client, over the whole body. Default 300, at most 86,400. */
  readonly timeout?: number | undefined;
  /** Is told of a refused request, and may answer it. */
  readonly onRefused?: OnRefused | undefined;
}

const LIMITS = [
  "limit",
  "fieldLimit",
  "fileLimit",
  "maxFields",
  "maxFiles",
  "maxParts",
  "maxHeaders",
  "timeout",
] as const;

/**
 * Adds `request.multipartParams`: name to text, `UploadedFile`, or an array of these. The body is read before the handler
 * runs, as it arrives, and `request.body` is `null` then. Any other body is left alone.
 *
 * `store` is `tempFileStore()` (default), `byteArrayStore()`, or one's own: a function that saves a file, or a
 * `FileStore`. What it rejects with is passed on, as a handler's failure. An input without a chosen file is absent.
 *
 * Refuses, with all files removed: `ERR_BODY_SIZE` (413), `ERR_BODY_TIMEOUT` (408), `ERR_BODY_SYNTAX` (400),
 * `ERR_BODY_TYPE` (415, another charset, a content coding or a transfer encoding), `ERR_PARAMS_LIMIT` (400). Throws
 * `ERR_STACK_TWICE` around another `wrapMultipartParams`.
 */
export function wrapMultipartParams(
  options?: MultipartOptions & { readonly store?: undefined },
): Middleware<Bare, WithMultipartParams>;
export function wrapMultipartParams<Stored>(
  options: MultipartOptions & { readonly store: FileStore<Stored> | SaveFile<Stored> },
): Middleware<Bare, WithMultipartParams<Stored>>;
export function wrapMultipartParams(
  options: MultipartOptions & { readonly store?: FileStore<unknown> | SaveFile<unknown> | undefined } = {},
): Middleware<Bare, WithMultipartParams<never>> {
  checkNames(options, [...LIMITS, "store", "onRefused"], "wrapMultipartParams");
  const limits = checkedLimits(options);
  const store = checkedStore(options.store === undefined ? tempFileStore() : options.store);
  const { onRefused } = options;
  checkOnRefused(onRefused);
  return once<Bare, WithMultipartParams<never>>("wrapMultipartParams", (handler) => async (request) => {
    let read: Multipart<unknown> | undefined;
    try {
      const boundary = boundaryOf(request);
      if (boundary !== undefined) read = await readMultipart(request, boundary, store, limits);
    } catch (error) {
      letGo(request.body);
      if (error instanceof StoreFailure) throw error.reason;
      if (error instanceof RinglightError) return refuse(error, request, onRefused);
      throw error;
    }
    const added = read ? { multipartParams: read.params, body: null } : { multipartParams: NONE };
    const handle = () => handler({ ...request, ...added } as unknown as Parameters<typeof handler>[0]);
    const { stored = [] } = read ?? {};
    return store.temporary && stored.length > 0 ? afterAnswer(handle, () => removeAll(store, stored)) : handle();
  });
}

function checkedLimits(options: MultipartOptions): MultipartLimits {
  const { limit = 33_554_432, fieldLimit = 1_048_576, fileLimit = limit, maxFields = 1000, maxFiles = 20 } = options;
  const { maxParts = 1000, maxHeaders = 20, timeout = 300 } = options;
  for (const [option, octets] of Object.entries({ limit, fieldLimit, fileLimit })) checkOctets(option, octets);
  for (const [option, count] of Object.entries({ maxFields, maxFiles, maxParts })) checkCount(option, count, 0);
  checkCount("maxHeaders", maxHeaders, 1, 1000);
  checkTimeout(timeout);
  return { limit, fieldLimit, fileLimit, maxFields, maxFiles, maxParts, maxHeaders, timeout };
}

function checkedStore(store: unknown): FileStore<unknown> {
  const given = (typeof store === "function" ? { save: store } : (store ?? {})) as Partial<FileStore<unknown>>;
  if (typeof given.save === "function" && (given.remove === undefined || typeof given.remove === "function"))
    return given as FileStore<unknown>;
  throw badOption("store", "must be tempFileStore(), byteArrayStore(), a function, or { save, remove }");
}
