/** A visitor's cookies, in a jar of the package tough-cookie that goes by the visitor's clock. */
import { MAX_LIFETIME } from "../../cookies/grammar.ts";
import { badOption } from "../../errors.ts";
import { moduleMissing } from "../../module-missing.ts";
import type { Clock } from "./clock.ts";
import { type VisitorCookie, visitorCookie } from "./cookie.ts";

/** How a request stands to the site that it goes to (RFC 6265bis, 5.2): which SameSite attributes let a cookie go with it. */
export type SameSiteContext = "strict" | "lax" | "none";

/** The jar as a visitor uses it. Everything is done at once, so that requests at the same time do not mix. */
export interface Jar {
  /** The Cookie header of a request; `""` where no cookie is sent. */
  header(url: string, context: SameSiteContext): string;
  /** Takes the Set-Cookie lines of a response to `url`; what a browser would ignore is ignored. */
  store(lines: readonly string[], url: string, context: SameSiteContext): void;
  /** Takes one line; `ERR_OPTION` if a browser would ignore it. */
  put(line: string, url: string): void;
  /** The cookies of the host of `url`, whatever their paths, the longest path first. */
  list(url: string): readonly VisitorCookie[];
  clear(): void;
}

// RFC 6265bis, 5.6: a cookie of more octets of name and value is ignored.
const MAX_OCTETS = 4096;

/** An empty jar. Rejects with `ERR_MODULE_MISSING` where tough-cookie is not installed. */
export async function openJar(clock: Clock): Promise<Jar> {
  const { Cookie, CookieJar, cookieCompare, MemoryCookieStore } = await import("tough-cookie").catch(
    (cause: unknown) => {
      throw moduleMissing("visitor", "tough-cookie", cause);
    },
  );
  type Held = InstanceType<typeof Cookie>;
  const cookies = new MemoryCookieStore();
  const jar = new CookieJar(cookies, { prefixSecurity: "strict" });

  const evict = () => {
    cookies.getAllCookies((_, all) => {
      for (const { domain, path, key, expires } of all ?? []) {
        if (expires instanceof Date && expires.getTime() <= clock.now())
          cookies.removeCookie(domain!, path!, key, () => {});
      }
    });
  };
  const found = (url: string, options: object): Held[] => {
    evict();
    return jar.getCookiesSync(url, { ...options, expire: false }).sort(cookieCompare);
  };
  // tough-cookie looks at Max-Age by the machine's clock, and from each use anew: here it becomes an instant at once.
  const put = (line: string, url: string, sameSiteContext: SameSiteContext) => {
    const cookie = Cookie.parse(line);
    if (cookie === undefined) throw new Error("it cannot be read");
    if (new TextEncoder().encode(`${cookie.key}${cookie.value}`).length > MAX_OCTETS)
      throw new Error("it is over 4096 octets");
    if (typeof cookie.maxAge === "number") {
      cookie.expires = new Date(cookie.maxAge > 0 ? clock.now() + Math.min(cookie.maxAge, MAX_LIFETIME) * 1000 : 0);
      cookie.maxAge = null;
    }
    evict();
    jar.setCookieSync(cookie, url, { sameSiteContext, now: new Date(clock.now()) });
    evict();
  };

  return {
    header: (url, sameSiteContext) =>
      found(url, { sameSiteContext })
        .map((cookie) => cookie.cookieString())
        .join("; "),
    store(lines, url, context) {
      for (const line of lines) {
        try {
          put(line, url, context);
        } catch {
          // As a browser does, which tells nobody but its developer.
        }
      }
    },
    put(line, url) {
      try {
        put(line, url, "strict");
      } catch (error) {
        throw badOption("cookie", `a browser would not take it: ${(error as Error).message}`);
      }
    },
    list: (url) => found(url, { allPaths: true }).map((cookie) => visitorCookie(cookie)),
    clear: () => jar.removeAllCookiesSync(),
  };
}
