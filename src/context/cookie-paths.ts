/** The cookies of a mounted application: without a path of their own they are its prefix's. */
import { needsRootPath } from "../cookies/prefixes.ts";
import { isPlain, type ResponseMap } from "../ring.ts";

/**
 * Gives `path` to each of `response.cookies` that says none, for a `wrapCookies` outside; one inside knows the prefix. A
 * name whose prefix promises `Path=/` is left as it is.
 */
export function withCookiePaths(response: ResponseMap & { readonly cookies?: unknown }, path: string): ResponseMap {
  if (!isPlain(response.cookies)) return response;
  const cookies = Object.entries(response.cookies).map(([name, cookie]) => [name, at(name, cookie, path)]);
  return { ...response, cookies: Object.fromEntries(cookies) } as ResponseMap;
}

function at(name: string, cookie: unknown, path: string): unknown {
  if (needsRootPath(name)) return cookie;
  if (typeof cookie === "string") return { value: cookie, path };
  return isPlain(cookie) && !Object.hasOwn(cookie, "path") ? { ...cookie, path } : cookie;
}
