import assert from "node:assert/strict";
import { test } from "node:test";
import { clearSiteData, html, json, noContent, redirect, text, withHeader } from "../src/response.ts";

test("text, html and json say their type in UTF-8 and are 200 unless told otherwise", () => {
  assert.deepEqual(text("hé"), { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: "hé" });
  assert.deepEqual(html("<p>", 404), {
    status: 404,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: "<p>",
  });
  assert.deepEqual(json({ a: [1] }, 201), {
    status: 201,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: '{"a":[1]}',
  });
});

test("json throws for what JSON cannot write", () => {
  assert.throws(() => json(undefined), TypeError);
  assert.throws(() => json(() => 1), TypeError);
  assert.throws(() => json(1n), TypeError);
});

test("redirect is followed by GET, unless told otherwise", () => {
  assert.deepEqual(redirect("/home"), { status: 303, headers: { location: "/home" }, body: null });
  assert.equal(redirect("/home", 308).status, 308);
});

const locations: readonly (readonly [string, string])[] = [
  ["/a?b=c&d=%20#e", "/a?b=c&d=%20#e"],
  ["https://example.com:8080/~x;y=(1)*'!$@[::1]", "https://example.com:8080/~x;y=(1)*'!$@[::1]"],
  ["/\r\nset-cookie: a=b", "/%0D%0Aset-cookie:%20a=b"],
  ["/\0\x7f\t", "/%00%7F%09"],
  ["/café/日本/😀", "/caf%C3%A9/%E6%97%A5%E6%9C%AC/%F0%9F%98%80"],
  ["/\ud800", "/%EF%BF%BD"],
  ['/"<>^`{|}', "/%22%3C%3E%5E%60%7B%7C%7D"],
];
for (const [given, sent] of locations) {
  test(`redirect sends ${JSON.stringify(given)} as ${sent}`, () => {
    assert.equal(redirect(given).headers.location, sent);
  });
}

test("noContent is 204 with nothing", () => {
  assert.deepEqual(noContent(), { status: 204, headers: {}, body: null });
});

test("withHeader replaces a header of any spelling and leaves the given response as it was", () => {
  const page = text("a");
  const other = withHeader(page, "Content-Type", "text/css");
  assert.deepEqual(other.headers, { "content-type": "text/css" });
  assert.deepEqual(withHeader(page, "Link", ["<a>", "<b>"]).headers.link, ["<a>", "<b>"]);
  assert.equal(page.headers["content-type"], "text/plain; charset=utf-8");
  const upper = { status: 302, headers: { Location: "/a" }, body: null };
  assert.deepEqual(withHeader(upper, "location", "/b").headers, { Location: "/b" }, "it stands once");
});

test("clearSiteData asks for cache, cookies and storage, or for what it is told", () => {
  assert.equal(clearSiteData(text("bye")).headers["clear-site-data"], '"cache", "cookies", "storage"');
  assert.equal(clearSiteData(text("bye"), "storage").headers["clear-site-data"], '"storage"');
});
