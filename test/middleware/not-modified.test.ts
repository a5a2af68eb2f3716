import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type NotModifiedOptions, wrapNotModified } from "../../src/middleware/not-modified.ts";
import type { Handler, ResponseMap } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { bodyOf } from "../support/formats.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

const tagged = (): ResponseMap => ({ status: 200, headers: { etag: '"v1"' }, body: "ok" });
for (const check of middlewareContract) {
  const request = () => requestMap("GET", "/", { headers: { "if-none-match": '"other"' } });
  test(`a changed page: ${check.name}`, () =>
    check.run(() => ({ wrap: wrapNotModified(), request, response: tagged })));
}

async function status(
  asked: Readonly<Record<string, string>>,
  headers: ResponseMap["headers"],
  { method = "GET", status: given = 200 } = {},
): Promise<number> {
  const app: Handler = wrapNotModified({ now: () => Date.UTC(2026, 0, 1) })(() => ({
    status: given,
    headers,
    body: "x",
  }));
  return (await app(requestMap(method, "/", { headers: asked }))).status;
}

test("If-None-Match: weak comparison, a list, any", async () => {
  const rows: ReadonlyArray<readonly [asked: string, etag: string | undefined, expected: number]> = [
    ['"a"', '"a"', 304],
    ['W/"a"', '"a"', 304],
    ['"a"', 'W/"a"', 304],
    ['W/"a"', 'W/"a"', 304],
    ['"b", W/"a"', '"a"', 304],
    ['"b","a"', '"a"', 304],
    [' , "b" ,, "a" ', '"a"', 304],
    ['"x,y", "a"', '"a"', 304],
    ['"a,b"', '"a,b"', 304],
    ['""', '""', 304],
    ["*", '"a"', 304],
    [" * ", undefined, 304],
    ['"b"', '"a"', 200],
    ['"A"', '"a"', 200],
    ['w/"a"', '"a"', 200],
    ["a", "a", 200],
    ['"a"', "a", 200],
    ["a", '"a"', 200],
    ['"a', '"a"', 200],
    ['"b" "a"', '"a"', 200],
    ['"x, "a"', '"a"', 200],
    ["", '"a"', 200],
    ['"a"', undefined, 200],
    ["undefined", undefined, 200],
    ['"*"', '"a"', 200],
  ];
  for (const [asked, etag, expected] of rows) {
    assert.equal(
      await status({ "if-none-match": asked }, etag === undefined ? {} : { ETag: etag }),
      expected,
      `${asked} of ${etag}`,
    );
  }
});

const AT = "Sun, 06 Nov 1994 08:49:37 GMT";
test("If-Modified-Since: the three forms of a date; what is none is no condition", async () => {
  const since = (value: string, modified = AT) => status({ "if-modified-since": value }, { "last-modified": modified });
  for (const form of [AT, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]) {
    assert.equal(await since(form), 304);
    assert.equal(await since(AT, form), 304);
  }
  assert.equal(await since("Sun, 06 Nov 1994 08:49:38 GMT"), 304);
  assert.equal(await since("Sun, 06 Nov 1994 08:49:36 GMT"), 200);
  for (const broken of [
    "",
    "yesterday",
    "1994-11-06",
    "Sun, 31 Feb 2094 08:49:37 GMT",
    "Sun, 06 Nov 2094 08:49:37 +0000",
  ]) {
    assert.equal(await since(broken), 200, broken);
    assert.equal(await since(AT, broken), 200, broken);
  }
  assert.equal(await status({ "if-modified-since": AT }, { etag: '"a"' }), 200);
});

test("If-None-Match alone decides where both are sent", async () => {
  const both = { etag: '"a"', "last-modified": AT };
  assert.equal(await status({ "if-none-match": '"b"', "if-modified-since": AT }, both), 200);
  assert.equal(
    await status({ "if-none-match": '"a"', "if-modified-since": "Sun, 06 Nov 1983 08:49:37 GMT" }, both),
    304,
  );
  assert.equal(await status({ "if-none-match": '"a"', "if-modified-since": AT }, { "last-modified": AT }), 200);
});

test("only GET and HEAD, only 200", async () => {
  const asked = { "if-none-match": "*" };
  assert.equal(await status(asked, {}, { method: "HEAD" }), 304);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "get"])
    assert.equal(await status(asked, {}, { method }), 200);
  for (const other of [201, 206, 301, 404, 500]) assert.equal(await status(asked, {}, { status: other }), other);
});

test("the 304 has the headers of RFC 9110, 15.4.5, and the response's other keys; its stream is let go", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    cancel: () => {
      cancelled = true;
    },
  });
  const kept = {
    "Cache-Control": "no-cache",
    "content-location": "/x",
    date: AT,
    etag: '"a"',
    expires: AT,
    vary: "Cookie",
    "set-cookie": ["a=1", "b=2"],
  };
  const dropped = {
    "content-type": "text/html",
    "content-length": "5",
    "last-modified": AT,
    "content-encoding": "gzip",
    "x-other": "1",
  };
  const app = wrapNotModified()(() => ({
    status: 200,
    headers: { ...kept, ...dropped },
    body,
    session: { n: 1 },
    flash: "x",
  }));
  const answer = await (app as Handler)(requestMap("GET", "/", { headers: { "if-none-match": '"a"' } }));
  assert.deepEqual(answer, { status: 304, headers: kept, body: null, session: { n: 1 }, flash: "x" });
  assert.ok(cancelled);
});

test("Last-Modified stays where there is no ETag", async () => {
  const app: Handler = wrapNotModified()(() => ({ status: 200, headers: { "Last-Modified": AT, a: "b" }, body: "x" }));
  const answer = await app(requestMap("GET", "/", { headers: { "if-modified-since": AT } }));
  assert.deepEqual(answer, { status: 304, headers: { "Last-Modified": AT }, body: null });
});

test("a stream that somebody reads already makes nothing fail", async () => {
  const body = bodyOf("x");
  body.getReader();
  const app: Handler = wrapNotModified()(() => ({ status: 200, headers: {}, body }));
  assert.equal((await app(requestMap("GET", "/", { headers: { "if-none-match": "*" } }))).status, 304);
});

test("a visitor's headers never make it throw, and take little time", async () => {
  const some = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom('"', ",", "W", "/", " ", "a", "*") }),
  );
  await fc.assert(
    fc.asyncProperty(some, some, async (match, since) => {
      const code = await status(
        { "if-none-match": match, "if-modified-since": since },
        { etag: '"a"', "last-modified": AT },
      );
      assert.ok(code === 200 || code === 304);
    }),
  );
  for (const part of ['"', '"a', '"a",', ", ", "W/", " ", ",", '""']) {
    await status({ "if-none-match": part.repeat(100_000), "if-modified-since": part.repeat(100_000) }, { etag: '"z"' });
  }
});

test("over a real server", async (t) => {
  const { url, errors } = await listen(t, wrapNotModified()(tagged) as Handler);
  const first = await fetch(url);
  assert.equal(await first.text(), "ok");
  const again = await fetch(url, { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
  assert.deepEqual([again.status, await again.text(), again.headers.get("etag")], [304, "", '"v1"']);
  assert.deepEqual(errors, []);
});

test("impossible options are refused when it is built", () => {
  for (const options of [{ etag: true }, { now: 5 }]) {
    assert.throws(() => wrapNotModified(options as NotModifiedOptions), { code: "ERR_OPTION" });
  }
});
