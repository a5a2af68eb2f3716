import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchesStrongly, matchesWeakly } from "../src/entity-tags.ts";

const ROWS: ReadonlyArray<readonly [condition: string, tag: string | undefined, strongly: boolean, weakly: boolean]> = [
  // RFC 9110, 8.8.3.2
  ['W/"1"', 'W/"1"', false, true],
  ['W/"1"', 'W/"2"', false, false],
  ['W/"1"', '"1"', false, true],
  ['"1"', 'W/"1"', false, true],
  ['"1"', '"1"', true, true],
  ["*", '"1"', true, true],
  [" * ", undefined, true, true],
  ['"*"', '"1"', false, false],
  ['"b", W/"a", "c"', '"c"', true, true],
  [' , "b" ,,\t"a" ', '"a"', true, true],
  ['"x,y", "a"', '"a"', true, true],
  ['"a,b"', '"a,b"', true, true],
  ['"a,b"', '"a"', false, false],
  ['""', '""', true, true],
  ['"é"', '"é"', true, true],
  ['"A"', '"a"', false, false],
  ['w/"a"', '"a"', false, false],
  ["a", "a", false, false],
  ['"a"', "a", false, false],
  ["a", '"a"', false, false],
  ['"a', '"a"', false, false],
  ['"a" b', '"a"', false, false],
  ['"b" "a"', '"a"', false, false],
  ['"x, "a"', '"a"', false, false],
  ['"a", x, "b"', '"a"', true, true],
  ['"a", x, "b"', '"b"', false, false],
  ["", '"a"', false, false],
  ['"a"', undefined, false, false],
];
for (const [condition, tag, strongly, weakly] of ROWS) {
  test(`${condition} and ${tag}`, () => {
    assert.deepEqual([matchesStrongly(condition, tag), matchesWeakly(condition, tag)], [strongly, weakly]);
  });
}

test("no list makes it throw, or takes long", () => {
  const some = fc.string({ unit: fc.constantFrom('"', ",", "W", "/", " ", "a", "*") });
  fc.assert(fc.property(some, some, (list, tag) => void [matchesStrongly(list, tag), matchesWeakly(list, tag)]));
  for (const part of ['"', '"a', '"a",', ", ", "W/", " ", ",", '""']) {
    matchesStrongly(part.repeat(100_000), '"z"');
    matchesWeakly(part.repeat(100_000), '"z"');
  }
});
