/** Responses that most handlers need: pure functions that give a response map. */
import { withHeaderValue } from "./response-header.ts";
import type { ResponseMap } from "./ring.ts";

/**
 * A response map that says nothing of a session, a flash, cookies, data or a WebSocket.
 *
 * Written down, so that TypeScript keeps `return text("no")` and `return { ...text("yes"), session: … }` in one handler
 * apart. It would fold the second into a plain `ResponseMap`, and no longer look at its session. Of the keys that
 * middleware take (`response-keys.ts`) those stand here that hold a value of the application's.
 */
export interface Plain extends ResponseMap {
  readonly session?: undefined;
  readonly flash?: undefined;
  readonly cookies?: undefined;
  readonly data?: undefined;
  readonly websocket?: undefined;
}

/** Plain text in UTF-8. */
export function text(body: string, status = 200): Plain {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

/** HTML in UTF-8. Nothing is escaped: that is the template's work. */
export function html(body: string, status = 200): Plain {
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

/** The value as JSON. Throws a `TypeError` for what JSON cannot write: a cycle, a bigint, `undefined`. */
export function json(value: unknown, status = 200): Plain {
  const body = JSON.stringify(value) as string | undefined;
  if (body === undefined) throw new TypeError(`json: a value of type ${typeof value} has no JSON`);
  return { status, headers: { "content-type": "application/json; charset=utf-8" }, body };
}

/**
 * Sends the visitor elsewhere. 303 (default) is followed by GET, whatever the request was: the answer to a form. 307 and
 * 308 keep method and body.
 *
 * Whatever a Location header cannot carry (controls, spaces, quotes, all outside ASCII) is percent-encoded in UTF-8, so
 * visitor's input cannot start a header of its own. It still chooses the place: check a `?next=` yourself, `//evil.example`
 * and `/\evil.example` are other hosts.
 */
export function redirect(location: string, status: 301 | 302 | 303 | 307 | 308 = 303): Plain {
  return { status, headers: { location: encodeLocation(location) }, body: null };
}

// Everything but the characters of a URI (RFC 3986, 2), and `%` itself: what is encoded already stays as it is.
function encodeLocation(location: string): string {
  return location.toWellFormed().replace(/[^!#$%&'()*+,\-./0-9:;=?@A-Z[\\\]_a-z~]/gu, encodeURIComponent);
}

/** 204: done, nothing to show. */
export function noContent(): Plain {
  return { status: 204, headers: {}, body: null };
}

/** The response with one header set, over one that it had; the name in any case. An array is sent as one header per element. */
export function withHeader<R extends ResponseMap>(response: R, name: string, value: string | readonly string[]): R {
  return { ...response, headers: withHeaderValue(response.headers, name.toLowerCase(), value) };
}

/** What `clearSiteData` can ask a browser to forget. */
export type SiteData = "cache" | "cookies" | "storage" | "executionContexts" | "*";

/**
 * Asks the browser to forget what it keeps of this origin (Clear-Site-Data, W3C): for the answer to a sign-out. Cookies
 * means all of them, on the whole registered domain. Default: cache, cookies and storage. Browsers heed it on https only.
 */
export function clearSiteData<R extends ResponseMap>(response: R, ...kinds: readonly SiteData[]): R {
  const wanted: readonly SiteData[] = kinds.length > 0 ? kinds : ["cache", "cookies", "storage"];
  return withHeader(response, "clear-site-data", wanted.map((kind) => `"${kind}"`).join(", "));
}
