/** `transit()`: Transit over JSON (https://github.com/cognitect/transit-format) for `wrapFormats`, with `transit-js`. */

import { MAX_VALUES } from "../max-values.ts";
import { moduleMissing } from "../module-missing.ts";
import { countJson } from "./count-json.ts";
import type { Format, FormatTypes } from "./format.ts";
import { checkKeys, typesOf } from "./format-options.ts";
import { checkTransit } from "./transit-check.ts";
import { transitText } from "./transit-text.ts";
import { utf8 } from "./utf8.ts";
import { writable } from "./writable.ts";

/** What is used of transit-js, which has no types. It reads; `transitText` writes, and says why. */
interface TransitJs {
  decoder(options: object): { decode(document: unknown, cache: object): unknown };
  readCache(): object;
  makeBuilder(builder: object): object;
  isInteger(value: unknown): boolean;
}

// @ts-expect-error: transit-js has no types.
const { default: lib } = (await import("transit-js").catch((cause: unknown) => {
  throw moduleMissing("ringlight/formats/transit", "transit-js", cause);
})) as { readonly default: TransitJs };

export interface TransitOptions extends FormatTypes {
  /**
   * How an object's keys are written. `"keyword"` (default), as Clojure has them, but text for all keys of an object one
   * of which is no keyword. `"string"`: text always, as transit-js has it. Both read the same.
   */
  readonly keys?: "keyword" | "string" | undefined;
}

/**
 * Transit, `application/transit+json`; verbose or not is read alike. Read as plain JSON data: keywords, symbols, URIs,
 * characters and UUIDs are text, instants ISO 8601 text, lists and sets arrays, a number that JavaScript cannot hold is
 * its text; binary is a Uint8Array. Refused: any other tag, keys that are neither text nor number or that become one.
 * Written: Dates, bigints and Uint8Array as Transit has them. Throws `ERR_OPTION` when built wrongly; importing this
 * without `transit-js` throws `ERR_MODULE_MISSING`.
 */
export function transit(options: TransitOptions = {}): Format {
  const types = typesOf(options, ["types", "keys"], "transit", ["application/transit+json"]);
  checkKeys(options.keys);
  const { keys = "keyword" } = options;
  return {
    name: "transit",
    types,
    read(octets, { maxValues = MAX_VALUES } = {}) {
      countJson(octets, maxValues);
      const document = JSON.parse(utf8(octets)) as unknown;
      checkTransit(document);
      // A cache of keys for each document: an error would leave it filled.
      return settled(DECODER.decode(document, lib.readCache()));
    },
    write: (data) => transitText(writable(data, EXTRAS), keys === "keyword"),
  };
}

const EXTRAS = { name: "transit", dates: true, octets: true, bigints: () => true, loneSurrogates: true };

type Entries = Array<readonly [key: unknown, value: unknown]>;

// In place of the library's own maps and sets, whose hashes a visitor could make collide.
const READING = {
  preferBuffers: false,
  mapBuilder: lib.makeBuilder({
    init: (): Entries => [],
    add(entries: Entries, key: unknown, value: unknown): Entries {
      entries.push([key, value]);
      return entries;
    },
    finalize: object,
  }),
  handlers: {
    ":": asText,
    $: asText,
    r: asText,
    c: asText,
    u: asText,
    n: integer,
    f: decimal,
    z: (text: string) => text.replace("INF", "Infinity"),
    m: (text: string) => new Date(Number(asText(text))).toISOString(),
    t: (text: string) => new Date(asText(text)).toISOString(),
    set: asArray,
    list: asArray,
    cmap(flat: unknown): object {
      const list = asArray(flat);
      if (list.length % 2 === 1) throw new SyntaxError("a map without a value for its last key");
      return object(Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i], list[2 * i + 1]] as const));
    },
  },
};

const DECODER = lib.decoder(READING);

/** An object of its own keys, settled. Throws where two keys are one, or one is no text. */
function object(entries: Entries): object {
  const own = Object.fromEntries(entries.map(([key, value]) => [keyText(key), settled(value)]));
  if (Object.keys(own).length < entries.length) throw new SyntaxError("two keys become one");
  return own;
}

function keyText(key: unknown): string {
  if (typeof key === "string" || typeof key === "number") return String(key);
  throw new SyntaxError("a key that is no text");
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  throw new SyntaxError("no text");
}

function asArray(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new SyntaxError("no array");
}

function integer(text: string): number | string {
  return Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

function decimal(text: string): number | string {
  return text.replaceAll(/\D/g, "").length <= 15 && !/e/i.test(text) ? Number(text) : text;
}

/** The document without what the library has classes for: a whole number past 2^53 - 1 becomes its text. */
function settled(value: unknown): unknown {
  if (value === undefined) throw new SyntaxError("a cache code for nothing");
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(settled);
  if (Object.getPrototypeOf(value) === Object.prototype) return value; // of `object`, which settled all in it
  if (lib.isInteger(value)) return String(value);
  throw new SyntaxError("a tag that tags nothing");
}
