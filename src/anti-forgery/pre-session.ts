/**
 * Pre-sessions: what a visitor without a session is known by, so that a sign-in form can be protected (OWASP, "Login CSRF").
 *
 * A random value in a cookie that only a page with a token sets; the server keeps nothing. Each is a cookie of its own,
 * `__Host-anti-forgery-XXXX`, because pages that are opened at the same time cannot know of each other: of one name the
 * browser would keep the last, and the other pages' forms would be refused.
 */
import { type Cookies, parseCookies } from "../cookies/parse.ts";
import { expiredCookie, serializeCookie } from "../cookies/serialize.ts";
import { randomOctets } from "../crypto/random.ts";
import type { RequestMap } from "../ring.ts";

type Scheme = RequestMap["scheme"];

/** Of one scheme, so that a cookie planted over plain http is not read on https. */
const PREFIX: Readonly<Record<Scheme, string>> = { https: "__Host-anti-forgery-", http: "anti-forgery-" };

const VALUE = /^[\w-]{21}[AQgw]$/; // 128 bits; the last character carries two of them

/** How many of a request's are looked at: more pages were never opened at the same moment. */
const MOST = 16;

/** Those that a request brings. */
export interface CamePreSessions {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

export function camePreSessions({ scheme, headers }: Pick<RequestMap, "scheme" | "headers">): CamePreSessions {
  const prefix = PREFIX[scheme];
  const came: Cookies = headers.cookie?.includes(prefix) ? parseCookies(headers.cookie) : {};
  const names = Object.keys(came)
    .filter((name) => name.startsWith(prefix))
    .slice(0, MOST);
  return { names, values: names.map((name) => came[name]!.value).filter((value) => VALUE.test(value)) };
}

/** A new value: 128 random bits. */
export function drawPreSession(): string {
  return randomOctets(16).toString("base64url");
}

/** The Set-Cookie line of a new one, under a name that nobody else has drawn. It lasts until the browser is closed. */
export function preSessionLine(scheme: Scheme, value: string): string {
  return serializeCookie(PREFIX[scheme] + randomOctets(6).toString("base64url"), value, attributes(scheme));
}

/** The Set-Cookie line that removes one. */
export function endedLine(scheme: Scheme, name: string): string {
  const { value, ...expired } = expiredCookie(attributes(scheme));
  return serializeCookie(name, value, expired);
}

// Lax, not Strict: a visitor who follows a link from elsewhere still has it.
function attributes(scheme: Scheme) {
  return { path: "/", httpOnly: true, sameSite: "lax", secure: scheme === "https" } as const;
}
