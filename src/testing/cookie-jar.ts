/** A browser's cookie jar for tests: RFC 6265bis, 5.6 to 5.8, with a clock that is handed in. */
import { bareDomain } from "../cookies/attributes.ts";
import { MAX_LIFETIME } from "../cookies/grammar.ts";
import { parseSetCookie, type SetCookie } from "../cookies/parse-set-cookie.ts";
import { brokenPrefix } from "../cookies/prefixes.ts";

/** A browser's cookies. */
export interface CookieJar {
  /** Takes the Set-Cookie lines of a response to `url`; what a browser would ignore is ignored. */
  store(setCookie: string | readonly string[] | undefined, url: string): void;
  /** The Cookie header of a request to `url`; `""` where no cookie is sent. */
  header(url: string): string;
}

interface Stored {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  /** In milliseconds; Infinity: until the browser closes. */
  readonly expiry: number;
}

/**
 * An empty jar. `now` gives milliseconds. SameSite is not applied, every request counting as same-site; a Domain of one
 * label stands for the list of public suffixes; Secure needs `https:`, also on loopback.
 */
export function cookieJar({ now = Date.now }: { readonly now?: () => number } = {}): CookieJar {
  // A cookie that replaces another keeps its place, as it keeps its creation-time (RFC 6265bis, 5.7).
  const cookies = new Map<string, Stored>();
  const evict = () => {
    for (const [key, cookie] of cookies) if (cookie.expiry <= now()) cookies.delete(key);
  };
  return {
    store(setCookie, url) {
      for (const line of [setCookie ?? []].flat()) {
        evict();
        const parsed = parseSetCookie(line);
        const cookie = parsed && accepted(parsed, new URL(url), now());
        if (cookie === undefined || overlaysSecure(cookie, new URL(url), cookies.values())) continue;
        cookies.set(JSON.stringify([cookie.name, cookie.domain, cookie.hostOnly, cookie.path]), cookie);
      }
      evict();
    },
    header(url) {
      evict();
      const sent = [...cookies.values()].filter((cookie) => isSent(cookie, new URL(url)));
      return sent
        .sort((a, b) => b.path.length - a.path.length)
        .map(({ name, value }) => `${name}=${value}`)
        .join("; ");
    },
  };
}

/** RFC 6265bis, 5.7: the cookie to store, or `undefined` where it is ignored. */
function accepted(cookie: SetCookie, { hostname, pathname, protocol }: URL, now: number): Stored | undefined {
  const secure = cookie.secure === true;
  if (secure && protocol !== "https:") return undefined;
  if ((cookie.sameSite === "none" || cookie.partitioned) && !secure) return undefined;
  if (brokenPrefix(cookie.name, cookie) !== undefined) return undefined;
  const domain = bareDomain(cookie.domain ?? "").toLowerCase();
  const hostOnly = cookie.domain === undefined || (domain === hostname && !domain.includes("."));
  if (!hostOnly && (!domain.includes(".") || !domainMatches(hostname, domain))) return undefined;
  const path = cookie.path ?? defaultPath(pathname);
  const { name, value } = cookie;
  return { name, value, domain: hostOnly ? hostname : domain, hostOnly, path, secure, expiry: expiryOf(cookie, now) };
}

function expiryOf({ maxAge, expires }: SetCookie, now: number): number {
  const latest = now + MAX_LIFETIME * 1000;
  if (maxAge !== undefined) return maxAge <= 0 ? -Infinity : Math.min(now + maxAge * 1000, latest);
  return expires === undefined ? Infinity : Math.min(expires.getTime(), latest);
}

/** RFC 6265bis, 5.7: what came over plain http must not stand in the way of a Secure cookie. */
function overlaysSecure(cookie: Stored, { protocol }: URL, others: Iterable<Stored>): boolean {
  if (protocol === "https:") return false;
  for (const other of others) {
    const sameDomain = domainMatches(other.domain, cookie.domain) || domainMatches(cookie.domain, other.domain);
    if (other.secure && other.name === cookie.name && sameDomain && pathMatches(cookie.path, other.path)) return true;
  }
  return false;
}

function isSent(cookie: Stored, { hostname, pathname, protocol }: URL): boolean {
  const host = cookie.hostOnly ? hostname === cookie.domain : domainMatches(hostname, cookie.domain);
  return host && pathMatches(pathname, cookie.path) && (!cookie.secure || protocol === "https:");
}

/** RFC 6265bis, 5.1.3. */
function domainMatches(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && !/^[\d.]+$|^\[/.test(host));
}

/** RFC 6265bis, 5.1.4: up to the last slash, without it. */
function defaultPath(pathname: string): string {
  return pathname.slice(0, Math.max(1, pathname.lastIndexOf("/")));
}

/** RFC 6265bis, 5.1.4. */
function pathMatches(requested: string, path: string): boolean {
  return requested === path || (requested.startsWith(path) && (path.endsWith("/") || requested[path.length] === "/"));
}
