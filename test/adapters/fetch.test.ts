import assert from "node:assert/strict";
import { test } from "node:test";
import { toFetch } from "../../src/adapters/fetch.ts";
import { json, noContent, text } from "../../src/response.ts";
import type { Handler, RequestMap } from "../../src/ring.ts";

function capture(): { app: Handler; seen: () => RequestMap } {
  let request: RequestMap | undefined;
  const app: Handler = (given) => {
    request = given;
    return text("ok");
  };
  return { app, seen: () => request! };
}

test("a request becomes a map of plain data properties", async () => {
  const { app, seen } = capture();
  await toFetch(app)(
    new Request("https://example.com:8443/a%20b/?x=1&y=%20", { headers: { "X-A": "1", cookie: "a=b" } }),
  );
  const { headers, signal, ...rest } = seen();
  assert.deepEqual(rest, {
    method: "GET",
    scheme: "https",
    host: "example.com:8443",
    uri: "/a%20b/",
    queryString: "x=1&y=%20",
    body: null,
    remoteAddress: undefined,
  });
  assert.deepEqual({ ...headers }, { "x-a": "1", cookie: "a=b" });
  assert.equal(Object.getPrototypeOf(headers), null);
  assert.equal(signal.aborted, false);
  for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(seen()))) assert.ok("value" in descriptor);
});

test("scheme and remoteAddress can be told", async () => {
  const { app, seen } = capture();
  const served = toFetch<{ ip: string }>(app, { scheme: "https", remoteAddress: (_, { ip }) => ip });
  await served(new Request("http://example.com/"), { ip: "192.0.2.1" });
  assert.equal(seen().scheme, "https");
  assert.equal(seen().remoteAddress, "192.0.2.1");
});

test("the signal is the request's", async () => {
  const { app, seen } = capture();
  const controller = new AbortController();
  await toFetch(app)(new Request("http://example.com/", { signal: controller.signal }));
  controller.abort();
  assert.equal(seen().signal.aborted, true);
});

test("Set-Cookie is never folded", async () => {
  const cookies = ["a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT", "b=2"];
  const response = await toFetch(() => ({ ...text("ok"), headers: { "set-cookie": cookies } }))(
    new Request("http://example.com/"),
  );
  assert.deepEqual(response.headers.getSetCookie(), cookies);
});

test("bodies stream both ways, chunk by chunk", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const echo = toFetch(({ body }) => ({ status: 200, headers: {}, body }));
  const request = new Request("http://example.com/", { method: "POST", body: readable, duplex: "half" } as RequestInit);
  const reader = (await echo(request)).body!.getReader();
  const writer = writable.getWriter();
  for (const chunk of [[1], [2, 3]]) {
    void writer.write(new Uint8Array(chunk));
    assert.deepEqual([...(await reader.read()).value!], chunk);
  }
  void writer.close();
  assert.equal((await reader.read()).done, true);
});

test("a response that is cancelled cancels the handler's stream", async () => {
  let reason: unknown;
  const cancel = (why: unknown) => {
    reason = why;
  };
  const body = new ReadableStream<Uint8Array>({ cancel });
  const response = await toFetch(() => ({ status: 200, headers: {}, body }))(new Request("http://example.com/"));
  await response.body!.cancel("gone");
  assert.equal(reason, "gone");
});

test("no header is made up for a string without a type", async () => {
  const response = await toFetch(() => ({ status: 200, headers: {}, body: "hé" }))(new Request("http://example.com/"));
  assert.deepEqual([...response.headers], []);
  assert.equal(await response.text(), "hé");
});

test("HEAD and 204 have no body", async () => {
  const head = await toFetch(() => json({ a: 1 }))(new Request("http://example.com/", { method: "HEAD" }));
  assert.equal(head.body, null);
  assert.equal(head.headers.get("content-length"), "7");
  const none = await toFetch(() => noContent())(new Request("http://example.com/"));
  assert.deepEqual([none.status, none.body], [204, null]);
});

test("an error is told to onError and answered as 500", async () => {
  const errors: unknown[] = [];
  const served = toFetch(
    () => {
      throw new Error("inside");
    },
    { onError: (error) => void errors.push(error) },
  );
  const response = await served(new Request("http://example.com/"));
  assert.equal(response.status, 500);
  assert.equal(await response.text(), "Internal Server Error");
  assert.match(String(errors[0]), /inside/);
});

test("the host is the Host header's, where the runtime gives one, else the URL's", async () => {
  const { app, seen } = capture();
  await toFetch(app)(new Request("http://inside:8080/", { headers: { host: "www.example.com" } }));
  assert.equal(seen().host, "www.example.com");
  await toFetch(app)(new Request("http://inside:8080/"));
  assert.equal(seen().host, "inside:8080");
});

test("the scheme is the URL's unless it is told, either way", async () => {
  const { app, seen } = capture();
  await toFetch(app)(new Request("http://example.com/"));
  assert.equal(seen().scheme, "http");
  await toFetch(app, { scheme: "http" })(new Request("https://example.com/"));
  assert.equal(seen().scheme, "http");
});

test("a remoteAddress that throws is told, and is undefined; the request is answered", async () => {
  const { app, seen } = capture();
  const told: unknown[] = [];
  const broken = new Error("no address");
  const served = toFetch(app, {
    remoteAddress: () => {
      throw broken;
    },
    onError: (error, { uri }) => void told.push(error, uri),
  });
  assert.equal((await served(new Request("http://example.com/page"))).status, 200);
  assert.deepEqual(told, [broken, "/page"]);
  assert.equal(seen().remoteAddress, undefined);
});

test("a stream of which somebody has read already is 500, and told", async () => {
  const errors: unknown[] = [];
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array([1])) });
  const reader = body.getReader();
  await reader.read();
  reader.releaseLock();
  const served = toFetch(() => ({ status: 200, headers: { "x-secret": "1" }, body }), {
    onError: (error) => void errors.push(error),
  });
  const response = await served(new Request("http://example.com/"));
  assert.deepEqual([response.status, await response.text()], [500, "Internal Server Error"]);
  assert.deepEqual(Object.fromEntries(response.headers), {
    "cache-control": "no-store",
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  assert.equal(errors.length, 1);
  assert.ok(errors[0] instanceof TypeError);
});

test("205 and 304 have no body, and do not throw", async () => {
  for (const status of [205, 304]) {
    const response = await toFetch(() => ({ status, headers: {}, body: "stale" }))(new Request("http://example.com/"));
    assert.deepEqual([response.status, response.body], [status, null]);
  }
});

test("HEAD of a stream whose cancelling never ends is answered", async () => {
  const body = new ReadableStream<Uint8Array>({ cancel: () => new Promise<void>(() => {}) });
  const head = new Request("http://example.com/", { method: "HEAD" });
  assert.equal((await toFetch(() => ({ status: 200, headers: {}, body }))(head)).status, 200);
});

const impossible: readonly (readonly [unknown, string])[] = [
  [{ scheme: "ftp" }, "scheme"],
  [{ scheme: "HTTPS" }, "scheme"],
  [{ scheme: null }, "scheme"],
  [{ remoteAddress: 1 }, "remoteAddress"],
  [{ remoteAddress: "203.0.113.9" }, "remoteAddress"],
  [{ remoteAddress: null }, "remoteAddress"],
  [{ onError: "x" }, "onError"],
  [{ onError: null }, "onError"],
  [{ trustProxy: ["127.0.0.1"] }, "trustProxy"],
  [null, "options"],
  ["https", "options"],
];
for (const [options, option] of impossible) {
  test(`toFetch refuses ${JSON.stringify(options)} when built`, () => {
    assert.throws(() => toFetch(() => text("ok"), options as never), { code: "ERR_OPTION", option });
  });
}

test("toFetch refuses what is no handler when built; options that are undefined are as absent", () => {
  for (const app of [undefined, null, {}, "app"]) {
    assert.throws(() => toFetch(app as never), { code: "ERR_OPTION", option: "app" });
  }
  toFetch(() => text("ok"), { scheme: undefined, remoteAddress: undefined, onError: undefined });
});
