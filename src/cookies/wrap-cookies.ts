/** `wrapCookies`: `request.cookies` in and `response.cookies` out. */
import { badOption, RinglightError } from "../errors.ts";
import {
  type Bare,
  isResponseMap,
  type Layer,
  type Middleware,
  once,
  type RequestMap,
  type ResponseMap,
} from "../ring.ts";
import { type CookieAttributes, checkAttributes } from "./attributes.ts";
import { type Cookies, type ParseOptions, parseCookies } from "./parse.ts";
import { withSetCookie } from "./response-cookies.ts";
import { type CookieValue, type SerializeOptions, serializeCookie } from "./serialize.ts";

export interface CookiesOptions extends ParseOptions, SerializeOptions {
  /** For every cookie that says nothing else, merged over `{ path: "/" }`; an attribute given as `undefined` takes its default away. */
  readonly defaults?: CookieAttributes | undefined;
}

/** What `wrapCookies` adds to the request and takes off the response. */
export interface WithCookies extends Layer {
  readonly request: {
    /** By name, first of duplicates. See `parseCookies`. */
    readonly cookies: Cookies;
  };
  readonly response: {
    /** What to set, by name: a value, or a value with attributes. `expiredCookie()` deletes. */
    readonly cookies?: Readonly<Record<string, string | CookieValue>> | undefined;
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
  return once<Bare, WithCookies>("wrapCookies", (handler) => async (request) => {
    const given = cookiesRequest(request, options) as Parameters<typeof handler>[0];
    const response = await handler(given);
    if (!isResponseMap(response)) return response;
    return cookiesResponse(response as ResponseMap & WithCookies["response"], options);
  });
}

/** The request side: adds `cookies`, or leaves those already there. */
export function cookiesRequest<R extends RequestMap>(
  request: R,
  options: CookiesOptions = {},
): R & WithCookies["request"] {
  if (Object.hasOwn(request, "cookies")) return request as R & WithCookies["request"];
  return { ...request, cookies: parseCookies(request.headers.cookie, options) };
}

/** The response side: turns `cookies` into Set-Cookie lines and takes the key away. */
export function cookiesResponse<S extends ResponseMap & WithCookies["response"]>(
  response: S,
  { defaults, encode }: CookiesOptions = {},
): Omit<S, "cookies" | "headers"> & Pick<ResponseMap, "headers"> {
  const { cookies, headers: before, ...rest } = response;
  let headers: ResponseMap["headers"] = before;
  for (const [name, cookie] of Object.entries(cookies ?? {})) {
    const { value, ...attributes } = asCookieValue(cookie);
    headers = withSetCookie(
      headers,
      serializeCookie(name, value, { path: "/", ...defaults, ...attributes }, { encode }),
    );
  }
  return { ...rest, headers };
}

function asCookieValue(cookie: string | CookieValue): CookieValue {
  if (typeof cookie === "string") return { value: cookie };
  if (typeof cookie === "object" && cookie !== null) return cookie;
  throw new RinglightError(
    "ERR_COOKIE_VALUE",
    "response.cookies: give a string or { value, …attributes } for each name",
  );
}

const KNOWN = ["defaults", "maxPairs", "decode", "encode"];

function checkOptions(options: CookiesOptions): void {
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key)) throw badOption(key, `is no option of wrapCookies; there are: ${KNOWN.join(", ")}`);
  }
  for (const key of ["decode", "encode"] as const) {
    if (options[key] !== undefined && typeof options[key] !== "function") throw badOption(key, "must be a function");
  }
  const { maxPairs = 1 } = options;
  if (!Number.isInteger(maxPairs) || maxPairs < 1) throw badOption("maxPairs", "must be a whole number of at least 1");
  try {
    checkAttributes("name", options.defaults ?? {}, "defaults");
  } catch (error) {
    const { option = "defaults", message } = error as RinglightError;
    throw new RinglightError("ERR_OPTION", `${option}: ${message}`, { option, cause: error });
  }
}
