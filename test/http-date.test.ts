import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatHttpDate, parseHttpDate } from "../src/http-date.ts";

const NOW = Date.UTC(2026, 0, 1);

// RFC 9110, 5.6.7 has the first three.
const read: ReadonlyArray<readonly [text: string, iso: string]> = [
  ["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"],
  ["Wed Nov 16 08:49:37 1994", "1994-11-16T08:49:37.000Z"],
  ["Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00.000Z"],
  ["Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00.000Z"],
  ["Thursday, 01-Jan-76 00:00:00 GMT", "2076-01-01T00:00:00.000Z"], // the day's name is not compared
  ["Saturday, 01-Jan-76 00:00:00 GMT", "2076-01-01T00:00:00.000Z"],
  ["Saturday, 01-Jan-77 00:00:00 GMT", "1977-01-01T00:00:00.000Z"],
  ["Mon, 01 Jan 0050 00:00:00 GMT", "0050-01-01T00:00:00.000Z"],
];
for (const [text, iso] of read) {
  test(`reads ${text}`, () => assert.equal(new Date(parseHttpDate(text, NOW) ?? Number.NaN).toISOString(), iso));
}

const none = [
  "",
  "0",
  "2026",
  "Sun, 06 Nov 1994 08:49:37",
  "Sun, 06 Nov 1994 08:49:37 UTC",
  "Sun, 06 Nov 1994 08:49:37 +0000",
  "sun, 06 nov 1994 08:49:37 gmt",
  "Sun, 6 Nov 1994 08:49:37 GMT",
  "Sun, 31 Feb 1994 08:49:37 GMT",
  "Sun, 31 Apr 1994 08:49:37 GMT",
  "Thu, 29 Feb 2023 00:00:00 GMT",
  "Sun, 00 Nov 1994 08:49:37 GMT",
  "Sun, 06 Nov 1994 24:00:00 GMT",
  "Sun, 06 Nov 1994 08:60:00 GMT",
  "Sun, 06 Nov 1994 08:49:61 GMT",
  "Sunday, 06-Nov-1994 08:49:37 GMT",
  "Sun Nov 6 08:49:37 1994",
  "1994-11-06T08:49:37Z",
  "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
  " ".repeat(10_000),
];
for (const text of none)
  test(`takes ${text.slice(0, 60)} for none`, () => assert.equal(parseHttpDate(text, NOW), undefined));

test("what is sent has four digits of a year and a zone", () => {
  assert.equal(formatHttpDate(Date.UTC(1994, 10, 6, 8, 49, 37)), "Sun, 06 Nov 1994 08:49:37 GMT");
});

test("what is sent is read to the second", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
      assert.equal(parseHttpDate(formatHttpDate(seconds * 1000), NOW), seconds * 1000);
    }),
  );
});
