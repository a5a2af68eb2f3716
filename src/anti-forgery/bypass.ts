/** What is exempt: exactly the requests that were named, and none that only resembles one (compare CVE-2025-47910). */
import { fullUriOf, type MaybeMounted } from "../context/mount.ts";
import { TOKEN } from "../cookies/grammar.ts";
import { badOption } from "../errors.ts";
import type { RequestMap } from "../ring.ts";

/** Whether a request is exempt. */
export type Bypass = (request: Pick<RequestMap, "method"> & MaybeMounted) => boolean;

// The characters of a path as it is sent (RFC 3986, 3.3), without "*", which looks like a pattern.
const PATH = /^\/(?:[\w\-.~!$&'()+,;=:@/]|%[0-9A-Fa-f]{2})*$/;

/** Throws `ERR_OPTION` for what no request can be, or what looks like a pattern. */
export function bypassOf(entries: unknown): Bypass {
  if (!Array.isArray(entries)) throw badOption("bypass", 'must be a list, such as ["POST /hooks/payment"]');
  const named = entries.map(checked);
  return (request) => {
    const uri = fullUriOf(request); // as it was sent: under a context too
    return named.some((each) => each.uri === uri && (each.method ?? request.method) === request.method);
  };
}

function checked(entry: unknown, index: number): { readonly method: string | undefined; readonly uri: string } {
  const refuse = (remedy: string) => badOption(`bypass[${index}]`, remedy);
  if (typeof entry !== "string") throw refuse("must be text");
  const [, method, uri = ""] = /^(?:(\S+) )?(.*)$/s.exec(entry)!;
  if (method !== undefined && !(TOKEN.test(method) && method === method.toUpperCase()))
    throw refuse('begins with no method: "POST /hooks/payment", or "/hooks/payment" for all');
  if (!PATH.test(uri))
    throw refuse("must be a path as it is sent, percent-encoded, without query: it matches exactly, it is no pattern");
  if (/\/:|\/\.{1,2}(\/|$)/.test(uri)) throw refuse("matches exactly: it is no pattern, and has no . or .. in it");
  return { method, uri };
}
