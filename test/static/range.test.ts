import assert from "node:assert/strict";
import { test } from "node:test";
import { rangeOf } from "../../src/static/range.ts";

const ROWS: ReadonlyArray<readonly [header: string | undefined, size: number, expected: ReturnType<typeof rangeOf>]> = [
  [undefined, 10, undefined],
  ["bytes=0-0", 10, { start: 0, length: 1 }],
  ["bytes=2-4", 10, { start: 2, length: 3 }],
  ["BYTES=2-4", 10, { start: 2, length: 3 }],
  ["bytes= 2-4 ", 10, { start: 2, length: 3 }],
  ["bytes=9-", 10, { start: 9, length: 1 }],
  ["bytes=0-", 10, { start: 0, length: 10 }],
  ["bytes=5-99", 10, { start: 5, length: 5 }],
  ["bytes=0-99999999999999999999999999", 10, { start: 0, length: 10 }],
  ["bytes=-3", 10, { start: 7, length: 3 }],
  ["bytes=-99", 10, { start: 0, length: 10 }],
  ["bytes=-99999999999999999999999999", 10, { start: 0, length: 10 }],
  ["bytes=10-", 10, "none"],
  ["bytes=99999999999999999999999999-", 10, "none"],
  ["bytes=10-20", 10, "none"],
  ["bytes=-0", 10, "none"],
  ["bytes=0-", 0, "none"],
  ["bytes=-5", 0, undefined],
  ["bytes=4-2", 10, undefined],
  ["bytes=-", 10, undefined],
  ["bytes=", 10, undefined],
  ["bytes=a-b", 10, undefined],
  ["bytes=0x1-2", 10, undefined],
  ["bytes=1.5-2", 10, undefined],
  ["bytes=--5", 10, undefined],
  ["bytes=0-1,4-5", 10, undefined],
  ["bytes=0-,0-,0-,0-", 10, undefined],
  ["octets=0-1", 10, undefined],
  ["0-1", 10, undefined],
];

for (const [header, size, expected] of ROWS) {
  test(`${header} of ${size} octets`, () => assert.deepEqual(rangeOf(header, size), expected));
}
