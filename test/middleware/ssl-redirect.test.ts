import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapContext } from "../../src/middleware/context.ts";
import { type SslRedirectOptions, wrapSslRedirect } from "../../src/middleware/ssl-redirect.ts";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { type AnyHandler, middlewareContract } from "../../src/testing/middleware-contract.ts";
import { answering } from "../support/answering.ts";
import { rawExchange } from "../support/raw-http.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

const https = () => requestMap("GET", "/", { scheme: "https" });
const asked = (more: Parameters<typeof requestMap>[2] = {}, method = "GET", uri = "/a") =>
  requestMap(method, uri, { host: "example.com", ...more });
const location = async (request = asked(), options?: SslRedirectOptions) =>
  (await answering(wrapSslRedirect(options), request)).response.headers.location;

for (const check of middlewareContract)
  test(check.name, () => check.run(() => ({ wrap: wrapSslRedirect(), request: https })));

for (const [method, status] of [
  ["GET", 301],
  ["HEAD", 301],
  ["POST", 307],
  ["PUT", 307],
  ["DELETE", 307],
  ["OPTIONS", 307],
  ["get", 307],
] as const) {
  test(`${method} over http is a ${status}, and no handler runs`, async () => {
    const { response, seen } = await answering(wrapSslRedirect(), asked({}, method));
    assert.equal(response.status, status);
    assert.equal(response.headers.location, "https://example.com/a");
    assert.equal(seen, undefined);
  });
}

test("https goes through", async () =>
  assert.equal((await answering(wrapSslRedirect(), https())).response.status, 200));

test("a visitor's X-Forwarded-Proto makes no https", async () =>
  assert.equal(await location(asked({ headers: { "x-forwarded-proto": "https" } })), "https://example.com/a"));

test("path and query are as sent", async () => {
  const uri = "/%2e%2e/a%20b;c='d'/%C3%BC//e";
  const queryString = 'next=//evil.example&q=%0d%0a[x]|"<>\\^`{}';
  assert.equal(await location(asked({ queryString }, "GET", uri)), `https://example.com${uri}?${queryString}`);
});

test("the port of http is not that of https", async () => {
  assert.equal(await location(asked({ host: "example.com:8080" })), "https://example.com/a");
  assert.equal(await location(asked({ host: "[::1]:8080" }), { port: 8443 }), "https://[::1]:8443/a");
  assert.equal(await location(asked(), { port: 443 }), "https://example.com/a");
});

test("a host of the option's stands for whatever the visitor named", async () => {
  for (const host of ["evil.example", "", "evil.com@"])
    assert.equal(await location(asked({ host }), { host: "www.example.com" }), "https://www.example.com/a");
});

for (const uri of ["//evil.example/x", "/\\evil.example", "/@evil.example", "/..//evil.example"]) {
  test(`${uri} stays a path of this host`, async () => {
    const url = new URL(String(await location(asked({}, "GET", uri))));
    assert.equal(url.host, "example.com");
  });
}

for (const host of [
  "",
  "evil.com@",
  "a@b",
  "a/b",
  "a\r\nset-cookie: x=1",
  "a b",
  "a:b",
  "[::1",
  "a.example, b.example",
]) {
  test(`the host ${JSON.stringify(host)} is a 400, and told`, async () => {
    const told: unknown[] = [];
    const { response, seen } = await answering(
      wrapSslRedirect({ onRefused: (e) => void told.push(e) }),
      asked({ host }),
    );
    assert.equal(response.status, 400);
    assert.equal(response.headers.location, undefined);
    assert.equal((told[0] as { code: string }).code, "ERR_HOST");
    assert.ok(host.length < 2 || !String(response.body).includes(host), "the answer repeats what was sent");
    assert.equal(seen, undefined);
  });
}

for (const uri of ["*", "evil.example:443", "@evil.example/", ".evil.example/", ""]) {
  test(`the target ${JSON.stringify(uri)} is no path: 400`, async () =>
    assert.equal((await answering(wrapSslRedirect(), asked({}, "GET", uri))).response.status, 400));
}

test("what a header cannot carry is percent-encoded, octet by octet", async () =>
  assert.equal(
    await location(asked({ queryString: "\r\nx: \0\xe9\u20ac" }, "GET", "/\xff")),
    "https://example.com/%FF?%0D%0Ax:%20%00%E9%E2%82%AC",
  ));

test("standing in a mounted application it sends to the whole path", async () => {
  const wrap = (handler: AnyHandler) => wrapContext("/wiki")(wrapSslRedirect()(handler));
  const { response } = await answering(wrap, asked({}, "GET", "/wiki/login"));
  assert.equal(response.headers.location, "https://example.com/wiki/login");
});

test("over real HTTP: origin-form, absolute-form, an upgrade, no Host, a broken one", async (t) => {
  const { url } = await listen(
    t,
    stack.use(wrapSslRedirect({ port: 8443 }))(() => text("plain")),
  );
  const port = Number(new URL(url).port);
  const send = (lines: string) => rawExchange(port, `${lines}\r\nConnection: close\r\n\r\n`);
  const plain = await send("GET /a?b=//c HTTP/1.1\r\nHost: example.com:80");
  assert.match(plain, /^HTTP\/1\.1 301 [\s\S]*\r\nlocation: https:\/\/example\.com:8443\/a\?b=\/\/c\r\n/i);
  const target = await send("POST http://user:pw@real.example/x HTTP/1.1\r\nHost: other.example");
  assert.match(target, /^HTTP\/1\.1 307 [\s\S]*\r\nlocation: https:\/\/real\.example:8443\/x\r\n/i);
  const upgrade = await rawExchange(
    port,
    "GET /ws HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
  );
  assert.match(upgrade, /^HTTP\/1\.1 301 [\s\S]*\r\nlocation: https:\/\/example\.com:8443\/ws\r\n/i);
  const octet = await send("GET /\xe9 HTTP/1.1\r\nHost: example.com");
  assert.match(octet, /^HTTP\/1\.1 400 |\r\nlocation: https:\/\/example\.com:8443\/%E9\r\n/i);
  for (const host of ["", "evil.com@", "a/b", "good.example@evil.example"])
    assert.match(await send(`GET / HTTP/1.1\r\nHost: ${host}`), /^HTTP\/1\.1 400 /);
  assert.match(await send("GET http:///x HTTP/1.1\r\nHost: a.example"), /^HTTP\/1\.1 400 /);
});

for (const [options, option] of [
  [{ host: "https://example.com" }, "host"],
  [{ host: "example.com:443" }, "host"],
  [{ host: "" }, "host"],
  [{ host: 1 }, "host"],
  [{ port: 0 }, "port"],
  [{ port: 65_536 }, "port"],
  [{ port: "443" }, "port"],
  [{ sslPort: 443 }, "sslPort"],
  [{ onRefused: true }, "onRefused"],
  [null, "options"],
] as const) {
  test(`${JSON.stringify(options)} is refused when built`, () =>
    assert.throws(() => wrapSslRedirect(options as unknown as SslRedirectOptions), { code: "ERR_OPTION", option }));
}
