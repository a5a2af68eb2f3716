/** Any value that devalue keeps, for property tests. */
import fc from "fast-check";
import type { Kept } from "../../src/session/kept.ts";

const key = fc.string({ maxLength: 8 }).filter((name) => name !== "__proto__"); // which devalue refuses, by name
const whole = fc.oneof(
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(/a+/, /[^\n"\\]/giu, new URL("https://a.test/b?c#d"), new URLSearchParams("a=1&b=ü")),
  fc.uint8Array({ maxLength: 8 }).map((octets) => new Uint8Array(octets)),
  fc.float64Array({ maxLength: 4, noDefaultInfinity: true }).map((numbers) => new Float64Array(numbers)),
  fc.bigInt64Array({ maxLength: 4 }).map((numbers) => new BigInt64Array(numbers)),
);
const scalar = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.double().map((number) => (number === 0 ? 0 : number)), // -0 is 0, as in JSON
  fc.boolean(),
  fc.constantFrom(null, "\ud800", "</script>", "\u2028", '{ "codec": 1 }', -1, -7),
  fc.bigInt(),
);

/** A value with Dates, Maps, Sets, bigints, RegExps, URLs and typed arrays anywhere in it. */
export const keptValue: fc.Arbitrary<Kept> = fc.letrec<{ value: Kept }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: scalar, weight: 4 },
    { arbitrary: whole, weight: 3 },
    { arbitrary: fc.array(tie("value"), { maxLength: 4 }), weight: 2 },
    { arbitrary: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }), weight: 2 },
    {
      arbitrary: fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 }).map((pairs) => new Map(pairs)),
      weight: 1,
    },
    { arbitrary: fc.array(tie("value"), { maxLength: 4 }).map((values) => new Set(values)), weight: 1 },
  ),
})).value;

/** A session's data: such values by key, `__proto__` among them. */
export const keptSession: fc.Arbitrary<Record<string, Kept>> = fc
  .array(fc.tuple(fc.oneof(key, fc.constant("__proto__")), keptValue), { maxLength: 4 })
  .map((pairs) => Object.fromEntries(pairs));
