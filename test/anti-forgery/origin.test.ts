import assert from "node:assert/strict";
import { test } from "node:test";
import { originOf, targetOrigin } from "../../src/anti-forgery/origin.ts";

const origins: ReadonlyArray<readonly [text: string, origin: string | undefined]> = [
  ["https://example.com", "https://example.com"],
  ["https://example.com:443", "https://example.com"],
  ["http://example.com:80", "http://example.com"],
  ["https://example.com:80", "https://example.com:80"],
  ["http://example.com:8080", "http://example.com:8080"],
  ["HTTPS://EXAMPLE.com", "https://example.com"],
  ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
  ["http://[::1]:3000", "http://[::1]:3000"],
  ["http://localhost", "http://localhost"],
  ["https://xn--bcher-kva.example", "https://xn--bcher-kva.example"],
  ["https://a_b.example.", "https://a_b.example."],
  ["chrome-extension://abcdefgh", "chrome-extension://abcdefgh"],
  ["null", undefined],
  ["", undefined],
  ["https://", undefined],
  ["//example.com", undefined],
  ["example.com", undefined],
  ["https:example.com", undefined],
  ["https:/example.com", undefined],
  ["https://example.com/", undefined],
  ["https://example.com/path", undefined],
  ["https://example.com?a", undefined],
  ["https://example.com#a", undefined],
  ["https://example.com\\", undefined],
  ["https://user@example.com", undefined],
  ["https://user:pass@example.com", undefined],
  ["https://example.com@evil.example", undefined],
  ["https://@example.com", undefined],
  ["https://example.com:", undefined],
  ["https://example.com:0443", undefined],
  ["https://example.com:65536", undefined],
  ["https://example.com:-1", undefined],
  ["https://exa mple.com", undefined],
  [" https://example.com", undefined],
  ["https://example.com\n", undefined],
  ["https://example.com, https://evil.example", undefined],
  ["https://example.com https://evil.example", undefined],
  ["https://bücher.example", undefined],
  ["https://..", undefined],
  ["https://%65xample.com", undefined],
  ["data:text/html,x", undefined],
];

for (const [text, origin] of origins) {
  test(`${JSON.stringify(text)} is ${origin ?? "no origin"}`, () => assert.equal(originOf(text), origin));
}

test("the target's origin is the request's scheme and host", () => {
  assert.equal(targetOrigin({ scheme: "https", host: "Example.com:443" }), "https://example.com");
  assert.equal(targetOrigin({ scheme: "http", host: "example.com:443" }), "http://example.com:443");
  for (const host of ["", "user@example.com", "example.com/x", "a b"])
    assert.equal(targetOrigin({ scheme: "http", host }), undefined);
});

test("a long hostile text takes no time to speak of: it is read in one pass", () => {
  for (const piece of ["a.", "a-", "-", "[:", "a:"])
    assert.equal(originOf(`https://${piece.repeat(100_000)}!`), undefined);
});
