import assert from "node:assert/strict";
import { test } from "node:test";
import { edn } from "../../src/formats/edn.ts";
import { transit } from "../../src/formats/transit.ts";
import { allFormats, octets } from "../support/formats.ts";

class Point {
  readonly x = 1;
}
class Money {
  toJSON(key: string): unknown {
    return { amount: 5, key };
  }
}
const cycle: Record<string, unknown> = {};
cycle.self = { cycle };
let deep: unknown = 1;
for (let i = 0; i < 201; i++) deep = [deep];

const refused: ReadonlyArray<readonly [data: unknown, path: string, what: RegExp]> = [
  [undefined, "data", /undefined/],
  [{ a: [1, undefined] }, "data.a[1]", /undefined/],
  [Object.assign(new Array(3), { 0: 1, 2: 2 }), "data[1]", /undefined/],
  [{ "a b": { c: Number.NaN } }, 'data["a b"].c', /NaN/],
  [[Number.POSITIVE_INFINITY], "data[0]", /Infinity/],
  [{ f: () => 1 }, "data.f", /function/],
  [{ s: Symbol("s3cret") }, "data.s", /symbol/],
  [{ m: new Map([["a", 1]]) }, "data.m", /a Map/],
  [new Set([1]), "data", /a Set/],
  [{ p: new Point() }, "data.p", /a Point/],
  [{ when: new Date(Number.NaN) }, "data.when", /invalid Date|null/],
  [/x/, "data", /a RegExp/],
];
for (const format of allFormats) {
  for (const [data, path, what] of refused) {
    if (format.name === "json" && path === "data.when") continue; // toJSON gives null, as JSON has it
    test(`${format.name} refuses what stands at ${path}`, () => {
      assert.throws(
        () => format.write(data),
        (error: Error & { code?: string; path?: string }) => {
          assert.deepEqual([error.code, error.path], ["ERR_RESPONSE_SHAPE", path]);
          assert.match(error.message, what);
          assert.ok(error.message.includes(format.name) && !error.message.includes("s3cret"));
          return true;
        },
      );
    });
  }

  test(`${format.name} refuses cycles and more than 200 levels, without an overflow`, () => {
    for (const data of [cycle, deep])
      assert.throws(() => format.write(data), { code: "ERR_RESPONSE_SHAPE", message: /200/ });
  });

  test(`${format.name} writes objects without prototype, of another realm, and what toJSON gives`, () => {
    const data = [Object.assign(Object.create(null), { a: 1, none: undefined }), { money: new Money() }, -0];
    assert.deepEqual(format.read(octets(format.write(data))), [{ a: 1 }, { money: { amount: 5, key: "money" } }, 0]);
  });
}

test("a Date is read as the same text, whatever the format", () => {
  for (const when of ["1970-01-01T00:00:00.000Z", "2014-04-07T22:17:17.123Z", "1776-07-04T12:00:00.000Z"]) {
    for (const format of allFormats)
      assert.deepEqual(format.read(octets(format.write([new Date(when)]))), [when], format.name);
  }
});

test("bigints and octets go where the format has them", () => {
  const writes = (data: unknown) =>
    allFormats.filter((format) => {
      try {
        return format.write(data) !== undefined;
      } catch (error) {
        assert.equal((error as { code?: string }).code, "ERR_RESPONSE_SHAPE");
        return false;
      }
    });
  const names = (data: unknown) => writes(data).map(({ name }) => name);
  assert.deepEqual(names(5n), ["edn", "transit", "messagePack"]);
  assert.deepEqual(names(2n ** 64n), ["edn", "transit"]);
  assert.deepEqual(names(Uint8Array.of(1)), ["transit", "messagePack"]);
  assert.deepEqual(names("\ud800"), ["json", "edn", "transit"]);
  assert.deepEqual(names({ "\udc00": 1 }), ["json", "edn", "transit"]);
  for (const format of writes(-(2n ** 63n))) {
    assert.equal(format.read(octets(format.write(-(2n ** 63n)))), "-9223372036854775808", format.name);
    assert.equal(format.read(octets(format.write(5n))), 5);
  }
  for (const format of writes(Uint8Array.of(0, 255, 7))) {
    assert.deepEqual(format.read(octets(format.write([Uint8Array.of(0, 255, 7)]))), [Uint8Array.of(0, 255, 7)]);
  }
});

test("an answer's octets do not change with the next answer", () => {
  const pack = allFormats[3]!;
  const first = pack.write("first") as Uint8Array;
  const copy = Uint8Array.from(first);
  for (let i = 0; i < 2000; i++) pack.write("other");
  assert.deepEqual(first, copy);
});

test("keys that are no keywords are text, for the whole object", () => {
  for (const key of ["", "1a", "a b", "a/b/c", "/a", "a/", ":a", "-1", "ü", "x".repeat(201), 'a"b', "a\\b", "a;b"]) {
    assert.match(String(edn().write({ [key]: 1, ok: 2 })), /"ok" 2/, key);
    assert.match(String(transit().write({ [key]: 1, ok: 2 })), /"ok",2/, key);
  }
  for (const key of ["a", "a-b", "a.b/c?", "*x*", "<=", "a1", "_"]) {
    assert.equal(edn().write({ [key]: 1 }), `{:${key} 1}`);
  }
});
