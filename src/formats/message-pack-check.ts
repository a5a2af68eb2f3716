/** What may stand in a MessagePack document (https://github.com/msgpack/msgpack, spec.md), looked at before it is decoded. */
import { tooManyValues } from "../max-values.ts";
import { MAX_DEPTH } from "../session/json.ts";
import { utf8 } from "./utf8.ts";

/** What a first octet opens: how many octets its length has, and what is counted by it. */
type Kind = "octets" | "text" | "array" | "map";

const LENGTHS: ReadonlyMap<number, readonly [octets: 1 | 2 | 4, kind: Kind]> = new Map([
  [0xc4, [1, "octets"]],
  [0xc5, [2, "octets"]],
  [0xc6, [4, "octets"]],
  [0xd9, [1, "text"]],
  [0xda, [2, "text"]],
  [0xdb, [4, "text"]],
  [0xdc, [2, "array"]],
  [0xdd, [4, "array"]],
  [0xde, [2, "map"]],
  [0xdf, [4, "map"]],
]);

/** The octets behind a first octet of fixed length: nil, booleans, floats, integers. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [0xc0, 0],
  [0xc2, 0],
  [0xc3, 0],
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
]);

/** Timestamps, the one extension that the format itself defines (type -1): header, then 4, 8 or 12 octets. */
const TIMESTAMPS: ReadonlyArray<readonly [head: readonly number[], octets: number]> = [
  [[0xd6, 0xff], 4],
  [[0xd7, 0xff], 8],
  [[0xc7, 12, 0xff], 12],
];

/**
 * Throws, always an Error, for what is not one document and nothing else: lengths past the end, the unused octet c1, text
 * that is not UTF-8, a key that is no text, more than `MAX_DEPTH` levels, and every extension but timestamps: records,
 * references, errors, regular expressions, typed arrays, bundled strings among them. `ERR_PARAMS_LIMIT` for more than
 * `maxValues` values and keys.
 *
 * Keys are text because they come to a Map: JavaScript hashes text with a secret seed, but numbers without one, so that
 * a visitor could choose 100,000 that fall together, each compared with all before it (CWE-407).
 */
export function checkMessagePack(octets: Uint8Array, maxValues: number): void {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const texts = new Uint8Array(octets.length); // each in its place, zeros between: decoded in one go
  let left = maxValues;
  const open = [{ left: 1, isMap: false }]; // what is still to come, level by level
  let at = 0;
  const skip = (count: number): void => {
    if (count > octets.length - at) throw new SyntaxError("it ends too early");
    at += count;
  };
  for (let level = open.at(-1); level; level = open.at(-1)) {
    if (level.left === 0) {
      open.pop();
      continue;
    }
    if (--left < 0) throw tooManyValues(maxValues);
    const isKey = level.isMap && level.left-- % 2 === 0;
    if (!level.isMap) level.left--;
    const first = view.getUint8(at++); // a RangeError past the end
    const [kind, count] = opened(first, view, at);
    if (isKey && kind !== "text") throw new SyntaxError("a key that is no text");
    at += LENGTHS.get(first)?.[0] ?? 0;
    if (kind === "text") {
      skip(count);
      for (let i = at - count; i < at; i++) texts[i] = octets[i]!;
    } else if (kind === "array" || kind === "map") {
      open.push({ left: kind === "map" ? 2 * count : count, isMap: kind === "map" });
      if (open.length > MAX_DEPTH + 1) throw new SyntaxError(`more than ${MAX_DEPTH} levels`);
    } else skip(count);
  }
  if (at !== octets.length) throw new SyntaxError("more than one document");
  utf8(texts);
}

function opened(first: number, view: DataView, at: number): readonly [kind: Kind, count: number] {
  if (first <= 0x7f || first >= 0xe0) return ["octets", 0];
  if (first <= 0x8f) return ["map", first & 0x0f];
  if (first <= 0x9f) return ["array", first & 0x0f];
  if (first <= 0xbf) return ["text", first & 0x1f];
  const [octets, kind] = LENGTHS.get(first) ?? [];
  if (kind !== undefined) {
    return [kind, octets === 1 ? view.getUint8(at) : octets === 2 ? view.getUint16(at) : view.getUint32(at)];
  }
  const fixed = FIXED.get(first);
  if (fixed !== undefined) return ["octets", fixed];
  for (const [head, count] of TIMESTAMPS) {
    if (head.every((octet, i) => octet === (i === 0 ? first : view.getUint8(at + i - 1)))) {
      return ["octets", head.length - 1 + count];
    }
  }
  throw new SyntaxError("an extension, or no first octet");
}
