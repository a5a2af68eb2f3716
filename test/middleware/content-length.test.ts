import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapContentLength } from "../../src/middleware/content-length.ts";
import type { Handler, ResponseMap } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { bodyOf } from "../support/formats.ts";
import { rawExchange } from "../support/raw-http.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

for (const check of middlewareContract) test(check.name, () => check.run(() => ({ wrap: wrapContentLength() })));

async function lengthOf(response: Partial<ResponseMap>, method = "GET"): Promise<unknown> {
  const app: Handler = wrapContentLength()(() => ({ status: 200, headers: {}, body: null, ...response }));
  return (await app(requestMap(method))).headers["content-length"];
}

test("the length is in octets", async () => {
  assert.equal(await lengthOf({ body: "ü€𝄞" }), "9");
  assert.equal(await lengthOf({ body: "\ud800" }), "3");
  assert.equal(await lengthOf({ body: new Uint8Array(5) }), "5");
  assert.equal(await lengthOf({ body: "" }), "0");
  assert.equal(await lengthOf({ body: null }), "0");
  assert.equal(await lengthOf({ body: null, status: 303 }), "0");
});

test("a stream has none, nor what may have no body", async () => {
  assert.equal(await lengthOf({ body: bodyOf("x") }), undefined);
  for (const status of [204, 205, 304]) {
    for (const body of [null, "x"]) assert.equal(await lengthOf({ status, body }), undefined, String(status));
  }
});

test("HEAD has the length of what GET sends, where that is known", async () => {
  assert.equal(await lengthOf({ body: "abc" }, "HEAD"), "3");
  assert.equal(await lengthOf({ body: null }, "HEAD"), undefined);
});

test("what stands there stays, in any case", async () => {
  const app = wrapContentLength()(() => ({ status: 200, headers: { "Content-Length": "7" }, body: "x" }));
  assert.deepEqual((await (app as Handler)(requestMap())).headers, { "Content-Length": "7" });
  assert.equal(await lengthOf({ headers: { "Transfer-Encoding": "chunked" }, body: "x" }), undefined);
});

test("over a real server", async (t) => {
  const app: Handler = wrapContentLength()(({ uri }) => ({
    status: uri === "/none" ? 204 : 200,
    headers: {},
    body: "ü",
  }));
  const { url, errors } = await listen(t, app);
  const port = Number(new URL(url).port);
  const asked = (line: string) => rawExchange(port, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  assert.match(await asked("GET /"), /content-length: 2\r\n/i);
  assert.match(await asked("HEAD /"), /content-length: 2\r\n/i);
  assert.doesNotMatch(await asked("GET /none"), /content-length/i);
  assert.deepEqual(errors, []);
});

test("it takes no options", () => {
  assert.throws(() => (wrapContentLength as (options: object) => unknown)({}), { code: "ERR_OPTION" });
});
