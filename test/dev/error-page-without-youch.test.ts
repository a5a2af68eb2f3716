import assert from "node:assert/strict";
import { test } from "node:test";
import { program } from "../support/module-missing.ts";

const CODE = `
  const { wrapErrorPage } = await import("ringlight/dev");
  const app = wrapErrorPage({ onError: () => {} })(() => { throw new Error("<b>broken</b>"); });
  const { status, body } = await app({
    method: "GET", scheme: "http", host: "localhost", uri: "/", queryString: "", headers: { accept: "text/html" },
    body: null, remoteAddress: "127.0.0.1", signal: new AbortController().signal,
  });
  console.log(status, body);`;

test("without youch the page is plain, has the stack, and says what to install", () => {
  const { stdout, stderr } = program("youch", CODE);
  assert.equal(stderr, "");
  assert.match(stdout, /^500 <!doctype html>/);
  assert.match(stdout, /<pre>Error: &lt;b&gt;broken&lt;\/b&gt;\n {4}at /);
  assert.match(stdout, /<code>npm install youch<\/code>/);
});
