import assert from "node:assert/strict";
import { test } from "node:test";
import { type MimeTypesOptions, wrapContentType } from "../../src/middleware/content-type.ts";
import type { Handler, ResponseMap } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { bodyOf } from "../support/formats.ts";
import { requestMap } from "../support/request-map.ts";

for (const check of middlewareContract) {
  const response = (): ResponseMap => ({ status: 200, headers: {}, body: "ok" });
  test(check.name, () => check.run(() => ({ wrap: wrapContentType(), response })));
}

async function typeOf(uri: string, response: Partial<ResponseMap> = {}, options?: MimeTypesOptions): Promise<unknown> {
  const answer: ResponseMap = { status: 200, headers: {}, body: new Uint8Array(1), ...response };
  const app: Handler = wrapContentType(options)(() => answer);
  return (await app(requestMap("GET", uri))).headers["content-type"];
}

test("octets and streams get the type of the extension", async () => {
  assert.equal(await typeOf("/a/b.css"), "text/css");
  assert.equal(await typeOf("/logo.PNG"), "image/png");
  assert.equal(await typeOf("/page.html", { body: bodyOf("x") }), "text/html");
  assert.equal(await typeOf("/app.min.js"), "text/javascript");
});

test("what has no known extension is application/octet-stream", async () => {
  for (const uri of ["/", "/a", "/a.b/c", "/a.", "/.", "/.htaccess", "/a.nonsense", "*", "/a.css%00", "/a.css/"]) {
    assert.equal(await typeOf(uri), "application/octet-stream", uri);
  }
});

test("the names that every object has are no extensions", async () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"]) {
    assert.equal(await typeOf(`/a.${name}`), "application/octet-stream");
    assert.equal(await typeOf(`/a.${name}`, { body: "x" }), "text/plain; charset=utf-8");
    assert.equal(await typeOf(`/a.${name}`, {}, { mimeTypes: {} }), "application/octet-stream");
  }
});

test("a string without a type is text, never markup, a script or a style that a visitor's address chose", async () => {
  for (const uri of [
    "/",
    "/a",
    "/<script>.html",
    "/a.htm",
    "/a.xhtml",
    "/a.xml",
    "/a.svg",
    "/a.rss",
    "/a.mathml",
    "/a.xsl",
    "/a.js",
    "/a.mjs",
    "/a.css",
    "/a.pdf",
    "/a.wasm",
    "/a.webmanifest",
  ]) {
    assert.equal(await typeOf(uri, { body: "x" }), "text/plain; charset=utf-8", uri);
  }
  assert.equal(await typeOf("/a.csv", { body: "x" }), "text/csv; charset=utf-8");
  assert.equal(await typeOf("/a.md", { body: "x" }), "text/markdown; charset=utf-8");
  assert.equal(await typeOf("/a.json", { body: "{}" }), "application/json");
});

test("a type that is there stays; no body gets none", async () => {
  assert.equal(await typeOf("/a.css", { headers: { "content-type": "text/x" } }), "text/x");
  assert.equal(await typeOf("/a.css", { headers: { "Content-Type": "text/x" } }), undefined);
  assert.equal(await typeOf("/a.css", { body: null }), undefined);
  for (const status of [204, 205, 304]) assert.equal(await typeOf("/a.css", { status }), undefined);
});

test("mimeTypes goes before the package's", async () => {
  const mimeTypes = { gpx: "application/gpx+xml", css: "text/x-css; charset=utf-8" };
  assert.equal(await typeOf("/tour.GPX", {}, { mimeTypes }), "application/gpx+xml");
  assert.equal(await typeOf("/a.css", { body: "x" }, { mimeTypes }), "text/x-css; charset=utf-8");
  assert.equal(await typeOf("/a.png", {}, { mimeTypes }), "image/png");
});

const impossible: ReadonlyArray<readonly [options: object, option: string]> = [
  [{ types: {} }, "types"],
  [{ mimeTypes: "css" }, "mimeTypes"],
  [{ mimeTypes: null }, "mimeTypes"],
  [{ mimeTypes: ["a/b"] }, "mimeTypes"],
  [{ mimeTypes: { ".css": "text/css" } }, "mimeTypes..css"],
  [{ mimeTypes: { CSS: "text/css" } }, "mimeTypes.CSS"],
  [{ mimeTypes: { css: "css" } }, "mimeTypes.css"],
  [{ mimeTypes: { css: "text/css\r\nx: y" } }, "mimeTypes.css"],
  [{ mimeTypes: { css: 1 } }, "mimeTypes.css"],
];
for (const [options, option] of impossible) {
  test(`refused when built: ${JSON.stringify(options)}`, () => {
    assert.throws(() => wrapContentType(options), { code: "ERR_OPTION", option });
  });
}
