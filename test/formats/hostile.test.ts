import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import type { Format } from "../../src/formats/format.ts";
import { wrapFormats } from "../../src/middleware/formats.ts";
import type { Handler, RequestMap } from "../../src/ring.ts";
import { allFormats, hex, octets, posted } from "../support/formats.ts";

const before = Reflect.ownKeys(Object.prototype);
after(() => assert.deepEqual(Reflect.ownKeys(Object.prototype), before, "Object.prototype was polluted"));

let seen: unknown;
const app: Handler = wrapFormats({ formats: allFormats })((request) => {
  seen = request.bodyParams;
  return { status: 200, headers: {}, body: null };
}) as Handler;

async function statusOf(format: Format, document: string | Uint8Array): Promise<number> {
  return (await app(posted(format.types[0], document) as RequestMap)).status;
}

const [jsonFormat, ednFormat, transitFormat, packFormat] = allFormats as [Format, Format, Format, Format];
const refused: ReadonlyArray<readonly [format: Format, documents: ReadonlyArray<string | Uint8Array>]> = [
  [
    jsonFormat,
    [
      "{",
      "nul",
      " ",
      '{"a":1}x',
      "{'a':1}",
      "[1,]",
      "NaN",
      "\ufeff\ufeff1",
      "[".repeat(500_000),
      `${"[".repeat(201)}${"]".repeat(201)}`,
      `${"[".repeat(300_000)}${"]".repeat(300_000)}`,
      '{"a":'.repeat(100_000),
      hex("ff"),
      hex("22 c3 28 22"),
      hex("22 ed a0 80 22"),
      hex("fffe 3100"),
    ],
  ],
  [
    ednFormat,
    [
      "{:a}",
      "{:a 1 :a 2}",
      '{:a 1 "a" 2}',
      "(1 2",
      "1 2",
      "#price/usd 3",
      "#js {:a 1}",
      '#inst "yesterday"',
      "#=(java.lang.System/exit 0)",
      "01",
      "[1 ; comment\n]",
      `${"[".repeat(202)}${"]".repeat(202)}`,
      "[".repeat(500_000),
      "#inst ".repeat(100_000),
      hex("22 c3 28 22"),
    ],
  ],
  [
    transitFormat,
    [
      '["^ ","a"]',
      '["^ ","~:a",1,"a",2]',
      '["^0"]',
      '["^5x"]',
      '["^",1,2]',
      '["~#constructor",{"a":1}]',
      '["~#toString",[1]]',
      '["~#__proto__",[1]]',
      '{"~#hasOwnProperty":[1]}',
      '["~#point",[1,2]]',
      '[["~#set",[1]],["^0",2,3]]',
      '["~#set",5]',
      '["~#cmap",[1]]',
      '["~#cmap",[[1],2]]',
      '["^ ",null,1]',
      '"~xabc"',
      '"~"',
      '"~i1.5"',
      '"~mabc"',
      '"~m99999999999999999"',
      '"~m9999999999999999"',
      '"~t2024"',
      '"~t2024-13-41T00:00:00Z"',
      '"~b!!!!"',
      '"~bA"',
      '"~?x"',
      `${"[".repeat(202)}${"]".repeat(202)}`,
      `${'["~#list",'.repeat(300)}1${"]".repeat(300)}`,
      "[".repeat(500_000),
    ],
  ],
  [
    packFormat,
    [
      hex("c1"),
      hex("0101"),
      hex("91"),
      hex("a3 61"),
      hex("a1 ff"),
      hex("d9"),
      hex("da 00"),
      hex("dd ffffffff"),
      hex("df ffffffff"),
      hex("c6 ffffffff 00"),
      hex("db ffffffff 61"),
      hex("cb 00"),
      hex("81 90 c0"),
      hex("81 c0 c0"),
      hex("81 c4 01 61 c0"),
      hex("81 01 c0"),
      hex("81 ff c0"),
      hex("81 d2 00000001 c0"),
      hex("81 cf 0000000000000001 c0"),
      hex("92 a1 c3 a1 a9"), // one character in two texts
      hex("92 a3 61 e2 82 a1 ac"),
      hex("92 a1 61 a1 c3"),
      hex("d4 00 00"), // undefined, of msgpackr
      hex("d4 72 40 91 a1 61 01"), // a record
      hex("d5 72 40 00 91 a1 61 01"),
      hex("d6 69 00000001 90"), // a reference
      hex("d6 70 00000001"),
      hex("d4 73 00 90"), // a set
      hex("d4 78 00 92 a2 282b a0"), // a regular expression
      hex("d4 65 00 93 a5 4572726f72 a1 61 c0"), // an error
      hex("d6 62 00000004 a1 61 a1 62"), // bundled strings
      hex("c7 02 74 00 00"), // a typed array
      hex("d6 fe 00000000"),
      hex("d8 ff 00000000000000000000000000000000"),
      hex("c7 05 ff 0000000000"),
      hex("c7 0c ff 00000000 7fffffffffffffff"), // later than a Date can be
      new Uint8Array(300).fill(0x91),
      new Uint8Array(1_000_000).fill(0x91),
      hex("dc ffff"),
    ],
  ],
];

for (const [format, documents] of refused) {
  for (const document of documents) {
    const shown =
      typeof document === "string" ? document.slice(0, 40) : Buffer.from(document.slice(0, 20)).toString("hex");
    test(`${format.name} answers 400 to ${shown}`, async () => assert.equal(await statusOf(format, document), 400));
  }
}

test("too deep a MessagePack document is refused before it is decoded", () => {
  const levels = (count: number) => Uint8Array.from({ length: count + 1 }, (_, i) => (i < count ? 0x91 : 0xc0));
  assert.throws(() => packFormat.read(levels(201)), { name: "SyntaxError", message: /levels/ });
  assert.ok(Array.isArray(packFormat.read(levels(200))));
});

test("a key __proto__ is refused, in every format, however it is written", async () => {
  const evil: ReadonlyArray<readonly [Format, string | Uint8Array]> = [
    [jsonFormat, '{"a":[{"__proto__":{"admin":true}}]}'],
    [jsonFormat, '{"\\u005f_proto__":1}'],
    [ednFormat, "{:__proto__ {:admin true}}"],
    [ednFormat, '{"__proto__" {:admin true}}'],
    [ednFormat, "#:__proto__{:admin true}"],
    [ednFormat, "[#:x{:_/__proto__ 1}]"],
    [transitFormat, '["^ ","__proto__",["^ ","admin",true]]'],
    [transitFormat, '["^ ","~:__proto__",["^ ","admin",true]]'],
    [transitFormat, '{"__proto__":{"admin":true}}'],
    [transitFormat, '["~:__proto__",["^ ","^0",1]]'],
    [transitFormat, '["~#cmap",["__proto__",1]]'],
    [packFormat, hex("81 a9 5f5f70726f746f5f5f 81 a5 61646d696e c3")],
    [packFormat, hex("81 d9 09 5f5f70726f746f5f5f 01")],
  ];
  for (const [format, document] of evil) {
    // A namespace makes it another name.
    const isOther = typeof document === "string" && document.startsWith("#:__proto__");
    assert.equal(await statusOf(format, document), isOther ? 200 : 400, `${format.name}: ${document}`);
  }
  assert.equal(({} as { admin?: unknown }).admin, undefined);
});

test("constructor and toString are keys like any other", async () => {
  const data = { constructor: { prototype: { admin: true } }, toString: 1, hasOwnProperty: null };
  for (const format of allFormats) {
    assert.equal(await statusOf(format, format.write(data)), 200);
    assert.deepEqual(seen, data, format.name);
    assert.equal(Object.getPrototypeOf(seen), Object.prototype);
  }
  assert.equal(({} as { admin?: unknown }).admin, undefined);
});

test("answering such keys changes nothing for the next answer", () => {
  for (const format of allFormats) {
    const own = JSON.parse('{"__proto__":{"a":1},"constructor":{"b":2},"toString":3,"toJSON":4}') as object;
    format.write([own, own]);
    assert.deepEqual(format.read(octets(format.write({ a: 1 }))), { a: 1 }, format.name);
    assert.deepEqual(Reflect.ownKeys(Object.prototype), before);
  }
});

// 10,000 documents per format: random octets, and valid documents with octets changed, cut out, doubled.
const sample = [
  { user: "bob", tags: ["a", "b", "ü"], n: [1, -1, 300, 70_000, 1.5, 2 ** 40], nested: [{ a: { b: [null, true] } }] },
  [{ "some-key": 1 }, { "some-key": 2 }, "~x", "^1"],
];
for (const format of allFormats) {
  test(`${format.name}: no octets make it throw`, async () => {
    const valid = sample.map((data) => octets(format.write(data)));
    const mutated = fc
      .tuple(
        fc.constantFrom(...valid),
        fc.array(fc.tuple(fc.constantFrom("set", "cut", "double"), fc.nat(), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
      )
      .map(([document, changes]) => changes.reduce(changed, document));
    const counts = new Map<number, number>();
    const run = async (document: Uint8Array) => {
      const status = await statusOf(format, document);
      assert.ok(status === 200 || status === 400, String(status));
      counts.set(status, (counts.get(status) ?? 0) + 1);
    };
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 64 }), run), { numRuns: 5000 });
    await fc.assert(fc.asyncProperty(mutated, run), { numRuns: 5000 });
    assert.ok((counts.get(200) ?? 0) > 100 && (counts.get(400) ?? 0) > 100, "the documents are too alike to mean much");
  });
}

function changed(document: Uint8Array, [how, where, octet]: readonly [string, number, number]): Uint8Array {
  const at = where % Math.max(1, document.length);
  if (how === "set") return Uint8Array.from(document, (old, i) => (i === at ? octet : old));
  if (how === "cut") return Uint8Array.from([...document.slice(0, at), ...document.slice(at + 1 + (octet % 4))]);
  return Uint8Array.from([...document.slice(0, at), ...document.slice(Math.max(0, at - (octet % 8)))]);
}
