import assert from "node:assert/strict";
import { test } from "node:test";
import { failureMarkup } from "../../src/failure/markup.ts";

test("a page has its status and words, escaped, and content that is markup already", () => {
  const page = failureMarkup(404, { title: "<Fort>", lang: 'd"e' }, ["<p>a</p>", "<p>b</p>"]);
  assert.match(page, /^<!doctype html>\n<html lang="d&quot;e">\n/);
  assert.match(page, /<title>404 &lt;Fort&gt;<\/title>/);
  assert.match(page, /<main>\n<h1>&lt;Fort&gt;<\/h1>\n<p>a<\/p>\n<p>b<\/p>\n<\/main>/);
  assert.match(failureMarkup(503), /<html lang="en">[\s\S]*<h1>Service Unavailable<\/h1>\n<\/main>/);
});

test("it has nothing that a Content-Security-Policy forbids", () => {
  assert.doesNotMatch(failureMarkup(500), /style|script|src=|href=| on\w+=/i);
});
