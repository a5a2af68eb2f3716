import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapDefaultCharset } from "../../src/middleware/default-charset.ts";
import type { Handler, ResponseMap } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { requestMap } from "../support/request-map.ts";

for (const check of middlewareContract) {
  const response = (): ResponseMap => ({ status: 200, headers: { "content-type": "text/plain" }, body: "ok" });
  test(check.name, () => check.run(() => ({ wrap: wrapDefaultCharset(), response })));
}

async function typeOf(given: string, body: ResponseMap["body"] = "ü", charset?: string): Promise<unknown> {
  const app: Handler = wrapDefaultCharset(charset)(() => ({ status: 200, headers: { "content-type": given }, body }));
  return (await app(requestMap())).headers["content-type"];
}

test("text and application/xml get one, others do not", async () => {
  assert.equal(await typeOf("text/html"), "text/html; charset=utf-8");
  assert.equal(await typeOf("Text/CSS"), "text/css; charset=utf-8");
  assert.equal(await typeOf("text/plain; format=flowed;"), "text/plain; format=flowed; charset=utf-8");
  assert.equal(await typeOf('text/plain; X="a;\\b"'), 'text/plain; x="a;\\b"; charset=utf-8');
  assert.equal(await typeOf("text/plain; charset="), "text/plain; charset=utf-8");
  assert.equal(await typeOf("application/xml"), "application/xml; charset=utf-8");
  for (const type of [
    "application/json",
    "application/javascript",
    "image/svg+xml",
    "application/octet-stream",
    "textual/x",
    "nonsense",
    "",
  ]) {
    assert.equal(await typeOf(type), type);
  }
});

test("one that stands there stays, and is never doubled", async () => {
  for (const type of ["text/html; charset=utf-8", "text/html;CHARSET=UTF8", 'text/html; charset="utf-8"; x=1']) {
    assert.equal(await typeOf(type), type);
    assert.equal(await typeOf(type, new Uint8Array(1), "iso-8859-1"), type);
  }
  assert.equal(await typeOf("text/html; charset=latin1", new Uint8Array(1)), "text/html; charset=latin1");
});

test("octets get the charset that was named, a string is UTF-8 whatever was named", async () => {
  assert.equal(await typeOf("text/plain", new Uint8Array(1), "iso-8859-1"), "text/plain; charset=iso-8859-1");
  assert.equal(await typeOf("text/plain", "ü", "iso-8859-1"), "text/plain; charset=utf-8");
  assert.equal(await typeOf("text/plain; a=b; charset=latin1", "ü"), "text/plain; a=b; charset=utf-8");
});

test("a response without Content-Type, or with two, is left alone", async () => {
  const both: ResponseMap = { status: 200, headers: { "content-type": ["text/a", "text/b"] }, body: "" };
  for (const response of [{ status: 200, headers: {}, body: "" }, both]) {
    assert.deepEqual(await (wrapDefaultCharset()(() => response) as Handler)(requestMap()), response);
  }
  const upper = wrapDefaultCharset()(() => ({ status: 200, headers: { "Content-Type": "text/html" }, body: "" }));
  assert.deepEqual((await (upper as Handler)(requestMap())).headers, { "Content-Type": "text/html; charset=utf-8" });
});

for (const charset of ["", "utf 8", "utf-8; x=y", "utf-8\r\nx: y", "utf-9", 8, null]) {
  test(`refused when built: ${JSON.stringify(charset)}`, () => {
    assert.throws(() => wrapDefaultCharset(charset as string), { code: "ERR_OPTION", option: "charset" });
  });
}
