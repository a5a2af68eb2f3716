import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeHtml } from "../src/escape-html.ts";

test("escapeHtml escapes what ends text or a quoted attribute", () => {
  assert.equal(escapeHtml(`<a b='c' d="e">&amp;`), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;amp;");
  assert.equal(escapeHtml("$&$1`"), "$&amp;$1`");
});

test("escapeHtml prints any value, and nothing for none", () => {
  assert.equal(escapeHtml(0), "0");
  assert.equal(escapeHtml(null) + escapeHtml(undefined), "");
  assert.equal(escapeHtml({ toString: () => "<x>" }), "&lt;x&gt;");
  assert.equal(escapeHtml(["<", ">"]), "&lt;,&gt;");
});
