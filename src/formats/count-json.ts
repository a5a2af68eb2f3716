/** How many values are in a JSON document, told before it is parsed: parsing cannot be stopped. */
import { tooManyValues } from "../max-values.ts";

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Throws `ERR_PARAMS_LIMIT` for more than `maxValues` values and keys. What is no JSON is for `JSON.parse` to tell; as far
 * as it is some, it was counted.
 */
export function countJson(json: Uint8Array, maxValues: number): void {
  let left = maxValues;
  let isNext = true; // where a value or a key may begin
  for (let at = 0; at < json.length; at++) {
    const octet = json[at]!;
    if (octet <= 0x20) continue;
    const isClose = octet === CLOSE_ARRAY || octet === CLOSE_OBJECT;
    if (isNext && !isClose && --left < 0) throw tooManyValues(maxValues);
    isNext = octet === COMMA || octet === COLON || octet === OPEN_ARRAY || octet === OPEN_OBJECT;
    if (octet === QUOTE) at = endOfText(json, at + 1);
  }
}

function endOfText(json: Uint8Array, from: number): number {
  let at = from;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}
