/** The server's side of the Cookie header. */
import { CONTROL, NAME_ON_READ } from "./grammar.ts";

/** The cookies of a request by name, without a prototype. */
export type Cookies = Readonly<Record<string, { readonly value: string } | undefined>>;

export interface ParseOptions {
  /** How many pairs are read, at least 1; those after them are not looked at. Default 1000. */
  readonly maxPairs?: number | undefined;
  /** Turns a value as sent into the value given; `undefined` leaves the pair out. Default: `decodeValue`. */
  readonly decode?: ((value: string) => string | undefined) | undefined;
}

/** How much of a header `parseCookies` reads, in octets. A pair that does not end before is not read. */
export const MAX_HEADER = 65_536;

/**
 * Reads a Cookie header (RFC 6265bis, 4.2.1). Never throws, in time linear to the header's length.
 *
 * Pairs are split at `;` and nowhere else; only SP and HTAB are trimmed. Names are compared octet by octet and never
 * decoded. DQUOTEs belong to the value. Of two cookies with one name the first counts. Left out are pairs without `=`,
 * without a name, with a control character, and with a name outside printable ASCII or with white space or a backslash
 * in it. A cookie is a visitor's input whatever its name: prefixes bind browsers, not clients.
 */
export function parseCookies(header: string | undefined, options: ParseOptions = {}): Cookies {
  const cookies: Record<string, { readonly value: string }> = Object.create(null);
  if (header === undefined) return cookies;
  const { maxPairs = 1000, decode = decodeValue } = options;
  let pairs = 0;
  scan(header, readable(header), (name, value) => {
    if (!(name in cookies) && NAME_ON_READ.test(name) && !CONTROL.test(value)) {
      const decoded = decode(value);
      if (decoded !== undefined) cookies[name] = { value: decoded };
    }
    return ++pairs < maxPairs;
  });
  return cookies;
}

/** Every value that the header has under a name, in its order, as sent: not decoded, with neither bound of `parseCookies`. */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  const values: string[] = [];
  if (header === undefined || !header.includes(name)) return values;
  scan(header, header.length, (found, value) => {
    if (found === name && NAME_ON_READ.test(name) && !CONTROL.test(value)) values.push(value);
    return true;
  });
  return values;
}

/** Decodes percent sequences of UTF-8; a value with one that cannot be decoded is given back as it is. */
export function decodeValue(value: string): string {
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Where reading ends: not in the middle of a pair, whose value would be another one. */
function readable(header: string): number {
  return header.length <= MAX_HEADER ? header.length : header.lastIndexOf(";", MAX_HEADER);
}

/** Visits the pairs that have a `=`, trimmed, until `visit` says false. */
function scan(header: string, end: number, visit: (name: string, value: string) => boolean): void {
  let equals = -1;
  for (let start = 0; start < end; ) {
    // Sought anew only once it is passed: a run of ";" without "=" would else cost the square of its length.
    if (equals < start) equals = header.indexOf("=", start);
    if (equals === -1 || equals >= end) return;
    const semicolon = header.indexOf(";", start);
    const stop = semicolon === -1 ? end : semicolon;
    if (equals < stop && !visit(trimmed(header, start, equals), trimmed(header, equals + 1, stop))) return;
    start = stop + 1;
  }
}

/** The text between two places without the SP and HTAB around it. */
export function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
