import assert from "node:assert/strict";
import { test } from "node:test";
import { safeHref } from "../../src/render/index.ts";

for (const href of [
  "/account?a=1&b=2#c",
  "page",
  "",
  "?q=javascript:alert(1)",
  "https://example.com/",
  "//example.com/",
  "mailto:bob@example.com",
  "tel:+4312345",
  "HTTP://example.com",
  "x/javascript:alert(1)",
])
  test(`safeHref lets ${JSON.stringify(href)} through as it is`, () => assert.equal(safeHref(href), href));

for (const href of [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  " javascript:alert(1)",
  "\u0000\u001fjavascript:alert(1)",
  "java\nscript:alert(1)",
  "java\tscr\r\nipt:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "blob:https://example.com/x",
  "file:///etc/passwd",
  "view-source:https://example.com",
  "https://[",
])
  test(`safeHref refuses ${JSON.stringify(href)}`, () => assert.equal(safeHref(href), "#"));

test("safeHref takes whatever a template has", () => {
  assert.equal(safeHref(undefined), "");
  assert.equal(safeHref({ toString: () => "javascript:alert(1)" }), "#");
  assert.equal(safeHref(["javascript:alert(1)"]), "#");
});
