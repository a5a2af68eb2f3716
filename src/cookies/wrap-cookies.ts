/** `wrapCookies`: `request.cookies` in and `response.cookies` out. */
import { type Keys, ringOf } from "../crypto/keys.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import {
  type Bare,
  isResponseMap,
  type Layer,
  type Middleware,
  once,
  type RequestMap,
  type ResponseMap,
} from "../ring.ts";
import { type CookieAttributes, checkAttributes, ownAttributes } from "./attributes.ts";
import { type Guarding, type Guards, guardedValue, guards, openGuarded } from "./guarded-cookies.ts";
import { type Cookies, type ParseOptions, parseCookies } from "./parse.ts";
import { needsRootPath } from "./prefixes.ts";
import { withSetCookie } from "./response-cookies.ts";
import { type CookieValue, type SerializeOptions, serializeCookie } from "./serialize.ts";
import { cookieWarnings } from "./undelivered.ts";

/** The options of `wrapCookies`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface CookiesOptions extends ParseOptions, SerializeOptions {
  /** For every cookie that says nothing else, merged over `{ path: "/" }` (under `wrapContext` its prefix); an attribute given as `undefined` takes its default away. */
  readonly defaults?: CookieAttributes | undefined;
  /**
   * For cookies with `signed: true` or `sealed: true`: `keyRing([newest, …older])`, or one key or a list. Without this
   * option such a cookie is an error. Given but `undefined`, as an environment variable that is not set: a random key of
   * this process, with a warning; with NODE_ENV=production `ERR_OPTION`.
   */
  readonly keys?: Keys | undefined;
  /** The clock, in milliseconds, by which a guarded cookie's `maxAge` or `expires` holds on the server. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** A cookie to set: its value and attributes, and how it is guarded. */
export type ResponseCookie = CookieValue & Guarding;

/** What `wrapCookies` adds to the request and takes off the response. */
export interface WithCookies extends Layer {
  readonly request: {
    /** By name, first of duplicates. See `parseCookies`. */
    readonly cookies: Cookies;
    /**
     * Those that this server signed, under this very name, and whose time has not passed. One that was tampered with is
     * absent; what `cookies` has under the same name is a visitor's own, and no substitute.
     */
    readonly signedCookies: Cookies;
    /** Those that this server sealed, likewise. */
    readonly sealedCookies: Cookies;
  };
  readonly response: {
    /** What to set, by name: a value, or a value with attributes. `expiredCookie()` deletes. */
    readonly cookies?: Readonly<Record<string, string | ResponseCookie>> | undefined;
  };
}

/**
 * Reads the request's cookies and writes the response's. Throws `ERR_OPTION` when built with an impossible option,
 * `ERR_STACK_TWICE` around another `wrapCookies`. While answering it rejects with `ERR_COOKIE_NAME`,
 * `ERR_COOKIE_VALUE`, `ERR_COOKIE_ATTRIBUTE`, `ERR_COOKIE_PREFIX` or `ERR_COOKIE_SIZE` for a cookie of the response
 * that cannot be sent; a request's cookies never make it throw.
 */
export function wrapCookies(options: CookiesOptions = {}): Middleware<Bare, WithCookies> {
  checkOptions(options);
  const guarding = Object.hasOwn(options, "keys") ? guards(ringOf(options.keys)) : undefined;
  const warn = cookieWarnings();
  return once<Bare, WithCookies>("wrapCookies", (handler) => async (request) => {
    const given = cookiesRequest(request, options, guarding) as Parameters<typeof handler>[0];
    const response = await handler(given);
    if (!isResponseMap(response)) return response;
    const { context, fullUri } = request as { readonly context?: unknown; readonly fullUri?: unknown };
    const path = typeof context === "string" && typeof fullUri === "string" ? context : "/"; // wrapContext's
    const told = (name: string, attributes: CookieAttributes) => warn(name, attributes, request);
    return cookiesResponse(response as ResponseMap & WithCookies["response"], options, guarding, told, path);
  });
}

/** The request side: adds the cookies, or leaves those already there. */
export function cookiesRequest<R extends RequestMap>(
  request: R,
  options: CookiesOptions = {},
  guards?: Guards,
): R & WithCookies["request"] {
  if (Object.hasOwn(request, "cookies")) return request as R & WithCookies["request"];
  const all = parseCookies(request.headers.cookie, options);
  if (!guards) return { ...request, cookies: all, signedCookies: NONE, sealedCookies: NONE };
  const { plain, signed, sealed } = openGuarded(all, guards, (options.now ?? Date.now)());
  return { ...request, cookies: plain, signedCookies: signed, sealedCookies: sealed };
}

const NONE: Cookies = Object.freeze(Object.create(null));

/** The response side: turns `cookies` into Set-Cookie lines and takes the key away. */
export function cookiesResponse<S extends ResponseMap & WithCookies["response"]>(
  response: S,
  { defaults, encode, now = Date.now }: CookiesOptions = {},
  guards?: Guards,
  warn: (name: string, attributes: CookieAttributes) => void = () => {},
  path = "/",
): Omit<S, "cookies" | "headers"> & Pick<ResponseMap, "headers"> {
  const { cookies, headers: before, ...rest } = response;
  let headers: ResponseMap["headers"] = before;
  for (const [name, cookie] of Object.entries(cookies ?? {})) {
    if (cookie === undefined) continue;
    const { value, signed, sealed, ...given } = asResponseCookie(name, cookie);
    const attributes = ownAttributes({ path: needsRootPath(name) ? "/" : path, ...defaults, ...given });
    checkAttributes(name, attributes);
    warn(name, attributes);
    const sent = guardedValue(name, value, { signed, sealed }, attributes, { guards, now: now() });
    headers = withSetCookie(headers, serializeCookie(name, sent, attributes, { encode }));
  }
  return { ...rest, headers };
}

function asResponseCookie(name: string, cookie: string | ResponseCookie): ResponseCookie {
  const given = typeof cookie === "string" ? { value: cookie } : cookie;
  if (typeof given?.value === "string") return Object.assign(Object.create(null), given) as ResponseCookie; // nothing of a polluted prototype
  const remedy = "give a string or { value, …attributes }; JSON.stringify makes one, expiredCookie() deletes";
  throw new RinglightError("ERR_COOKIE_VALUE", `response.cookies, ${JSON.stringify(name.slice(0, 64))}: ${remedy}`);
}

const KNOWN = ["defaults", "maxPairs", "decode", "encode", "keys", "now"] as const;

function checkOptions(options: CookiesOptions): void {
  checkNames(options, KNOWN, "wrapCookies");
  for (const key of ["decode", "encode", "now"] as const) {
    if (options[key] !== undefined && typeof options[key] !== "function") throw badOption(key, "must be a function");
  }
  const { maxPairs = 1 } = options;
  if (!Number.isInteger(maxPairs) || maxPairs < 1) throw badOption("maxPairs", "must be a whole number of at least 1");
  try {
    checkAttributes("NAME", options.defaults ?? {}, "defaults");
  } catch (error) {
    const { option = "defaults", message } = error as RinglightError;
    throw new RinglightError("ERR_OPTION", `${option}: ${message}`, { option, cause: error });
  }
}
