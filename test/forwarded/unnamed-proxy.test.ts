import assert from "node:assert/strict";
import { test } from "node:test";
import { unnamedProxyWarning } from "../../src/forwarded/unnamed-proxy.ts";
import { wrapAntiForgery } from "../../src/middleware/anti-forgery.ts";
import { wrapSslRedirect } from "../../src/middleware/ssl-redirect.ts";
import { text } from "../../src/response.ts";
import type { RequestMap } from "../../src/ring.ts";
import { requestMap } from "../support/request-map.ts";

const via = (headers: RequestMap["headers"], more: Partial<RequestMap> = {}) =>
  requestMap("POST", "/", { remoteAddress: "10.0.0.7", headers, ...more });

function warned(...requests: readonly RequestMap[]): readonly string[] {
  const words: string[] = [];
  const warn = unnamedProxyWarning((line) => words.push(line));
  for (const request of requests) warn(request);
  return words;
}

test("a proxy that says https and is not named is told once, with the remedy", () => {
  const words = warned(via({ "x-forwarded-proto": "https" }), via({ "x-forwarded-proto": "https" }));
  assert.equal(words.length, 1);
  assert.match(words[0]!, /10\.0\.0\.7 says .* serve\(app, \{ trustProxy: \["10\.0\.0\.7"\] \}\)/);
  assert.equal(warned(via({ forwarded: "for=192.0.2.1;proto=https" })).length, 1);
});

test("nothing is said of https, of http, and where no proxy spoke", () => {
  const quiet = [
    via({}),
    via({ "x-forwarded-proto": "http" }),
    via({ "x-forwarded-proto": "https" }, { scheme: "https" }),
  ];
  assert.deepEqual(warned(...quiet), []);
});

test("what a visitor sent is not printed", () => {
  const [words] = warned(
    via({ "x-forwarded-proto": "https\u001b[2J", forwarded: "evil" }, { remoteAddress: undefined }),
  );
  assert.doesNotMatch(words!, /\u001b|evil/);
});

for (const [name, app] of [
  ["wrapSslRedirect", () => wrapSslRedirect()(() => text(""))],
  ["wrapAntiForgery", () => wrapAntiForgery()(() => text(""))],
] as const) {
  test(`${name} says so`, async (t) => {
    const warn = t.mock.method(console, "warn", () => {});
    const request = via({ "x-forwarded-proto": "https", origin: "https://localhost" });
    assert.ok((await app()(request as never)).status >= 300);
    assert.equal(warn.mock.callCount(), 1);
  });
}
