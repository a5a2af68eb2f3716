import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHttpDate, parseHttpDate } from "../../src/static/http-date.ts";

const NOW = Date.UTC(2026, 0, 1);
const RFC = Date.UTC(1994, 10, 6, 8, 49, 37);

test("the three forms of RFC 9110 are one date", () => {
  for (const form of ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]) {
    assert.equal(parseHttpDate(form, NOW), RFC, form);
  }
  assert.equal(formatHttpDate(RFC), "Sun, 06 Nov 1994 08:49:37 GMT");
});

test("a year of two digits is at most 50 years ahead", () => {
  assert.equal(parseHttpDate("Thursday, 01-Jan-76 00:00:00 GMT", NOW), Date.UTC(2076, 0, 1));
  assert.equal(parseHttpDate("Thursday, 01-Jan-77 00:00:00 GMT", NOW), Date.UTC(1977, 0, 1));
});

test("29 February is a date in leap years only, a leap second one", () => {
  assert.equal(parseHttpDate("Thu, 29 Feb 2024 00:00:00 GMT", NOW), Date.UTC(2024, 1, 29));
  assert.equal(parseHttpDate("Wed, 29 Feb 2023 00:00:00 GMT", NOW), undefined);
  assert.equal(parseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT", NOW), Date.UTC(2017, 0, 1));
});

for (const text of [
  "",
  "2026",
  "1994-11-06T08:49:37Z",
  "Sun, 06 Nov 1994 08:49:37",
  "Sun, 06 Nov 1994 08:49:37 +0000",
  "Sun, 6 Nov 1994 08:49:37 GMT",
  "sun, 06 nov 1994 08:49:37 gmt",
  "Sun, 06 Nov 1994 24:00:00 GMT",
  "Sun, 06 Nov 1994 08:60:00 GMT",
  "Sun, 31 Apr 1994 08:49:37 GMT",
  "Sun, 00 Nov 1994 08:49:37 GMT",
  "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
  " ".repeat(10_000),
]) {
  test(`${JSON.stringify(text.slice(0, 60))} is no date of HTTP`, () => {
    assert.equal(parseHttpDate(text, NOW), undefined);
  });
}
