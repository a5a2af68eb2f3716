import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { edn } from "../../src/formats/edn.ts";
import type { Format } from "../../src/formats/format.ts";
import { transit } from "../../src/formats/transit.ts";
import { allFormats, octets } from "../support/formats.ts";

const HOSTILE_KEYS =
  "a user/id __proto__ constructor toString toJSON length then key sym tag map set list char 1 ~x".split(" ");
HOSTILE_KEYS.push("", "^ ");

/** JSON data: text without half surrogate pairs, which MessagePack has not; no -0, which becomes 0. */
const text = fc.string({ unit: "binary", maxLength: 40 });
const key = fc.oneof(text, fc.constantFrom(...HOSTILE_KEYS));
const { data } = fc.letrec((tie) => ({
  data: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    text,
    fc.constantFrom("~:a", "^0", "`", "~#set", 2 ** 53, 2 ** 64, 1e21, 1e-7, 5e-324, -1e300),
    fc.array(tie("data"), { maxLength: 8 }),
    fc.array(fc.tuple(key, tie("data")), { maxLength: 12 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

const formats: readonly Format[] = [...allFormats, edn({ keys: "string" }), transit({ keys: "string" })];
for (const format of formats) {
  test(`${format.name}: JSON data comes back as it was written`, () => {
    fc.assert(
      fc.property(data, (value) => {
        const back = format.read(octets(format.write(value)));
        assert.deepEqual(sorted(back), sorted(value));
      }),
      { numRuns: 1000 },
    );
  });

  test(`${format.name}: a key repeated two thousand times comes back each time`, () => {
    const many = Array.from({ length: 2000 }, (_, i) => ({ [`key-${i}`]: i, "key-again": [i] }));
    assert.deepEqual(format.read(octets(format.write(many))), many);
  });

  test(`${format.name}: text past 64 KiB comes back`, () => {
    const long = { text: "ü𝄞".repeat(50_000) };
    assert.deepEqual(format.read(octets(format.write(long))), long);
  });
}

/** The same with keys in order: a Transit map keeps none. */
function sorted(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ),
  );
}
