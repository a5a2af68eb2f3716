/** Parameters by name. */
import { overLimit } from "../over-limit.ts";
import type { Layer } from "../ring.ts";
import { urlencodedPairs } from "./urlencoded.ts";

/** By name: a value, or all of them where the name was repeated. No prototype: `__proto__` is a name as any other. */
export type Params = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What `wrapParams` adds to the request. */
export interface WithParams extends Layer {
  readonly request: {
    /** From the query string. */
    readonly queryParams: Params;
    /** From a body of `application/x-www-form-urlencoded`; empty for any other. */
    readonly formParams: Params;
  };
  readonly response: {};
}

/** The record of those pairs: a name that stands twice has an array, in the order sent. */
export function gathered<Value>(
  pairs: Iterable<readonly [name: string, value: Value]>,
): Record<string, Value | Value[] | undefined> {
  const all: Record<string, Value | Value[] | undefined> = Object.create(null);
  for (const [name, value] of pairs) {
    const before = all[name];
    if (before === undefined) all[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else all[name] = [before, value];
  }
  return all;
}

/** Decoded parameters. Throws `ERR_PARAMS_LIMIT` (400) for more than `maxParams`; empty ones, as in `a&&b`, count. */
export function paramsOf(text: string, maxParams: number): Params {
  if (text === "") return NONE;
  let count = 1;
  for (let at = text.indexOf("&"); at !== -1; at = text.indexOf("&", at + 1)) {
    if (++count > maxParams) throw overLimit(`more than ${maxParams} parameters`);
  }
  return gathered(urlencodedPairs(text));
}

/** No parameters. */
export const NONE: Readonly<Record<string, never>> = Object.freeze(Object.create(null));
