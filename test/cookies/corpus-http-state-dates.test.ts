import assert from "node:assert/strict";
import { formatCookieDate, parseCookieDate } from "../../src/cookies/cookie-date.ts";
import { runCorpus } from "./corpus.ts";

runCorpus({
  file: "http-state-dates",
  outside: () => false,
  outsideCount: 0,
  contradicted: {},
  run: ({ input, expected }) => {
    const date = parseCookieDate(input);
    assert.equal(date === undefined ? null : formatCookieDate(date), expected);
  },
});
