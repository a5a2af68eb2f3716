import assert from "node:assert/strict";
import { test } from "node:test";
import { askedKind } from "../src/asked-kind.ts";

for (const [accept, kind] of [
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"],
  ["application/json, TEXT/HTML;q=0.1", "html"],
  ["application/json", "json"],
  ["application/vnd.api+JSON", "json"],
  ["application/jsonp", "text"],
  ["*/*", "text"],
  ["", "text"],
  [undefined, "text"],
] as const) {
  test(`Accept: ${accept} asks for ${kind}`, () => assert.equal(askedKind({ headers: { accept } }), kind));
}
