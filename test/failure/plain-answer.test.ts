import assert from "node:assert/strict";
import { test } from "node:test";
import { RinglightError } from "../../src/errors.ts";
import { byAccept, plainAnswer } from "../../src/failure/plain-answer.ts";
import { refusal } from "../../src/refusal.ts";
import { requestMap } from "../support/request-map.ts";

const kept = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

test("an answer that no handler made is text in words, never cached and never guessed at", () => {
  assert.deepEqual(plainAnswer(400), {
    status: 400,
    headers: { "content-type": "text/plain; charset=utf-8", ...kept },
    body: "Bad Request",
  });
  assert.deepEqual(plainAnswer(500, "json", "{}").headers, { "content-type": "application/json", ...kept });
  assert.deepEqual(plainAnswer(500, "html", "").headers, { "content-type": "text/html; charset=utf-8", ...kept });
});

test("one that Accept chose says so", () => {
  assert.equal(byAccept(plainAnswer(400)).headers.vary, "Accept");
  const error = new RinglightError("ERR_CSRF", "no token", { status: 403 });
  assert.deepEqual(refusal(error, requestMap()).headers, {
    "content-type": "text/plain; charset=utf-8",
    ...kept,
    vary: "Accept",
  });
});
