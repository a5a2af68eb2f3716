import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCount, checkOctets, checkTimeout } from "../src/limits.ts";

const refused = (run: () => void, option: string, message: string) =>
  assert.throws(run, { code: "ERR_OPTION", option, message: `${option}: ${message}` });
const NO_NUMBERS = [
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  "1",
  null,
  undefined,
] as unknown as number[];

test("a count is a whole number, from 1 where nothing else is said", () => {
  for (const fine of [1, 7, Number.MAX_SAFE_INTEGER]) checkCount("maxFields", fine);
  checkCount("depth", 0, 0, 20);
  checkCount("depth", 20, 0, 20);
  for (const wrong of [0, ...NO_NUMBERS])
    refused(() => checkCount("maxFields", wrong), "maxFields", "must be a whole number, at least 1");
  for (const wrong of [-1, 21])
    refused(() => checkCount("depth", wrong, 0, 20), "depth", "must be a whole number, at least 0 and at most 20");
});

test("octets are a whole number, 0 among them where nothing else is said", () => {
  for (const fine of [0, 1_048_576, Number.MAX_SAFE_INTEGER]) checkOctets("limit", fine);
  for (const wrong of NO_NUMBERS)
    refused(() => checkOctets("limit", wrong), "limit", "must be a whole number of octets, at least 0");
  refused(() => checkOctets("limit", 0, 1), "limit", "must be a whole number of octets, at least 1");
});

test("a timeout is seconds above 0, and a day at most", () => {
  for (const fine of [0.001, 30, 86_400]) checkTimeout(fine);
  for (const wrong of [0, -1, 86_401, Number.NaN, Number.POSITIVE_INFINITY, "30", null] as unknown as number[])
    refused(() => checkTimeout(wrong), "timeout", "must be above 0 and at most 86400 seconds");
});
