/** The user agent's side of Set-Cookie. */
import { parseCookieDate } from "./cookie-date.ts";
import { CONTROL, MAX_ATTRIBUTE, MAX_PAIR } from "./grammar.ts";
import { trimmed } from "./parse.ts";

/** A Set-Cookie line as a user agent understands it. What the line does not say, or not so that it counts, is absent. */
export interface SetCookie {
  readonly name: string;
  /** As sent: not decoded, DQUOTEs included. */
  readonly value: string;
  /** As sent, in which a leading dot and case mean nothing. Never empty. */
  readonly domain?: string;
  /** Begins with `/`; absent: the default path of the request. */
  readonly path?: string;
  readonly expires?: Date;
  /** Seconds, which may be negative; goes before `expires`. Not yet bounded to 400 days. */
  readonly maxAge?: number;
  readonly secure?: true;
  readonly httpOnly?: true;
  readonly partitioned?: true;
  readonly sameSite?: "strict" | "lax" | "none";
  readonly priority?: "low" | "medium" | "high";
}

type Mutable = { -readonly [K in keyof SetCookie]: SetCookie[K] };

/**
 * Reads one Set-Cookie line (RFC 6265bis, 5.6); `undefined` where a user agent ignores it: a control character in it,
 * no name, or name and value over 4096 octets. Of an attribute given twice the last counts; unknown attributes, and
 * values over 1024 octets, are ignored. Never throws.
 */
export function parseSetCookie(line: string): SetCookie | undefined {
  if (CONTROL.test(line)) return undefined;
  const end = endOfPart(line, 0);
  const equals = line.indexOf("=");
  if (equals === -1 || equals > end) return undefined; // a value without a name
  const name = trimmed(line, 0, equals);
  const value = trimmed(line, equals + 1, end);
  if (name === "" || name.length + value.length > MAX_PAIR) return undefined;
  const cookie: Mutable = { name, value };
  for (let start = end + 1; start < line.length; ) {
    const stop = endOfPart(line, start);
    takeAttribute(cookie, line.slice(start, stop));
    start = stop + 1;
  }
  return cookie;
}

function endOfPart(line: string, start: number): number {
  const semicolon = line.indexOf(";", start);
  return semicolon === -1 ? line.length : semicolon;
}

function takeAttribute(cookie: Mutable, part: string): void {
  const equals = part.indexOf("=");
  const end = equals === -1 ? part.length : equals;
  const value = trimmed(part, end + 1, part.length);
  if (value.length <= MAX_ATTRIBUTE) readers.get(trimmed(part, 0, end).toLowerCase())?.(cookie, value);
}

const readers: ReadonlyMap<string, (cookie: Mutable, value: string) => void> = new Map([
  // RFC 6265, 5.2.3: an empty one SHOULD be ignored.
  ["domain", (cookie, value) => put(cookie, "domain", value === "" ? undefined : value)],
  [
    "path",
    (cookie, value) => {
      // Takes back an earlier one, too: the last counts, and without a "/" in front it means the default path.
      if (value.startsWith("/")) cookie.path = value;
      else delete cookie.path;
    },
  ],
  ["expires", (cookie, value) => put(cookie, "expires", parseCookieDate(value))],
  ["max-age", (cookie, value) => put(cookie, "maxAge", /^-?\d+$/.test(value) ? seconds(value) : undefined)],
  ["secure", (cookie) => put(cookie, "secure", true)],
  ["httponly", (cookie) => put(cookie, "httpOnly", true)],
  ["partitioned", (cookie) => put(cookie, "partitioned", true)],
  ["samesite", (cookie, value) => put(cookie, "sameSite", oneOf(["strict", "lax", "none"], value))],
  ["priority", (cookie, value) => put(cookie, "priority", oneOf(["low", "medium", "high"], value))],
]);

function put<K extends keyof Mutable>(cookie: Mutable, key: K, value: Mutable[K] | undefined): void {
  if (value !== undefined) cookie[key] = value;
}

function seconds(digits: string): number {
  const limit = Number.MAX_SAFE_INTEGER;
  return Math.max(-limit, Math.min(limit, Number(digits)));
}

function oneOf<Word extends string>(words: readonly Word[], value: string): Word | undefined {
  return words.find((word) => word === value.toLowerCase());
}
