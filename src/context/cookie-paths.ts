/** The cookies of a mounted application: without a path of their own they are its prefix's. */
import { parseSetCookie } from "../cookies/parse-set-cookie.ts";
import { needsRootPath } from "../cookies/prefixes.ts";
import { isPlain, type ResponseMap } from "../ring.ts";

/**
 * Gives `path` to each cookie of `response.cookies`, and each Set-Cookie line, that has none. A name whose prefix
 * promises `Path=/` is left as it is.
 */
export function withCookiePaths(response: ResponseMap & { readonly cookies?: unknown }, path: string): ResponseMap {
  const headers = Object.entries(response.headers).map(([name, value]) => {
    if (name.toLowerCase() !== "set-cookie" || value === undefined) return [name, value];
    return [name, Array.isArray(value) ? value.map((line) => pathed(line, path)) : pathed(value as string, path)];
  });
  const sent = { ...response, headers: Object.fromEntries(headers) };
  if (!isPlain(response.cookies)) return sent;
  const cookies = Object.entries(response.cookies).map(([name, cookie]) => [name, at(name, cookie, path)]);
  return { ...sent, cookies: Object.fromEntries(cookies) } as ResponseMap;
}

function pathed(line: string, path: string): string {
  const cookie = typeof line === "string" ? parseSetCookie(line) : undefined;
  if (!cookie || cookie.path !== undefined || needsRootPath(cookie.name)) return line;
  return `${line}; Path=${path}`;
}

function at(name: string, cookie: unknown, path: string): unknown {
  if (needsRootPath(name)) return cookie;
  if (typeof cookie === "string") return { value: cookie, path };
  return isPlain(cookie) && !Object.hasOwn(cookie, "path") ? { ...cookie, path } : cookie;
}
