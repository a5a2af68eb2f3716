/** `json()`: JSON (RFC 8259) for `wrapFormats`. */

import { MAX_VALUES } from "../max-values.ts";
import { countJson } from "./count-json.ts";
import type { Format, FormatTypes } from "./format.ts";
import { typesOf } from "./format-options.ts";
import { utf8 } from "./utf8.ts";
import { writable } from "./writable.ts";

/**
 * JSON, `application/json`. A Date is written as its ISO 8601 text; where a key stands twice the last counts. Throws
 * `ERR_OPTION` for `types` that are no media types.
 */
export function json(options: FormatTypes = {}): Format {
  return {
    name: "json",
    types: typesOf(options, ["types"], "json", ["application/json"]),
    read(octets, { maxValues = MAX_VALUES } = {}) {
      countJson(octets, maxValues);
      return JSON.parse(utf8(octets)) as unknown;
    },
    write: (data) => JSON.stringify(writable(data, { name: "json", loneSurrogates: true })),
  };
}
