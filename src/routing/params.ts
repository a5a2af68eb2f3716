/** Path parameters: their type, read from the pattern, and their values, decoded. */
import type { InferRouteParams } from "rou3";
import type { Layer } from "../ring.ts";

/** `"/users/:id"` gives `{ id: string }`, `"/files/:path*"` gives `{ path?: string }`; a pattern not known when compiling, any name. */
export type Params<Pattern extends string> = string extends Pattern
  ? Readonly<Record<string, string | undefined>>
  : { readonly [Name in Exclude<keyof InferRouteParams<Pattern>, "_">]: InferRouteParams<Pattern>[Name] };

/** What a route adds to the request. */
export interface WithParams<Pattern extends string> extends Layer {
  readonly request: {
    /**
     * The parts of the path that the pattern names, percent-decoded once; an optional one that did not match is absent.
     * No prototype. A value may hold anything, `/` and `..` too (`%2F`): never make a file name of it unchecked.
     */
    readonly params: Params<Pattern>;
  };
  readonly response: {};
}

/** Decodes what the router captured; `undefined` where an escape cannot be decoded (`%zz`, or no UTF-8). */
export function decodeParams(captured: Record<string, string> | undefined): Record<string, string> | undefined {
  const params: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(captured ?? {})) {
    if (name === "_") continue; // rou3's old second name of a bare `**`
    const decoded = decode(value);
    if (decoded === undefined) return undefined;
    params[name] = decoded;
  }
  return params;
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
