/** `wrapMultipartParams`: forms with files, by name; the files in a store. */
import { letGo } from "../body.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { afterAnswer } from "../params/multipart/after-answer.ts";
import { boundaryOf } from "../params/multipart/boundary.ts";
import { byteArrayStore } from "../params/multipart/byte-array-store.ts";
import { type FileStore, removeAll, type SaveFile } from "../params/multipart/file-store.ts";
import { checkedLimits, LIMIT_NAMES, type MultipartLimitOptions } from "../params/multipart/limits.ts";
import {
  type Multipart,
  type MultipartParams,
  readMultipart,
  StoreFailure,
} from "../params/multipart/read-multipart.ts";
import { tempFileStore } from "../params/multipart/temp-file-store.ts";
import { NONE } from "../params/record.ts";
import { checkOnRefused, type OnRefused, refuse } from "../refusal.ts";
import { type Bare, isPlain, type Layer, type Middleware, once } from "../ring.ts";

export { byteArrayStore } from "../params/multipart/byte-array-store.ts";
export type { FileStore, IncomingFile, SaveFile, UploadedFile } from "../params/multipart/file-store.ts";
export type { MultipartLimitOptions } from "../params/multipart/limits.ts";
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
export interface MultipartOptions extends MultipartLimitOptions {
  /** Is told of a refused request, and may answer it. */
  readonly onRefused?: OnRefused | undefined;
}

/**
 * Adds `request.multipartParams`: name to text, `UploadedFile`, or an array of these. The body is read before the handler
 * runs, as it arrives, and `request.body` is `null` then. Any other body is left alone.
 *
 * `store` is `tempFileStore()` (default), `byteArrayStore()`, or one's own: a function that saves a file, or a
 * `FileStore`. What it rejects with is passed on, as a handler's failure. An input without a chosen file is absent.
 *
 * Refuses, with all files removed: `ERR_BODY_SIZE` (413), `ERR_BODY_TIMEOUT` (408), `ERR_BODY_SYNTAX` (400),
 * `ERR_BODY_TYPE` (415, a charset but UTF-8 or ASCII, a Content-Type whose parameters cannot be read, a content coding or a
 * transfer encoding), `ERR_PARAMS_LIMIT` (400). Throws `ERR_STACK_TWICE` around another `wrapMultipartParams`.
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
  checkNames(options, [...LIMIT_NAMES, "store", "onRefused"], "wrapMultipartParams");
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

function checkedStore(store: unknown): FileStore<unknown> {
  if (store === byteArrayStore || store === tempFileStore)
    throw badOption("store", "is a function that makes a store: call it, byteArrayStore() or tempFileStore()");
  if (typeof store === "function") return { save: store as SaveFile<unknown> };
  const given = (store ?? {}) as Partial<FileStore<unknown>>;
  if (typeof given.save !== "function" || (given.remove !== undefined && typeof given.remove !== "function"))
    throw badOption("store", "must be tempFileStore(), byteArrayStore(), a function, or { save, remove }");
  // An object of a class has what it likes.
  if (isPlain(given as unknown)) checkNames(given, ["save", "remove", "temporary"], "a store");
  if (given.temporary !== undefined && typeof given.temporary !== "boolean")
    throw badOption("store", "temporary must be true or false");
  if (given.temporary && !given.remove)
    throw badOption("store", "temporary needs remove: without it nothing is taken away after the answer");
  return given as FileStore<unknown>;
}
