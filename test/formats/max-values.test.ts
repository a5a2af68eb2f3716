import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countJson } from "../../src/formats/count-json.ts";
import type { Format } from "../../src/formats/format.ts";
import { allFormats, octets } from "../support/formats.ts";

const [jsonFormat, ednFormat, transitFormat, packFormat] = allFormats as [Format, Format, Format, Format];
const tooMany = { name: "RinglightError", code: "ERR_PARAMS_LIMIT", status: 400 };

/** Values and keys. */
function counted(data: unknown): number {
  if (typeof data !== "object" || data === null) return 1;
  const inside = Object.values(data).reduce((sum: number, inner) => sum + counted(inner), 1);
  return Array.isArray(data) ? inside : inside + Object.keys(data).length;
}

test("what is in a JSON document is counted exactly, however it is written", () => {
  const space = fc.constantFrom("", " ", "\n\t", undefined);
  fc.assert(
    fc.property(fc.jsonValue(), space, (data, indent) => {
      const document = octets(`${indent ?? "\ufeff"}${JSON.stringify(data, null, indent)}${indent ?? ""}`);
      const count = counted(JSON.parse(JSON.stringify(data)));
      countJson(document, count);
      assert.throws(() => countJson(document, count - 1), tooMany);
    }),
    { numRuns: 2000, examples: [[['"', "\\", '\\"', "],[", { '":': ",," }], ""]] },
  );
});

const five: ReadonlyArray<readonly [format: Format, documents: ReadonlyArray<string | Uint8Array>]> = [
  [jsonFormat, ['{"a,:":1,"b":"[{"}', '[[[[""]]]]', '["\\\\",",,","\\"",{}]', "[1,1,1,1]"]],
  [
    ednFormat,
    ["{:a 1 :b 2}", '[[[[""]]]]', "#{[] () {} #{}}", '[1 2.5 3N "a b c"]', '[\\a :b c #inst "2024-01-01T00:00:00Z"]'],
  ],
  [transitFormat, ['["^ ","~:a",[1]]', '{"a":1,"b":2}', '["~:a",{"~#set":[]}]', '["[],","~n1","",1]']],
  [packFormat, [Uint8Array.of(0x82, 0xa1, 0x61, 0xc0, 0xa1, 0x62, 0x90), Uint8Array.of(0x94, 0x80, 0x90, 0xa0, 0xc3)]],
];
for (const [format, documents] of five) {
  for (const document of documents) {
    const shown = typeof document === "string" ? document : Buffer.from(document).toString("hex");
    test(`${format.name} counts five values in ${shown}`, () => {
      assert.ok(format.read(octets(document), { maxValues: 5 }));
      assert.throws(() => format.read(octets(document), { maxValues: 4 }), tooMany);
    });
  }
}

test("without a limit that is said, it is 100,000", () => {
  for (const format of allFormats) {
    assert.ok(format.read(octets(format.write(Array(99_999).fill(0)))));
    assert.throws(() => format.read(octets(format.write(Array(100_000).fill(0)))), tooMany);
  }
});

test("the limit is told before the document is looked at to its end", () => {
  const endless: ReadonlyArray<readonly [Format, string | Uint8Array]> = [
    [jsonFormat, `[${"1,".repeat(9)}`],
    [transitFormat, `[${"[],".repeat(9)}`],
    [ednFormat, `[${"[]".repeat(9)}`],
    [packFormat, Uint8Array.of(0xdf, 255, 255, 255, 255, ...Array(9).fill(0xa0))],
    [packFormat, Uint8Array.of(...Array(9).fill(0x91))],
  ];
  for (const [format, document] of endless) {
    assert.throws(() => format.read(octets(document), { maxValues: 9 }), tooMany, format.name);
    assert.throws(
      () => format.read(octets(document), { maxValues: 20 }),
      (error: Error) => !("status" in error),
    );
  }
});
