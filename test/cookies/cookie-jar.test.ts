import assert from "node:assert/strict";
import test from "node:test";
import { cookieJar } from "../../src/testing/cookie-jar.ts";

const url = "https://example.com/a/b";
const kept = (line: string, at = url, from = at) => {
  const jar = cookieJar({ now: () => 0 });
  jar.store(line, from);
  return jar.header(at);
};

const rows: readonly [string, string, string, string?][] = [
  ["a Secure cookie over http is ignored", kept("a=1; Secure", "http://example.com/"), ""],
  ["a Secure cookie is not sent over http", kept("a=1; Secure", "http://example.com/a/b", url), ""],
  ["__Host- wants a Path of /", kept("__Host-a=1; Secure"), ""],
  ["__Host- without regard to case", kept("__hOsT-a=1; Secure; Path=/; Domain=example.com"), ""],
  ["__Host- that keeps its promises is stored", kept("__Host-a=1; Secure; Path=/"), "__Host-a=1"],
  ["__Http- wants HttpOnly", kept("__Http-a=1; Secure"), ""],
  ["SameSite=None wants Secure", kept("a=1; SameSite=None"), ""],
  ["Partitioned wants Secure", kept("a=1; Partitioned"), ""],
  ["a host-only cookie stays with its host", kept("a=1", "https://www.example.com/a/b", url), ""],
  ["a Domain cookie goes to hosts below", kept("a=1; Domain=example.com", "https://www.example.com/a/b", url), "a=1"],
  ["a Domain of one label is refused", kept("a=1; Domain=com"), ""],
  ["Domain=localhost on localhost is host-only", kept("a=1; Domain=localhost", "http://localhost/"), "a=1"],
  ["an address matches no suffix", kept("a=1; Domain=0.0.1", "http://127.0.0.1/"), ""],
  ["the default path ends before the last slash", kept("a=1", "https://example.com/a", url), "a=1"],
  ["the default path is no prefix of a longer name", kept("a=1", "https://example.com/ab", url), ""],
];
for (const [title, actual, expected] of rows) test(title, () => assert.equal(actual, expected));

test("a cookie is sent until its Max-Age, which goes before Expires", () => {
  let now = 0;
  const jar = cookieJar({ now: () => now });
  jar.store("a=1; Max-Age=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT", url);
  now = 1999;
  assert.equal(jar.header(url), "a=1");
  now = 2000;
  assert.equal(jar.header(url), "");
});

test("no cookie lives longer than 400 days", () => {
  let now = 0;
  const jar = cookieJar({ now: () => now });
  jar.store(["a=1; Max-Age=99999999999", "b=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT", "c=1"], url);
  now = 34_560_000_000;
  assert.equal(jar.header(url), "c=1");
});

test("plain http cannot overlay a Secure cookie", () => {
  const jar = cookieJar({ now: () => 0 });
  jar.store("a=1; Secure; Path=/", url);
  jar.store("a=2; Path=/", "http://example.com/");
  assert.equal(jar.header(url), "a=1");
});
