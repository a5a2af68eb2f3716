import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type ReloadOptions, wrapReload } from "../../src/dev/wrap-reload.ts";
import { html, text } from "../../src/response.ts";
import { type RequestMap, type ResponseMap, stack } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { viewsFolder } from "../render/views.ts";
import { rawConnection } from "../support/raw-http.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

const PAGE = "<!doctype html><html><body><p>hi</p></body></html>";
const TAG = /<script src="\/__ringlight\/reload\.js" data-seen="[\da-f-]{36}\.0" async><\/script><\/body><\/html>$/;

describe("wrapReload keeps the middleware contract", () => {
  const subject = () => ({ wrap: wrapReload({ watch: [] }), response: () => html(PAGE), rewritesBody: true });
  for (const check of middlewareContract) test(check.name, () => check.run(subject));
});

async function answered(response: ResponseMap, request: RequestMap = requestMap(), options: ReloadOptions = {}) {
  return wrapReload({ watch: [], ...options })(() => response)(request);
}

test("a page gets the script before its end", async () => {
  const { body, headers } = await answered(html(PAGE));
  assert.match(body as string, TAG);
  assert.equal(headers["cache-control"], "no-store");
});

test("a document that leaves </body> out gets it at the end; the last </body> counts", async () => {
  for (const start of ["<!DOCTYPE html><title>x</title>", "<html>", " <!-- c --><head>", "<body>x"]) {
    assert.match((await answered(html(start))).body as string, /<script [^>]*><\/script>$/);
  }
  const twice = `<body><pre>&lt;/body></pre><i data-x="</body>"></i></BODY>`;
  assert.match((await answered(html(twice))).body as string, /<\/i><script [^>]*><\/script><\/BODY>$/);
});

test("Content-Length grows with the page, in octets; ETag and Last-Modified go", async () => {
  const page = "<body>é</body>";
  const headers = {
    ...html("").headers,
    "content-length": String(Buffer.byteLength(page)),
    etag: '"1"',
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    "cache-control": "public, max-age=60",
    vary: "Cookie",
  };
  const sent = await answered({ ...html(page), headers });
  assert.deepEqual(sent.headers, {
    "content-type": "text/html; charset=utf-8",
    "content-length": String(Buffer.byteLength(sent.body as string)),
    "cache-control": "no-store",
    vary: "Cookie",
  });
  const head = await answered({ ...html(page), headers }, requestMap("HEAD"));
  assert.equal(head.headers["content-length"], sent.headers["content-length"]);
});

test("headers are found in any spelling", async () => {
  const headers = { "Content-Type": "text/html", ETag: '"1"', "Last-Modified": "x", "Cache-Control": "max-age=60" };
  const length = { "Content-Length": String(PAGE.length) };
  const sent = await answered({ ...html(PAGE), headers: { ...headers, ...length } });
  assert.match(sent.body as string, TAG);
  assert.deepEqual(sent.headers, {
    "Content-Type": "text/html",
    "Content-Length": String((sent.body as string).length),
    "Cache-Control": "no-store",
  });
  const zipped = await answered({ ...html(PAGE), headers: { ...headers, "Content-Encoding": "br" } });
  assert.equal(zipped.body, PAGE);
});

test("the nonce of the policy outside is on it, escaped", async () => {
  const request = { ...requestMap(), cspNonce: 'a"b' } as RequestMap;
  assert.match((await answered(html(PAGE), request)).body as string, / nonce="a&quot;b" async>/);
});

const octets = new TextEncoder().encode(PAGE);
const untouched: ReadonlyArray<readonly [what: string, response: ResponseMap, request?: RequestMap]> = [
  ["text", text(PAGE)],
  ["JSON", { ...html(PAGE), headers: { "content-type": "application/json" } }],
  ["no type", { ...html(PAGE), headers: {} }],
  ["octets", { ...html(""), body: octets }],
  ["a stream", { ...html(""), body: new Blob([octets]).stream() }],
  ["nothing", { ...html(""), body: null }],
  ["an encoded body", { ...html(PAGE), headers: { ...html("").headers, "content-encoding": "gzip" } }],
  ["a fragment", html("<li>one</li>")],
  ["the answer to a form", html(PAGE), requestMap("POST")],
  ["what a script fetched", html(PAGE), requestMap("GET", "/", { headers: { "sec-fetch-dest": "empty" } })],
];
for (const [what, response, request] of untouched) {
  test(`${what} stays as it is`, async () => {
    const { body, headers } = await answered(response, request);
    assert.equal(body, response.body);
    assert.deepEqual(headers, response.headers);
  });
}

test("what is no response is handed on", async () => {
  const app = wrapReload({ watch: [] })((() => undefined) as never);
  assert.equal(await app(requestMap()), undefined);
});

test("script and stream have their path, below the path that the application is mounted under", async () => {
  const app = wrapReload({ watch: [], path: "/dev/x" })(() => text("handler"));
  const at = async (uri: string, more: object = {}) =>
    (await app({ ...requestMap("GET", uri), ...more })).headers["content-type"];
  assert.match(String(await at("/dev/x.js")), /^text\/javascript/);
  assert.equal(await at("/dev/x"), "text/event-stream");
  assert.equal(await at("/app/dev/x", { context: "/app" }), "text/event-stream");
  assert.equal(await at("/dev/x", { context: "/app" }), "text/event-stream");
  assert.match(String(await at("/dev/xy")), /^text\/plain/);
  assert.match(String(await at("/app/dev/x")), /^text\/plain/);
  assert.match(String(await at("/dev/x", { method: "POST" })), /^text\/plain/);
  const page = await answered(html(PAGE), { ...requestMap(), context: "/app" } as RequestMap);
  assert.match(page.body as string, /src="\/app\/__ringlight\/reload\.js"/);
});

/** A site whose folder is watched, and somebody who listens. */
async function watched(t: TestContext) {
  const folder = viewsFolder(t, { "a.txt": "1", "deep/b.txt": "1" });
  const { url } = await listen(
    t,
    wrapReload({ watch: [folder], settle: 0.3 })(() => html(PAGE)),
  );
  const seen = async () => /data-seen="([^"]+)"/.exec(await (await fetch(url)).text())![1]!;
  const state = await seen();
  const connection = rawConnection(Number(new URL(url).port));
  t.after(() => connection.socket.destroy());
  connection.send("GET /__ringlight/reload HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await connection.until(`data: ${state}\n\n`);
  return { folder, state, seen, heard: (n: number) => connection.until(`data: ${state.replace(/0$/, String(n))}\n\n`) };
}

test("a change is heard, deep in the folder too, and many at once are one", async (t) => {
  const { folder, heard, seen } = await watched(t);
  for (const name of ["a.txt", "deep/b.txt", "new.txt", "deep/new.txt"]) writeFileSync(join(folder, name), "2");
  await heard(1);
  writeFileSync(join(folder, "deep/b.txt"), "3");
  const all = await heard(2);
  assert.equal(all.match(/data: /g)?.length, 3);
  assert.match(await seen(), /\.2$/, "a page that comes now is up to date");
});

test("editors that write another file and rename it are heard, so are new folders and what is removed", async (t) => {
  const { folder, heard } = await watched(t);
  writeFileSync(join(folder, "a.txt~"), "2");
  renameSync(join(folder, "a.txt~"), join(folder, "a.txt"));
  await heard(1);
  mkdirSync(join(folder, "more"));
  await heard(2);
  rmSync(join(folder, "deep/b.txt"));
  await heard(3);
});

test("twice around one handler is an error, alone it is not", () => {
  assert.throws(() => stack.use(wrapReload()).use(wrapReload())(() => text("")), { code: "ERR_STACK_TWICE" });
});

test("impossible options are told", () => {
  for (const watch of [["/no/such"], "views", [7], [new URL("https://example.com/")]]) {
    assert.throws(() => wrapReload({ watch } as never), { code: "ERR_OPTION", option: "watch" });
  }
  wrapReload({ watch: ["test", pathToFileURL("src"), "package.json"] });
  for (const path of ["reload", "/", "/a b", '/a"', "/a/", "/a?b", 7]) {
    assert.throws(() => wrapReload({ path } as never), { option: "path" });
  }
  for (const settle of [-1, 11, Number.NaN, "1"])
    assert.throws(() => wrapReload({ settle } as never), { option: "settle" });
  assert.throws(() => wrapReload({ folders: [] } as never), { option: "folders" });
});
