/** `wrapNotModified`: 304 for what the visitor has already (RFC 9110, 13). */
import { matchesWeakly } from "../entity-tags.ts";
import { badOption, checkNames } from "../errors.ts";
import { parseHttpDate } from "../http-date.ts";
import { headerKey, headerValue } from "../response-header.ts";
import { type Bare, isResponseMap, type Middleware, type RequestMap, type ResponseMap } from "../ring.ts";

export interface NotModifiedOptions {
  /** The clock, in milliseconds, by which a date with a year of two digits is read. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/**
 * Answers a GET or HEAD with 304 in place of a 200 whose ETag is in If-None-Match, by weak comparison, or for `*`. Without
 * If-None-Match, of one whose Last-Modified is not after If-Modified-Since; a date that is none is no condition. (Ring
 * wants both to hold where both are sent; RFC 9110, 13.1.3, lets If-None-Match alone decide.)
 *
 * The 304 has the headers of RFC 9110, 15.4.5: Cache-Control, Content-Location, Date, ETag, Expires, Vary, and
 * Last-Modified where there is no ETag; Set-Cookie too. Others that it should have are added outside of this. The body is
 * dropped, a stream cancelled; a session, a flash and cookies are kept. ETag and Last-Modified are the handler's to give.
 * Throws `ERR_OPTION` for an impossible option.
 */
export function wrapNotModified(options: NotModifiedOptions = {}): Middleware<Bare, Bare> {
  checkNames(options, ["now"], "wrapNotModified");
  const { now = Date.now } = options;
  if (typeof now !== "function") throw badOption("now", "must be a function");
  return (handler) => async (request) => {
    const response = await handler(request as Parameters<typeof handler>[0]);
    if (!isResponseMap(response) || !isKnown(request, response, now)) return response;
    const { body, headers } = response;
    if (body instanceof ReadableStream) body.cancel().catch(() => {}); // not waited for: it may hang
    return { ...response, status: 304, headers: headersOf304(headers), body: null };
  };
}

function isKnown({ method, headers }: RequestMap, { status, headers: sent }: ResponseMap, now: () => number): boolean {
  if ((method !== "GET" && method !== "HEAD") || status !== 200) return false;
  const known = headers["if-none-match"];
  if (known !== undefined) return matchesWeakly(known, headerValue(sent, "etag"));
  const since = parseHttpDate(headers["if-modified-since"] ?? "", now());
  const changed = parseHttpDate(headerValue(sent, "last-modified") ?? "", now());
  return since !== undefined && changed !== undefined && changed <= since;
}

const KEPT = ["cache-control", "content-location", "date", "etag", "expires", "set-cookie", "vary"];

function headersOf304(headers: ResponseMap["headers"]): ResponseMap["headers"] {
  const kept = headerKey(headers, "etag") === undefined ? [...KEPT, "last-modified"] : KEPT;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => kept.includes(name.toLowerCase())));
}
