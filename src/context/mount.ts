/** Where an application is mounted: the keys that tell it, and the path that was asked for. */
import { badOption } from "../errors.ts";
import type { RequestMap } from "../ring.ts";

/** What a request under a prefix knows of it. */
export interface Mounted {
  /** The prefix, those of all `wrapContext` around together: `"/wiki"`. */
  readonly context: string;
  /** The path within the application, as `uri` has it too: `"/login"`; `"/"` for the prefix itself. */
  readonly pathInfo: string;
  /** The path that was asked for, whole: `"/wiki/login"`. */
  readonly fullUri: string;
}

/** A request of which it is not known whether it is under a prefix. */
export type MaybeMounted = Pick<RequestMap, "uri"> & Partial<Mounted>;

/** The whole path of a request, mounted or not. */
export function fullUriOf(request: MaybeMounted): string {
  return request.fullUri ?? request.uri;
}

/** The prefix of a request, `""` where it is under none; an application may have a key of that name for something else. */
export function contextOf(request: Pick<RequestMap, "uri"> & { readonly context?: unknown }): string {
  const { context } = request;
  return typeof context === "string" ? context : "";
}

/** The request as the application under the prefix gets it; `undefined` for one that is not under it. */
export function mountedAt<Request extends MaybeMounted>(
  prefix: string,
  request: Request,
): (Request & Mounted) | undefined {
  const pathInfo = prefix === "" ? request.uri : pathWithin(prefix, request.uri);
  if (pathInfo === undefined) return undefined;
  const context = contextOf(request) + prefix;
  return { ...request, context, pathInfo, fullUri: fullUriOf(request), uri: pathInfo };
}

const MAX_PREFIX = 512;
// The unreserved characters of RFC 3986, 2.3, which stand in a URL, a cookie's Path and a page as they are.
const PREFIX = /^(?:\/[\w.~-]+)+$/;

/** Whether a path that came from outside can be a prefix: what `checkContextPath` takes. */
export function isContextPath(path: string): boolean {
  return path.length <= MAX_PREFIX && PREFIX.test(path) && !hasDots(path);
}

/** Throws `ERR_OPTION` (`option`) for what is no prefix. */
export function checkContextPath(path: string, option = "path", example = 'wrapContext("/wiki")'): void {
  const refuse = (remedy: string) => badOption(option, `${example}: ${remedy}`);
  if (typeof path !== "string" || !path.startsWith("/")) throw refuse("a prefix begins with /");
  if (path === "/") throw refuse("everything is under /: leave the middleware out");
  if (path.endsWith("/")) throw refuse("without a / at the end");
  if (!PREFIX.test(path)) throw refuse("segments of letters, digits and -._~, none empty, nothing encoded, no query");
  if (hasDots(path)) throw refuse("without . and .. as segments");
  if (path.length > MAX_PREFIX) throw refuse("at most 512 characters");
}

/** The path within the application; `undefined` for one that is not under the prefix. */
export function pathWithin(prefix: string, uri: string): string | undefined {
  if (uri !== prefix && !uri.startsWith(`${prefix}/`)) return undefined;
  if (hasDots(uri)) return undefined; // whoever resolves the dots later may leave the prefix by them
  return uri === prefix ? "/" : uri.slice(prefix.length);
}

// A segment `.` or `..`, however encoded; an encoded slash and a backslash count as slashes, as some decoders take them.
function hasDots(path: string): boolean {
  return /(?:[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?=[/\\]|%2f|%5c|$)/i.test(path);
}
