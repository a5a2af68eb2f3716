/**
 * EDN (https://github.com/edn-format/edn), as Clojure's `pr-str` prints it, read to plain JSON data.
 *
 * `edn-data` reads it; it is made for trusted text, takes what is no EDN, and rounds. So each token is checked before:
 * brackets, pairs and depth, and every scalar that it would change is handed to it as a string.
 */
import { tooManyValues } from "../max-values.ts";
import { moduleMissing } from "../module-missing.ts";
import { MAX_DEPTH } from "../session/json.ts";

const { parseEDNString, toEDNString } = await import("edn-data").catch((cause: unknown) => {
  throw moduleMissing("EDN", "edn-data", cause);
});

/** The data of one map; `undefined` for any other text, otherwise as `readEdn`. Never throws. */
export function readMap(edn: string): Record<string, unknown> | undefined {
  try {
    const value = readEdn(edn);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

interface EdnBounds {
  readonly knownTagsOnly?: boolean;
  /** How many forms there may be, keys and collections among them; for more, `ERR_PARAMS_LIMIT`. */
  readonly maxValues?: number;
}

/**
 * The data of one form. Throws, always an Error, for what is none, in time linear to the text's length.
 *
 * A keyword is its text without the colon, with its namespace: `user/id`; symbols, characters and #uuid are text; #inst
 * is ISO 8601; sets, lists and vectors are arrays. A number that JavaScript cannot hold as it is becomes its text:
 * integers past 2^53 - 1, BigDecimals of more than 15 digits, ratios but for halves, quarters …, Infinity. Any other tag
 * counts as the value behind it, unless `knownTagsOnly`. A key that is neither text nor keyword is its EDN text:
 * `"[1 2]"`. Keys that become one make it unreadable, as do comments, `#_`, metadata and more than `MAX_DEPTH` levels,
 * which `pr-str` never prints.
 */
export function readEdn(edn: string, { knownTagsOnly = false, maxValues = Infinity }: EdnBounds = {}): unknown {
  const exact = checked(edn, knownTagsOnly, maxValues);
  if (exact === undefined) throw new SyntaxError("no EDN");
  return plain(parseEDNString(exact, { tagHandlers: { inst } }) as Parsed);
}

/** What ends an atom: white space, a bracket, a string, a character, a comment. */
const END = ' ,\\t\\n\\r()[\\]{}"\\\\;';
const ENDS = `(?=[${END}]|$)`;
const TOKEN = new RegExp(
  [
    "[ ,\\t\\n\\r]+",
    '("(?:[^"\\\\]|\\\\(?:[tnrbf"\\\\]|u[0-9A-Fa-f]{4}))*")',
    `\\\\(newline|return|space|tab|formfeed|backspace|[^ \\t\\n\\r])${ENDS}`,
    "(#\\{)",
    `##(Inf|-Inf|NaN)${ENDS}`,
    `#((?::[^${END}:]|\\p{L})[^${END}]{0,250})${ENDS}`,
    // Bounded, because edn-data takes the square of an atom's length.
    `((?::[^${END}:]|[^${END}:#'@^\`~])[^${END}]{0,250})${ENDS}`,
  ].join("|"),
  "suy",
);

const BRACKETS = "()[]{}";
const NONE: Groups = [];
const CLOSES: Readonly<Record<string, string>> = { "{": "}", "#{": "}", "[": "]", "(": ")" };
const CHARS: ReadonlyMap<string, string> = new Map([
  ["newline", "\n"],
  ["return", "\r"],
  ["space", " "],
  ["tab", "\t"],
  ["formfeed", "\f"],
  ["backspace", "\b"],
]);

/** The same form in tokens that edn-data reads as they are meant; `undefined` for what is not one form. */
function checked(edn: string, knownTagsOnly: boolean, maxValues: number): string | undefined {
  const tokens: string[] = [];
  const levels = [{ close: "", pairs: false, forms: 0 }];
  let tag: string | undefined;
  let left = maxValues;
  TOKEN.lastIndex = 0;
  for (let at = 0; at < edn.length; at = TOKEN.lastIndex) {
    const first = edn[at]!;
    const isBracket = BRACKETS.includes(first); // told without a match: most of what takes long is brackets
    if (isBracket) TOKEN.lastIndex = at + 1;
    const groups = isBracket ? NONE : TOKEN.exec(edn); // numbered, because named ones take three times as long
    if (groups === null) return undefined;
    const open = isBracket && Object.hasOwn(CLOSES, first) ? first : groups[3];
    const close = isBracket && open === undefined ? first : undefined;
    const ahead = groups[5];
    const level = levels.at(-1)!;
    if (close !== undefined) {
      if (level.close !== close || tag !== undefined || (level.pairs && level.forms % 2 === 1)) return undefined;
      levels.pop();
      tokens.push(close);
    } else if (ahead !== undefined) {
      if (tag !== undefined) return undefined;
      tag = ahead;
      if (tag === "inst" || tag.startsWith(":")) tokens.push(`#${tag}`);
      else if (knownTagsOnly && tag !== "uuid") return undefined;
    } else {
      const token = open ?? scalar(groups);
      if (token === undefined) continue; // white space
      if (tag?.startsWith(":") && open !== "{") return undefined;
      if (--left < 0) throw tooManyValues(maxValues);
      tag = undefined;
      level.forms++;
      tokens.push(token);
      if (open !== undefined) levels.push({ close: CLOSES[open]!, pairs: open === "{", forms: 0 });
      if (levels.length > MAX_DEPTH + 1) return undefined;
    }
  }
  return levels.length === 1 && levels[0]!.forms === 1 && tag === undefined ? tokens.join(" ") : undefined;
}

type Groups = readonly (string | undefined)[];

function scalar([, string, char, , special, , atom]: Groups): string | undefined {
  if (char !== undefined) return JSON.stringify(CHARS.get(char) ?? char);
  if (special !== undefined) return JSON.stringify(special.replace("Inf", "Infinity"));
  return atom !== undefined && /^[-+]?\d/.test(atom) ? number(atom) : (string ?? atom);
}

const SMALL = /^(?:0|-?[1-9]\d{0,14})$/;
const NUMBER = /^([-+]?(?:0|[1-9]\d*))(?:N|(\.\d+)?([eE][-+]?\d+)?(M?))$/;
const RATIO = /^([-+]?[1-9]\d*)\/([1-9]\d*)$/;

/** A number as JavaScript prints it where it can hold it, else its text as a string. Throws for what is no number. */
function number(text: string): string {
  if (SMALL.test(text)) return text;
  const [, whole, part = "", exponent = "", big = ""] = NUMBER.exec(text) ?? [];
  if (whole === undefined) return ratio(text);
  const digits = whole + part + exponent;
  const value = Number(digits);
  const isShort = (whole + part).replaceAll(/\D/g, "").length <= 15 && /^(?:.[-+]?\d\d?)?$/.test(exponent);
  const isDecimal = part !== "" || exponent !== "" || big !== "";
  const isExact = !isDecimal ? Number.isSafeInteger(value) : big === "M" ? isShort : Number.isFinite(value);
  return isExact ? String(value) : JSON.stringify(digits);
}

function ratio(text: string): string {
  const [, above, below] = RATIO.exec(text) ?? [];
  if (above === undefined || below === undefined) throw new SyntaxError("no number");
  const isPowerOfTwo = (BigInt(below) & (BigInt(below) - 1n)) === 0n;
  const isExact = isPowerOfTwo && Number.isSafeInteger(Number(above)) && Number.isSafeInteger(Number(below));
  return isExact ? String(Number(above) / Number(below)) : JSON.stringify(text);
}

function inst(value: unknown): string {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[-+]\d\d:\d\d)$/.test(value)) {
    throw new SyntaxError("no instant");
  }
  return new Date(value).toISOString();
}

/** What edn-data makes of what `checked` lets through. */
type Parsed =
  | null
  | boolean
  | number
  | string
  | Parsed[]
  | { readonly key: string }
  | { readonly sym: string }
  | { readonly set: Parsed[] }
  | { readonly list: Parsed[] }
  | PairsOf
  | { readonly tag: string; readonly val: PairsOf };

interface PairsOf {
  readonly map: readonly (readonly [key: Parsed, value: Parsed])[];
}

function plain(value: Parsed): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if ("key" in value) return value.key;
  if ("sym" in value) return value.sym;
  if ("set" in value) return value.set.map(plain);
  if ("list" in value) return value.list.map(plain);
  return "map" in value ? object(value) : object(value.val, value.tag.slice(1)); // #:user{:id 1} is {:user/id 1}
}

/** An object of its own keys, `__proto__` among them. Throws where two keys are one. */
function object({ map }: PairsOf, space?: string): Record<string, unknown> {
  const own: Record<string, unknown> = Object.fromEntries(
    map.map(([key, value]) => [keyText(key, space), plain(value)]),
  );
  if (Object.keys(own).length < map.length) throw new SyntaxError("two keys become one");
  return own;
}

function keyText(key: Parsed, space = ""): string {
  if (typeof key === "string") return key;
  const isObject = typeof key === "object" && key !== null;
  const text = isObject && "key" in key ? key.key : isObject && "sym" in key ? key.sym : undefined;
  if (text === undefined) return toEDNString(key as Parameters<typeof toEDNString>[0]);
  if (space === "") return text;
  return text.includes("/") ? text.replace(/^_\//, "") : `${space}/${text}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
