/** Which keys a request had at a `wrapLint` further out. */
import type { RequestMap } from "../ring.ts";
import { violation } from "./violation.ts";

// By what no middleware replaces. One that does is not followed further.
const seen = new WeakMap<AbortSignal, ReadonlySet<PropertyKey>>();

/**
 * Throws `ERR_LINT` for a key that a `wrapLint` outside saw and that is gone. Gives what to call when the response is
 * there: other handlers may be tried with the request of before.
 */
export function lintKeptKeys(request: RequestMap): () => void {
  const { signal } = request;
  const before = seen.get(signal);
  for (const key of before ?? []) {
    if (Object.hasOwn(request, key)) continue;
    throw violation(
      "1.1",
      `request.${String(key)} was there, and a middleware between two wrapLint dropped it: it must hand on { ...request, more }`,
    );
  }
  seen.set(signal, new Set([...(before ?? []), ...Reflect.ownKeys(request)]));
  return () => {
    if (before) seen.set(signal, before);
    else seen.delete(signal);
  };
}
