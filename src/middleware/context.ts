/** `wrapContext`: an application under a path of the site. */
import { contextPath } from "../context/context-path.ts";
import { withCookiePaths } from "../context/cookie-paths.ts";
import { checkContextPath, type MaybeMounted, type Mounted, mountedAt } from "../context/mount.ts";
import { badOption, checkNames } from "../errors.ts";
import { text } from "../response.ts";
import { type Bare, carryMarks, type Handler, isResponseMap, type Layer, type Middleware } from "../ring.ts";

export { contextPath, type MaybeMounted, type Mounted };

/** The options of `wrapContext`. */
export interface ContextOptions {
  /** Answers requests that are not under the prefix. Default: 404. */
  readonly outside?: Handler | undefined;
}

/** What `wrapContext` adds to the request; `uri` becomes the path within the application. */
export interface WithContext extends Layer {
  readonly request: Mounted;
  readonly response: {};
}

/**
 * Mounts an application under a prefix: under `wrapContext("/wiki")` its route `/login` answers `/wiki/login`, and its
 * `/` answers `/wiki` and `/wiki/`. Under the prefix is what begins with it, as sent and to the end of a segment:
 * neither `/wikipedia` nor `/%77iki`, and no path with a segment `.` or `..`, encoded or not. Prefixes of one inside the
 * other add up. (Ring keeps `:uri` whole, and `:path-info` has the rest; here that is `fullUri`.)
 *
 * Nothing that the application says is rewritten, but for one thing: links and redirects are made by `contextPath`, and
 * one of `response.cookies` that says no path gets the prefix, unless its name promises `Path=/`. A session's cookie says
 * `Path=/`: two applications with sessions of their own need a `cookieName` each.
 *
 * Throws `ERR_OPTION` for a prefix that is no path of plain segments (`/wiki`, `/apps/wiki`).
 */
export function wrapContext(path: string, options: ContextOptions = {}): Middleware<Bare, WithContext> {
  checkContextPath(path);
  checkNames(options, ["outside"], "wrapContext");
  const { outside = notFound } = options;
  if (typeof outside !== "function") throw badOption("outside", "must be a handler, such as stack.use(…)(handler)");
  const wrap: Middleware<Bare, WithContext> = (handler) => {
    const mounted = async (request: Parameters<typeof outside>[0]) => {
      const given = mountedAt(path, request);
      if (given === undefined) return outside(request);
      const response = await handler(given as unknown as Parameters<typeof handler>[0]);
      return isResponseMap(response) ? withCookiePaths(response, given.context) : response;
    };
    return carryMarks(mounted, [handler, outside]) as unknown as ReturnType<Middleware<Bare, WithContext>>;
  };
  return wrap;
}

const notFound: Handler = () => text("Not Found", 404);
