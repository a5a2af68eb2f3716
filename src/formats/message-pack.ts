/** `messagePack()`: MessagePack (https://github.com/msgpack/msgpack) for `wrapFormats`, with the package `msgpackr`. */

import { MAX_VALUES } from "../max-values.ts";
import { moduleMissing } from "../module-missing.ts";
import type { Format, FormatTypes } from "./format.ts";
import { typesOf } from "./format-options.ts";
import { checkMessagePack } from "./message-pack-check.ts";
import { writable } from "./writable.ts";

const { Packr, Unpackr } = await import("msgpackr").catch((cause: unknown) => {
  throw moduleMissing("ringlight/formats/message-pack", "msgpackr", cause);
});

/**
 * MessagePack, `application/msgpack`, `application/vnd.msgpack` or `application/x-msgpack`. Read as plain JSON data:
 * timestamps are ISO 8601 text, a number that JavaScript cannot hold is its text, where a key stands twice the last counts;
 * binary is a Uint8Array. Refused: every extension but timestamps; keys that are no text, whose hashes a visitor could
 * make collide. Written: Dates, bigints of
 * 64 bits and Uint8Array as MessagePack has them. Throws `ERR_OPTION` when built wrongly; importing this without
 * `msgpackr` throws `ERR_MODULE_MISSING`.
 */
export function messagePack(options: FormatTypes = {}): Format {
  const own = ["application/msgpack", "application/vnd.msgpack", "application/x-msgpack"] as const;
  const types = typesOf(options, ["types"], "messagePack", own);
  // No records: they are an extension of msgpackr's own. Maps, because as objects it renames a key __proto__.
  const reader = new Unpackr({ useRecords: false, mapsAsObjects: false });
  const writer = new Packr({ useRecords: false, variableMapSize: true });
  return {
    name: "messagePack",
    types,
    read(octets, { maxValues = MAX_VALUES } = {}) {
      checkMessagePack(octets, maxValues);
      return plain(reader.unpack(octets) as unknown);
    },
    // A copy: the library hands out a part of the buffer that it goes on writing to.
    write: (data) => Uint8Array.from(writer.pack(asMaps(writable(data, EXTRAS)))),
  };
}

const EXTRAS = {
  name: "messagePack",
  dates: true,
  octets: true,
  bigints: (value: bigint) => value >= -(2n ** 63n) && value < 2n ** 64n,
};

/** Objects as Maps: the library asks an object for `constructor` and `toJSON`, which may be keys of the data. */
function asMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asMaps);
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return new Map(Object.entries(value).map(([key, inner]) => [key, asMaps(inner)]));
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Date) return value.toISOString(); // a RangeError where it is none
  if (value instanceof Uint8Array) return new Uint8Array(value); // not a part of the body's buffer, and no Buffer
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) {
    return Object.fromEntries([...(value as ReadonlyMap<string, unknown>)].map(([key, inner]) => [key, plain(inner)]));
  }
  return value;
}
