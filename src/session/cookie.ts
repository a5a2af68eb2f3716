/** The session's cookie: its name and attributes by scheme, and what a browser would do with it. */
import { type CookieAttributes, checkAttributes, givenAttributes } from "../cookies/attributes.ts";
import { expiredCookie, serializeCookie } from "../cookies/serialize.ts";
import { isLoopback } from "../cookies/undelivered.ts";
import { badOption, RinglightError } from "../errors.ts";
import type { SessionEvent } from "./events.ts";

export interface CookieOptions {
  /**
   * The cookie's name, used exactly. Default: `__Host-session` on https and `session` on http; never the one where
   * the other belongs, so that a cookie planted over plain http is not read on https.
   */
  readonly cookieName?: string | undefined;
  /**
   * Merged over Path=/, HttpOnly, SameSite=Lax, and Secure on https. A Domain, another Path or `secure: false` needs a
   * `cookieName` of your own, because the `__Host-` prefix promises their absence. `maxAge` is an option of its own.
   */
  readonly cookieAttrs?: Omit<CookieAttributes, "maxAge" | "expires"> | undefined;
  /** Allows sessions over plain http in production. Everybody on the way can then take them over. Default false. */
  readonly insecure?: boolean | undefined;
}

/** What the cookie of one request is called, and how it is sent. */
export interface SessionCookie {
  readonly name: string;
  readonly attributes: CookieAttributes;
}

/** What `sessionCookieAttrs` may change for one response. */
export type SessionCookieAttrs = Omit<CookieAttributes, "expires">;

export interface SessionCookies {
  readonly https: SessionCookie;
  readonly http: SessionCookie;
}

/** Both cookies, checked: throws `ERR_OPTION` for what a browser would refuse. */
export function sessionCookies({ cookieName, cookieAttrs = {} }: CookieOptions): SessionCookies {
  if (typeof cookieAttrs !== "object" || cookieAttrs === null)
    throw badOption("cookieAttrs", 'must be an object of attributes, such as { sameSite: "strict" }');
  for (const key of ["maxAge", "expires"]) {
    if (key in cookieAttrs)
      throw badOption(`cookieAttrs.${key}`, "set the option maxAge beside cookieAttrs, not in it");
  }
  return {
    https: sessionCookie(cookieName ?? "__Host-session", cookieAttrs, true),
    http: sessionCookie(cookieName ?? "session", cookieAttrs, false),
  };
}

function sessionCookie(name: string, given: CookieAttributes, https: boolean): SessionCookie {
  const sameSite = String(given.sameSite).toLowerCase();
  const needsSecure =
    https || /^__(host|secure|http)-/i.test(name) || sameSite === "none" || given.partitioned === true;
  const attributes: CookieAttributes = {
    path: "/",
    httpOnly: true,
    sameSite: "lax",
    secure: needsSecure,
    ...givenAttributes(given),
  };
  try {
    checkAttributes(name, attributes, "cookieAttrs");
  } catch (error) {
    throw asOption(error as RinglightError);
  }
  if (name.length > MAX_NAME) throw badOption("cookieName", `must have at most ${MAX_NAME} characters`);
  if (attributes.partitioned && sameSite !== "none") {
    console.warn(
      'ringlight: cookieAttrs.partitioned without sameSite: "none": no other site\'s frame will send the cookie',
    );
  }
  return { name, attributes };
}

/** So that a token, and the number of a cookie that continues it, have room beside it. */
const MAX_NAME = 256;

function asOption(error: RinglightError): RinglightError {
  const option = error.code === "ERR_COOKIE_NAME" ? "cookieName" : (error.option ?? "cookieAttrs");
  const hint =
    error.code === "ERR_COOKIE_PREFIX"
      ? ". The session's default name has the __Host- prefix: give another cookieName to be free of its rules."
      : "";
  return new RinglightError("ERR_OPTION", `${option}: ${error.message}${hint}`, { option, cause: error });
}

/** The Set-Cookie line that hands out a token. */
export function setCookieLine(cookie: SessionCookie, token: string, given: SessionCookieAttrs): string {
  return serializeCookie(cookie.name, token, { ...cookie.attributes, ...given });
}

/** The Set-Cookie line that removes the cookie: same name, Path, Domain, Secure and Partitioned. */
export function deleteCookieLine(cookie: SessionCookie, given: SessionCookieAttrs): string {
  const { value, ...attributes } = expiredCookie({ ...cookie.attributes, ...given });
  return serializeCookie(cookie.name, value, attributes);
}

/** Why the browser behind this request will not keep the cookie, if it will not. */
export function undeliverable(attributes: CookieAttributes, scheme: string, host: string): SessionEvent | undefined {
  const name = hostName(host);
  if (attributes.secure && scheme === "http" && !isLoopback(name)) {
    return { type: "cookie.undeliverable", reason: "secure-over-http" };
  }
  const domain = attributes.domain?.replace(/^\./, "").toLowerCase();
  if (domain !== undefined && name !== domain && !name.endsWith(`.${domain}`)) {
    return { type: "cookie.undeliverable", reason: "domain-mismatch" };
  }
  return undefined;
}

/** Throws `ERR_INSECURE_SCHEME` for a session over plain http where everybody could listen. */
export function checkScheme(scheme: string, host: string): void {
  if (scheme === "https" || isLoopback(host)) return;
  throw new RinglightError(
    "ERR_INSECURE_SCHEME",
    "a session over plain http in production: serve https, or name the proxy that does (trustProxy: " +
      '["10.0.0.1"]; in Express app.set("trust proxy", …), in Fastify and Koa their own setting), or say insecure: true',
  );
}

function hostName(host: string): string {
  return host.replace(/:\d*$/, "").toLowerCase();
}
