/** Keys that V8 hashes alike, chosen by a visitor: none of them comes to a Map or a Set but as text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Format } from "../../src/formats/format.ts";
import { allFormats, octets } from "../support/formats.ts";

/** The hash of a whole number of 32 bits, which V8 makes without a seed. */
function hash32(key: number): number {
  let x = key >>> 0;
  x = (~x + (x << 15)) >>> 0;
  x = (x ^ (x >>> 12)) >>> 0;
  x = (x + (x << 2)) >>> 0;
  x = (x ^ (x >>> 4)) >>> 0;
  x = Math.imul(x, 2057) >>> 0;
  x = (x ^ (x >>> 16)) >>> 0;
  return x & 0x3fff_ffff;
}

const MASK = 2n ** 64n - 1n;

/** The hash of a number of 64 bits, of which the lower 30 count. */
function hash64(key: bigint): bigint {
  let x = (~key + (key << 18n)) & MASK;
  x ^= x >> 31n;
  x = (x * 21n) & MASK;
  x ^= x >> 11n;
  x = (x + (x << 6n)) & MASK;
  x ^= x >> 22n;
  return x & 0x3fff_ffffn;
}

/** The key of 64 bits that has this hash: each step undone, from the last on. */
function keyOf(hash: bigint): bigint {
  const unshifted = (value: bigint, by: bigint): bigint => {
    let x = value;
    for (let bits = 0n; bits < 64n; bits += by) x = value ^ (x >> by);
    return x;
  };
  const inverse = (odd: bigint): bigint => {
    let x = odd;
    for (let i = 0; i < 6; i++) x = (x * (2n - odd * x)) & MASK;
    return x & MASK;
  };
  let x = unshifted(hash, 22n);
  x = unshifted((x * inverse(65n)) & MASK, 11n);
  x = unshifted((x * inverse(21n)) & MASK, 31n);
  return ((x + 1n) * inverse(2n ** 18n - 1n)) & MASK;
}

const int32 = (() => {
  const found: number[] = [];
  for (let key = 1; found.length < 2000; key++) if ((hash32(key) & 0x3fff) === 0) found.push(key);
  return found;
})();
const uint64: bigint[] = [];
for (let high = 1n; uint64.length < 20_000; high++) {
  const key = keyOf((high << 30n) & MASK);
  if (key > 2n ** 54n) uint64.push(key);
}

/** A map32 of these keys to nil, as `head` and `write` have one in octets. */
function packed<Key>(
  keys: readonly Key[],
  head: number,
  octets: number,
  write: (view: DataView, at: number, key: Key) => void,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(5 + keys.length * 10));
  view.setUint8(0, 0xdf);
  view.setUint32(1, keys.length);
  let at = 5;
  for (const key of keys) {
    view.setUint8(at, head);
    write(view, at + 1, key);
    at += 1 + octets;
    view.setUint8(at++, 0xc0);
  }
  return new Uint8Array(view.buffer, 0, at);
}

/** How many numbers became keys of a Map or elements of a Set meanwhile. */
function hashedNumbers(work: () => void): number {
  const { set } = Map.prototype;
  const { add } = Set.prototype;
  let count = 0;
  const isNumber = (key: unknown) => typeof key === "number" || typeof key === "bigint";
  Map.prototype.set = function (this: Map<unknown, unknown>, key: unknown, value: unknown) {
    if (isNumber(key)) count++;
    return set.call(this, key, value);
  };
  Set.prototype.add = function (this: Set<unknown>, value: unknown) {
    if (isNumber(value)) count++;
    return add.call(this, value);
  };
  try {
    work();
  } finally {
    Map.prototype.set = set;
    Set.prototype.add = add;
  }
  return count;
}

test("the numbers collide, and a number in a Map or a Set would be seen", () => {
  assert.ok(int32.every((key) => (hash32(key) & 0x3fff) === 0));
  assert.deepEqual([...new Set(uint64.map(hash64))], [0n]);
  assert.equal(new Set(uint64.map(String)).size, 20_000);
  assert.equal(
    hashedNumbers(() => [new Map([[1, "a"]]), new Set([1n, 2])]),
    3,
  );
});

const [jsonFormat, ednFormat, transitFormat, packFormat] = allFormats as [Format, Format, Format, Format];
const numbers = [...int32, ...uint64];

test("MessagePack refuses keys that are numbers before it hashes one", () => {
  const documents = [
    packed(int32, 0xd2, 4, (view, at, key) => view.setInt32(at, key)),
    packed(int32, 0xce, 4, (view, at, key) => view.setUint32(at, key)),
    packed(uint64, 0xcf, 8, (view, at, key) => view.setBigUint64(at, key)),
    packed(uint64, 0xd3, 8, (view, at, key) => view.setBigUint64(at, key)),
    packed(uint64, 0xcb, 8, (view, at, key) => view.setFloat64(at, Number(key))),
  ];
  for (const document of documents) {
    const refused = () => assert.throws(() => packFormat.read(document), { name: "SyntaxError", message: /key/ });
    assert.equal(hashedNumbers(refused), 0);
  }
});

const pairs = (open: string, between: string, close: string, written: (key: number | bigint) => string): string =>
  `${open}${numbers.map((key) => `${written(key)}${between}1`).join(between === ":" ? "," : between)}${close}`;
const read: ReadonlyArray<readonly [format: Format, document: string]> = [
  [jsonFormat, pairs("{", ":", "}", (key) => `"${key}"`)],
  [ednFormat, pairs("{", " ", "}", String)],
  [ednFormat, `#{${numbers.join(" ")}}`],
  [ednFormat, `{#{${numbers.join(" ")}} 1}`],
  [transitFormat, pairs('["^ ",', ",", "]", String)],
  [transitFormat, pairs('["^ ",', ",", "]", (key) => `"~i${key}"`).replaceAll(/"~i(\d{17,})"/g, '"$1"')],
  [transitFormat, pairs("{", ":", "}", (key) => `"~n${key}"`)],
  [transitFormat, pairs('["~#cmap",[', ",", "]]", String)],
  [transitFormat, `["~#set",[${numbers.join(",")}]]`],
];
for (const [format, document] of read) {
  test(`${format.name} keeps numbers out of Maps and Sets: ${document.slice(0, 12)}`, () => {
    let data: unknown;
    assert.equal(
      hashedNumbers(() => {
        data = format.read(octets(document));
      }),
      0,
    );
    assert.ok(typeof data === "object");
  });
}
