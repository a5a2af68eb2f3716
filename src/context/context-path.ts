/** `contextPath`: a link into the application, wherever it is mounted. */
import { contextOf, type MaybeMounted } from "./mount.ts";

/**
 * `contextPath(request, "/login")` is `"/wiki/login"` under `wrapContext("/wiki")`, and `"/login"` under none: for links,
 * forms and `redirect(…)`. A path with `?query` and `#fragment` keeps them.
 *
 * Whatever the path is, a visitor's `?next=` too, what comes out begins with the prefix and names this host: `..` is
 * resolved within the application, `//evil.example`, `/\evil.example` and `https://evil.example` become paths. What
 * a URL cannot hold is percent-encoded.
 */
export function contextPath(request: MaybeMounted, path: string): string {
  // Read as a browser reads it, behind a host that is then left out.
  const { pathname, search, hash } = new URL(`http://host/${path.replace(/^[/\\\s]+/, "")}`);
  return `${contextOf(request)}${pathname.replace(/^\/{2,}/, "/")}${search}${hash}`;
}
