/** What may stand in a MessagePack document (https://github.com/msgpack/msgpack, spec.md), looked at before it is decoded. */
import { MAX_DEPTH } from "../session/json.ts";

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
 * that is not UTF-8, a key that is neither text nor whole number, more than `MAX_DEPTH` levels, and every extension but
 * timestamps: records, references, errors, regular expressions, typed arrays, bundled strings among them.
 */
export function checkMessagePack(octets: Uint8Array): void {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const text = new TextDecoder("utf-8", { fatal: true });
  const open = [{ left: 1, isMap: false }]; // what is still to come, level by level
  let at = 0;
  const skip = (count: number): Uint8Array => {
    if (count > octets.length - at) throw new SyntaxError("it ends too early");
    at += count;
    return octets.subarray(at - count, at);
  };
  for (let level = open.at(-1); level; level = open.at(-1)) {
    if (level.left === 0) {
      open.pop();
      continue;
    }
    const isKey = level.isMap && level.left-- % 2 === 0;
    if (!level.isMap) level.left--;
    const first = view.getUint8(at++); // a RangeError past the end
    const [kind, count] = opened(first, view, at);
    if (isKey && kind !== "text" && kind !== "integer") throw new SyntaxError("a key that is neither text nor number");
    at += LENGTHS.get(first)?.[0] ?? 0;
    if (kind === "text") text.decode(skip(count));
    else if (kind === "array" || kind === "map") {
      open.push({ left: kind === "map" ? 2 * count : count, isMap: kind === "map" });
      if (open.length > MAX_DEPTH + 1) throw new SyntaxError(`more than ${MAX_DEPTH} levels`);
    } else skip(count);
  }
  if (at !== octets.length) throw new SyntaxError("more than one document");
}

function opened(first: number, view: DataView, at: number): readonly [kind: Kind | "integer", count: number] {
  if (first <= 0x7f || first >= 0xe0) return ["integer", 0];
  if (first <= 0x8f) return ["map", first & 0x0f];
  if (first <= 0x9f) return ["array", first & 0x0f];
  if (first <= 0xbf) return ["text", first & 0x1f];
  const [octets, kind] = LENGTHS.get(first) ?? [];
  if (kind !== undefined) {
    return [kind, octets === 1 ? view.getUint8(at) : octets === 2 ? view.getUint16(at) : view.getUint32(at)];
  }
  const fixed = FIXED.get(first);
  if (fixed !== undefined) return [first >= 0xcc ? "integer" : "octets", fixed];
  for (const [head, count] of TIMESTAMPS) {
    if (head.every((octet, i) => octet === (i === 0 ? first : view.getUint8(at + i - 1)))) {
      return ["octets", head.length - 1 + count];
    }
  }
  throw new SyntaxError("an extension, or no first octet");
}
