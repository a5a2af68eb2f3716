import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Entry } from "../../src/stores/entry.ts";
import { clockHead, entryHead, entryOf, entryText, secretHead } from "../../src/stores/entry-text.ts";

const plain = { noNullPrototype: true } as const;
const text = fc.string({ unit: "binary" });
const json = fc.jsonValue().map((value) => JSON.stringify(value));
const map = <T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(key, value), { maxLength: 4 }).map((pairs) => new Map(pairs));
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    hash: text,
    tombstones: fc.array(fc.record({ hash: text, until: fc.nat(), sameSubject: fc.boolean() }, plain), {
      maxLength: 3,
    }),
    record: fc.record(
      {
        data: map(
          text.map((key) => JSON.stringify(key)),
          json,
        ),
        slots: map(text, fc.record({ json, keep: fc.boolean(), version: fc.nat() }, plain)),
        subject: fc.option(text, { nil: undefined }),
        createdAt: fc.maxSafeInteger(),
        usedAt: fc.maxSafeInteger(),
        authenticatedAt: fc.option(fc.nat(), { nil: undefined }),
        persist: fc.option(fc.nat(), { nil: undefined }),
        version: fc.nat(),
      },
      plain,
    ),
  },
  plain,
);

test("every entry comes back from its text as it was, in any order of keys and with any text in it", () => {
  fc.assert(
    fc.property(entry, (given) => assert.deepEqual(entryOf(entryText(given)), given)),
    { numRuns: 500 },
  );
});

test("values are never decoded: empty arrays, large numbers, -0, order and spelling stay", () => {
  const [sample] = fc.sample(entry, { numRuns: 1, seed: 7 });
  for (const value of [
    "[]",
    "{}",
    "9007199254740993",
    "-0",
    "1e400",
    '{"b":1,"a":2}',
    '"\\u0000\\ud800"',
    "[".repeat(9),
  ]) {
    const data = new Map([['"k"', value]]);
    const given = { ...sample!, record: { ...sample!.record, data } };
    assert.equal(entryOf(entryText(given))?.record.data.get('"k"'), value);
  }
});

test("any other text is no entry, and never a throw", () => {
  const [sample] = fc.sample(entry, { numRuns: 1, seed: 7 });
  const whole = entryText(sample!);
  const parts = JSON.parse(whole) as unknown[];
  const bent = parts.flatMap((_, at) =>
    [undefined, null, "x", 1.5, true, ["x"], {}].map((value) => parts.map((part, i) => (i === at ? value : part))),
  );
  const stays = [6, 7, 8]; // subject and the two numbers may be null, and a subject any text
  for (const [i, other] of bent.entries()) {
    const read = entryOf(JSON.stringify(other));
    if (!stays.includes(Math.floor(i / 7)) && JSON.stringify(other) !== whole) {
      const kinds = JSON.stringify(parts[Math.floor(i / 7)]);
      assert.ok(read === undefined || typeof parts[Math.floor(i / 7)] === typeof other[Math.floor(i / 7)], kinds);
    }
  }
  for (const junk of [
    "",
    "null",
    "{}",
    "[]",
    "[2]",
    whole.slice(0, -1),
    `${whole} `.repeat(2),
    7,
    null,
    undefined,
    Buffer.from(whole),
  ]) {
    assert.equal(entryOf(junk), undefined);
  }
  assert.equal(entryOf(whole.replace("[1,", "[2,")), undefined, "another format");
  fc.assert(fc.property(fc.json(), (given) => entryOf(given) === undefined));
});

test("a text begins with its heads; the same array in another spelling, and a number that is none, are no entry", () => {
  fc.assert(
    fc.property(entry, (given) => {
      const text = entryText(given);
      for (const head of [secretHead(given.hash), entryHead(given), clockHead(given)]) assert.ok(text.startsWith(head));
      assert.equal(entryOf(JSON.stringify(JSON.parse(text), undefined, 1)), undefined);
      assert.equal(entryOf(` ${text}`), undefined);
    }),
  );
  const [sound] = fc.sample(entry, 1);
  const parts = JSON.parse(entryText(sound!)) as unknown[];
  for (const at of [3, 4, 5]) {
    const bent = JSON.stringify(parts.with(at, 7e77)).replace("7e+77", "1e999");
    assert.equal(entryOf(bent), undefined);
  }
});
