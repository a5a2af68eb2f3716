/** `edn()`: EDN (https://github.com/edn-format/edn) for `wrapFormats`, with the package `edn-data`. */
import { readEdn } from "../edn/read.ts";
import { MAX_VALUES } from "../max-values.ts";
import type { Format, FormatTypes } from "./format.ts";
import { checkKeys, typesOf } from "./format-options.ts";
import { areKeywords } from "./keyword.ts";
import { utf8 } from "./utf8.ts";
import { writable } from "./writable.ts";

export interface EdnOptions extends FormatTypes {
  /**
   * How an object's keys are written. `"keyword"` (default), as Clojure has them: `{:user "bob"}`, but text for all keys of
   * an object one of which is no keyword. `"string"`: text always. Both read the same.
   */
  readonly keys?: "keyword" | "string" | undefined;
}

/**
 * EDN, `application/edn`. Read as plain JSON data: keywords, symbols, characters and #uuid are text, #inst is ISO 8601
 * text, lists and sets are arrays, a number that JavaScript cannot hold is its text. Refused: any other tag, keys that
 * become one, comments, `#_`, metadata. Written: a Date as #inst, a bigint as `5N`. Throws `ERR_OPTION` when built wrongly;
 * importing this without `edn-data` throws `ERR_MODULE_MISSING`.
 */
export function edn(options: EdnOptions = {}): Format {
  const types = typesOf(options, ["types", "keys"], "edn", ["application/edn"]);
  checkKeys(options.keys);
  const { keys = "keyword" } = options;
  return {
    name: "edn",
    types,
    read: (octets, { maxValues = MAX_VALUES } = {}) => readEdn(utf8(octets), { knownTagsOnly: true, maxValues }),
    write: (data) => ednText(writable(data, EXTRAS), keys === "keyword"),
  };
}

const EXTRAS = { name: "edn", dates: true, bigints: () => true, loneSurrogates: true };

function ednText(value: unknown, keywords: boolean): string {
  if (value === null) return "nil";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "bigint") return `${value}N`;
  if (typeof value !== "object") return JSON.stringify(value); // its escapes are EDN's
  if (value instanceof Date) return `#inst ${JSON.stringify(value.toISOString())}`;
  if (Array.isArray(value)) return `[${value.map((inner) => ednText(inner, keywords)).join(" ")}]`;
  const asKeywords = keywords && areKeywords(Object.keys(value));
  const pairs = Object.entries(value).map(
    ([key, inner]) => `${asKeywords ? `:${key}` : JSON.stringify(key)} ${ednText(inner, keywords)}`,
  );
  return `{${pairs.join(", ")}}`;
}

// A whole number without a point is exact in EDN, and 1e21 was only near to one.
function numberText(value: number): string {
  const text = String(value);
  return Number.isInteger(value) && !Number.isSafeInteger(value) && !text.includes("e") ? `${text}.0` : text;
}
