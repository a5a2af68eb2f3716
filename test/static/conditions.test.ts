import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionStatus, rangeCounts } from "../../src/static/conditions.ts";
import { type Validators, validatorHeaders, validatorsOf } from "../../src/static/validators.ts";

const NOW = Date.UTC(2026, 0, 1);
const THEN = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
const AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";
const modified = Date.UTC(1994, 10, 6, 8, 49, 37);
const STRONG: Validators = { etag: '"a"', modified, strong: true };
const WEAK: Validators = { etag: 'W/"a"', modified, strong: false };

const ROWS: ReadonlyArray<readonly [headers: Record<string, string>, strong: number, weak: number]> = [
  [{}, 200, 200],
  // 13.1.1: strong comparison
  [{ "if-match": '"a"' }, 200, 412],
  [{ "if-match": '"b", "a"' }, 200, 412],
  [{ "if-match": 'W/"a"' }, 412, 412],
  [{ "if-match": '"b"' }, 412, 412],
  [{ "if-match": "*" }, 200, 200],
  [{ "if-match": "a" }, 412, 412],
  [{ "if-match": '"b" "a"' }, 412, 412],
  // 13.1.2: weak comparison
  [{ "if-none-match": '"a"' }, 304, 304],
  [{ "if-none-match": 'W/"a"' }, 304, 304],
  [{ "if-none-match": '"b", W/"a"' }, 304, 304],
  [{ "if-none-match": '"b","a","c"' }, 304, 304],
  [{ "if-none-match": '"b"' }, 200, 200],
  [{ "if-none-match": '"A"' }, 200, 200],
  [{ "if-none-match": "*" }, 304, 304],
  [{ "if-none-match": "a" }, 200, 200],
  [{ "if-none-match": '"b, "a"' }, 200, 200], // no list of tags: nothing that a 304 could rest on
  [{ "if-none-match": "" }, 200, 200],
  // 13.1.3
  [{ "if-modified-since": THEN }, 304, 304],
  [{ "if-modified-since": AFTER }, 304, 304],
  [{ "if-modified-since": BEFORE }, 200, 200],
  [{ "if-modified-since": "yesterday" }, 200, 200],
  [{ "if-modified-since": THEN, "if-none-match": '"b"' }, 200, 200],
  [{ "if-modified-since": BEFORE, "if-none-match": '"a"' }, 304, 304],
  // 13.1.4
  [{ "if-unmodified-since": THEN }, 200, 200],
  [{ "if-unmodified-since": BEFORE }, 412, 412],
  [{ "if-unmodified-since": "tomorrow" }, 200, 200],
  [{ "if-unmodified-since": BEFORE, "if-match": '"a"' }, 200, 412],
  // 13.2.2: 412 goes before 304
  [{ "if-match": '"b"', "if-none-match": '"a"' }, 412, 412],
  [{ "if-match": '"a"', "if-none-match": '"a"' }, 304, 412],
];

for (const [headers, strong, weak] of ROWS) {
  test(`the condition ${JSON.stringify(headers)}`, () => {
    assert.equal(conditionStatus(headers, STRONG, NOW), strong);
    assert.equal(conditionStatus(headers, WEAK, NOW), weak);
  });
}

test("If-Range counts with a strong validator of the very version", () => {
  const counts = (given: string, validators = STRONG) => rangeCounts({ "if-range": given }, validators, NOW);
  assert.ok(rangeCounts({}, STRONG, NOW));
  assert.ok(counts('"a"'));
  assert.ok(counts(THEN));
  for (const given of ['"b"', 'W/"a"', BEFORE, AFTER, "x", ""]) assert.ok(!counts(given), given);
  assert.ok(!counts('"a"', WEAK));
  assert.ok(!counts('W/"a"', WEAK));
  assert.ok(!counts(THEN, WEAK));
});

test("a time of modification that lies ahead is no condition, and is not sent", () => {
  const ahead = validatorsOf({ size: 1, modified: BigInt(NOW + 60_000) * 1_000_000n }, NOW, []);
  assert.equal(ahead.modified, undefined);
  assert.deepEqual(Object.keys(validatorHeaders(ahead)), ["etag"]);
  assert.equal(conditionStatus({ "if-modified-since": "Fri, 01 Jan 2027 00:00:00 GMT" }, ahead, NOW), 200);
});

test("the ETag is weak while the file can change again within one tick of its clock", () => {
  const tag = (age: number, size = 1, salt: readonly (string | undefined)[] = []) =>
    validatorsOf({ size, modified: BigInt(NOW - age) * 1_000_000n }, NOW, salt).etag;
  assert.match(tag(2000), /^"[\w-]+"$/);
  assert.equal(tag(1999).slice(0, 3), 'W/"');
  const tags = [tag(5000), tag(5001), tag(5000, 2), tag(5000, 1, ["1.0.1"]), tag(5000, 1, [undefined, "br"])];
  assert.equal(new Set(tags).size, tags.length);
});
