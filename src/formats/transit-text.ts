/**
 * Data as Transit over JSON. Not written with transit-js: it keeps what it has written in an object that has a prototype,
 * so the key `__proto__` in an answer changes `Object.prototype` for the whole process, and `toString` comes out wrong.
 *
 *     text       as it is, with `~` in front where it begins with `~`, `^` or a backquote
 *     keyword    "~:name"; instant "~m" and milliseconds; bigint "~n123"; octets "~b" and Base64
 *     object     ["^ ", key, value, …]; array as in JSON; anything else at the top ["~#'", value]
 *     again      a key of more than three characters that came before, keyword or text: "^" and its number, in one or two
 *                digits to base 44 from "0" on; after 1936 of them counting begins anew
 */
import { areKeywords } from "./keyword.ts";

const DIGITS = 44;
const FIRST_DIGIT = 48;

/** `data` as `writable` gives it. */
export function transitText(data: unknown, keywords: boolean): string {
  const isComposite =
    typeof data === "object" && data !== null && !(data instanceof Date || data instanceof Uint8Array);
  const written = ground(data, keywords, new Map());
  return JSON.stringify(isComposite ? written : ["~#'", written]);
}

function ground(value: unknown, keywords: boolean, known: Map<string, string>): unknown {
  if (typeof value === "string") return escaped(value);
  if (typeof value === "bigint") return `~n${value}`;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return `~m${value.getTime()}`;
  if (value instanceof Uint8Array) return `~b${base64(value)}`;
  if (Array.isArray(value)) return value.map((inner) => ground(inner, keywords, known));
  const asKeywords = keywords && areKeywords(Object.keys(value));
  const flat: unknown[] = ["^ "];
  for (const [key, inner] of Object.entries(value)) {
    flat.push(cached(asKeywords ? `~:${key}` : escaped(key), known)); // before its value, as it is read
    flat.push(ground(inner, keywords, known));
  }
  return flat;
}

function escaped(text: string): string {
  return /^[~^`]/.test(text) ? `~${text}` : text;
}

function cached(key: string, known: Map<string, string>): string {
  if (key.length <= 3) return key;
  const code = known.get(key);
  if (code !== undefined) return code;
  if (known.size === DIGITS ** 2) known.clear();
  const [high, low] = [Math.floor(known.size / DIGITS), known.size % DIGITS];
  known.set(key, `^${high === 0 ? "" : digit(high)}${digit(low)}`);
  return key;
}

function digit(value: number): string {
  return String.fromCharCode(FIRST_DIGIT + value);
}

function base64(octets: Uint8Array): string {
  return btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));
}
