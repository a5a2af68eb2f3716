/** The server's side of Set-Cookie: one cookie as one header line. */
import { RinglightError } from "../errors.ts";
import { bareDomain, type CookieAttributes, checkAttributes, ownAttributes } from "./attributes.ts";
import { formatCookieDate } from "./cookie-date.ts";
import { COOKIE_VALUE, MAX_PAIR, PLAIN_VALUE } from "./grammar.ts";

/** A cookie to send, without its name. */
export type CookieValue = { readonly value: string } & CookieAttributes;

export interface SerializeOptions {
  /** Turns a value into what RFC 6265bis lets stand in a cookie. Default: percent-encoding. `(value) => value` for none. */
  readonly encode?: ((value: string) => string) | undefined;
}

/**
 * Writes a Set-Cookie line: `sid=42; Max-Age=60; Domain=…; Path=/; Expires=…; HttpOnly; Secure; Partitioned;
 * Priority=High; SameSite=Lax`, of it what is given.
 *
 * A value of cookie-octets other than `%` stands as it is; any other is encoded with `encodeURIComponent`, a lone
 * surrogate as U+FFFD, so that `parseCookies` gives it back. What an `encode` of your own returns is not mended:
 * `ERR_COOKIE_VALUE` where it is not a cookie-value. `ERR_COOKIE_SIZE` where name and encoded value together exceed
 * 4096 octets. For name and attributes see `checkAttributes`.
 */
export function serializeCookie(
  name: string,
  value: string,
  attributes: CookieAttributes = {},
  { encode }: SerializeOptions = {},
): string {
  const own = ownAttributes(attributes); // read once: a getter might answer otherwise the second time
  checkAttributes(name, own);
  const pair = `${name}=${encoded(name, value, encode)}`;
  if (pair.length - 1 > MAX_PAIR) {
    throw new RinglightError(
      "ERR_COOKIE_SIZE",
      `cookie ${name.slice(0, 64)}: name and value exceed ${MAX_PAIR} octets; store the data and send a key to it`,
    );
  }
  return pair + attributeText(own);
}

/**
 * What deletes a cookie that was set with the same attributes: an empty value, Max-Age=0 and an Expires long past,
 * because RFC 6265 did not yet allow the zero. Path, Domain and Partitioned must be those of the cookie.
 */
export function expiredCookie(attributes: CookieAttributes = {}): CookieValue {
  return { ...attributes, value: "", maxAge: 0, expires: new Date(0) };
}

function encoded(name: string, value: string, encode: SerializeOptions["encode"]): string {
  const refuse = (remedy: string) => new RinglightError("ERR_COOKIE_VALUE", `cookie ${name.slice(0, 64)}: ${remedy}`);
  if (typeof value !== "string") throw refuse("give the value as a string; JSON.stringify makes one");
  if (encode === undefined) return PLAIN_VALUE.test(value) ? value : encodeURIComponent(value.toWellFormed());
  const text = encode(value);
  if (typeof text === "string" && COOKIE_VALUE.test(text)) return text;
  throw refuse(
    "encode the value; controls, white space, DQUOTE, comma, semicolon, backslash and non-ASCII cannot stand in it",
  );
}

function attributeText(own: CookieAttributes): string {
  let text = "";
  if (own.maxAge !== undefined) text += `; Max-Age=${own.maxAge}`;
  if (own.domain !== undefined) text += `; Domain=${bareDomain(own.domain)}`;
  if (own.path !== undefined) text += `; Path=${own.path}`;
  if (own.expires !== undefined) text += `; Expires=${formatCookieDate(own.expires)}`;
  if (own.httpOnly) text += "; HttpOnly";
  if (own.secure) text += "; Secure";
  if (own.partitioned) text += "; Partitioned";
  if (own.priority !== undefined) text += `; Priority=${capitalised(own.priority)}`;
  if (own.sameSite !== undefined) text += `; SameSite=${capitalised(own.sameSite)}`;
  return text;
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
