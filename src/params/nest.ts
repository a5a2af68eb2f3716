/** Names with brackets, `cart[items][]`, as the objects and arrays that they spell. The library `qs` builds them. */
import { parse } from "qs";
import { overLimit } from "../over-limit.ts";
import type { Params } from "./record.ts";

/** A text, or more of these in an array or by name. Objects have no prototype. */
export type Nested = string | readonly Nested[] | NestedParams;

/** By name. No prototype; `__proto__` is never a name in it, nor is an empty one. */
export interface NestedParams {
  readonly [name: string]: Nested | undefined;
}

/** How far the nesting may go. */
export interface NestingLimits {
  /** Pairs of brackets in one name. */
  readonly depth: number;
  /** Elements of an array, and one more than the highest index, where a name with brackets makes it. */
  readonly arrayLimit: number;
}

/** Throws `ERR_PARAMS_LIMIT` (400) past the limits. Names without brackets are given back as they are. */
export function nested(params: Params, { depth, arrayLimit }: NestingLimits): NestedParams {
  if (!Object.keys(params).some((name) => name.includes("[") || name === "__proto__" || name === ""))
    return params as NestedParams;
  try {
    return parse(params as Record<string, string>, {
      depth,
      arrayLimit,
      plainObjects: true,
      strictDepth: true,
      throwOnLimitExceeded: true,
    }) as NestedParams;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw overLimit(
      `a name with more than ${depth} pairs of brackets, or an array of more than ${arrayLimit} elements`,
    );
  }
}
