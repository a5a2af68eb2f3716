import assert from "node:assert/strict";
import test from "node:test";
import { parseCookieDate } from "../../src/cookies/cookie-date.ts";
import { parseSetCookie } from "../../src/cookies/parse-set-cookie.ts";

test("name and value may have 4096 octets together and not one more", () => {
  assert.equal(parseSetCookie(`ab=${"x".repeat(4094)}`)?.name, "ab");
  assert.equal(parseSetCookie(`ab=${"x".repeat(4095)}`), undefined);
});

test("an attribute over 1024 octets is ignored, and an earlier one stays", () => {
  const path = `/${"a".repeat(1023)}`;
  assert.equal(parseSetCookie(`a=1; Path=${path}`)?.path, path);
  assert.equal(parseSetCookie(`a=1; Path=/x; Path=${path}a`)?.path, "/x");
});

test("attributes with names of the prototype are ignored", () => {
  assert.deepEqual(parseSetCookie("a=1; __proto__=x; constructor=y; toString"), { name: "a", value: "1" });
});

test("a Max-Age of any length is a safe integer", () => {
  assert.equal(parseSetCookie(`a=1; Max-Age=${"9".repeat(900)}`)?.maxAge, Number.MAX_SAFE_INTEGER);
  assert.equal(parseSetCookie(`a=1; Max-Age=-${"9".repeat(900)}`)?.maxAge, -Number.MAX_SAFE_INTEGER);
});

test("a day that its month does not have is no date", () => {
  assert.equal(parseCookieDate("31 Apr 2026 00:00:00 GMT"), undefined);
  assert.equal(parseCookieDate("29 Feb 2023 00:00:00 GMT"), undefined);
  assert.equal(parseCookieDate("29 Feb 2024 23:59:59 GMT")?.toISOString(), "2024-02-29T23:59:59.000Z");
  assert.equal(parseCookieDate("01 Jan 1600 00:00:00 GMT"), undefined);
});
