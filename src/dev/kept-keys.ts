/** Which keys a request had at a `wrapLint` further out, and a response at one further in. */
import { takerOf } from "../response-keys.ts";
import { isPlain, type RequestMap } from "../ring.ts";
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

// What the response had at the lint inside of the one that answers.
const answered = new WeakMap<AbortSignal, Readonly<Record<string, unknown>>>();

/**
 * Throws `ERR_LINT` for a response key that a `wrapLint` inside saw, that is gone, and whose middleware stands outside of
 * both: somebody between them dropped it.
 */
export function lintKeptResponseKeys(request: RequestMap, response: unknown): void {
  if (!isPlain(response)) return;
  const inner = answered.get(request.signal) ?? {};
  const same = inner.status === response.status && inner.body === response.body; // else somebody answered anew
  for (const [key, value] of same ? Object.entries(inner) : []) {
    const taker = takerOf(key);
    if (value === undefined || !taker || !Object.hasOwn(request, taker.requestKey) || Object.hasOwn(response, key))
      continue;
    throw violation(
      "2.2",
      `response.${key} was answered, and a middleware between two wrapLint dropped it: it must hand on { ...response, more }`,
    );
  }
  answered.set(request.signal, response);
}
