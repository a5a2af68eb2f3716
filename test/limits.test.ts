import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCount, checkOctets, checkTimeout } from "../src/limits.ts";

const NO_NUMBERS = [undefined, null, "1", true, 1n, [], Number.NaN, Number.POSITIVE_INFINITY, -1, 2 ** 53] as number[];

test("a count is a whole number within its bounds, and the message says which", () => {
  for (const value of [1, 2, Number.MAX_SAFE_INTEGER]) checkCount("maxParams", value);
  for (const value of [...NO_NUMBERS, 0, 1.5])
    assert.throws(() => checkCount("maxParams", value), {
      code: "ERR_OPTION",
      option: "maxParams",
      message: "maxParams: must be a whole number, at least 1",
    });
  checkCount("depth", 0, 0, 100);
  checkCount("depth", 100, 0, 100);
  assert.throws(() => checkCount("depth", 101, 0, 100), {
    message: "depth: must be a whole number, at least 0 and at most 100",
  });
});

test("octets are a whole number, of 0 or the least that is said", () => {
  for (const value of [0, 1, Number.MAX_SAFE_INTEGER]) checkOctets("limit", value);
  for (const value of [...NO_NUMBERS, 0.5])
    assert.throws(() => checkOctets("limit", value), {
      code: "ERR_OPTION",
      option: "limit",
      message: "limit: must be a whole number of octets, at least 0",
    });
  checkOctets("limit", 1, 1);
  assert.throws(() => checkOctets("limit", 0, 1), { message: /at least 1$/ });
});

test("a timeout is above 0 and up to a day, in seconds", () => {
  for (const value of [Number.MIN_VALUE, 0.5, 30, 86_400]) checkTimeout(value);
  for (const value of [...NO_NUMBERS, 0, 86_400.1])
    assert.throws(() => checkTimeout(value), {
      code: "ERR_OPTION",
      option: "timeout",
      message: /above 0 and at most 86400/,
    });
});
