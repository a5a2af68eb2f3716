import assert from "node:assert/strict";
import { test } from "node:test";
import {
  headerKey,
  headerOf,
  headerValue,
  inPlaceOf,
  withHeaders,
  withHeaderValue,
  without,
  withVary,
} from "../src/response-header.ts";

const headers = {
  "Content-Type": "text/html",
  link: ["<a>", "<b>"],
  etag: undefined as unknown as string,
  ETag: '"a"',
};

test("a header is found in any spelling; one that is undefined is none", () => {
  assert.equal(headerKey(headers, "content-type"), "Content-Type");
  assert.equal(headerKey(headers, "etag"), "ETag");
  assert.equal(headerKey(headers, "content-length"), undefined);
  assert.deepEqual(headerOf(headers, "link"), ["<a>", "<b>"]);
  assert.equal(headerValue(headers, "link"), "<a>, <b>");
  assert.equal(headerValue(headers, "constructor"), undefined);
});

test("one that is set stands once, in the spelling that was there", () => {
  assert.deepEqual(withHeaderValue({ Location: "/a" }, "location", "/b"), { Location: "/b" });
  assert.deepEqual(withHeaderValue({}, "location", "/b"), { location: "/b" });
});

test("several that are set stand once each, in the spelling that was there", () => {
  const given = { "Cache-Control": "public", ETag: '"a"' };
  assert.deepEqual(withHeaders(given, { "cache-control": "no-store", Vary: "Accept", etag: '"b"' }), {
    "Cache-Control": "no-store",
    ETag: '"b"',
    vary: "Accept",
  });
  assert.deepEqual(given, { "Cache-Control": "public", ETag: '"a"' });
});

test("an answer in another's place keeps what either varies by", () => {
  assert.deepEqual(inPlaceOf({ Vary: "Cookie", "X-A": "1" }, { vary: "Accept, Origin", "x-a": "2" }), {
    Vary: "Cookie, Accept, Origin",
    "X-A": "2",
  });
  assert.deepEqual(inPlaceOf({ vary: "Cookie" }, {}), { vary: "Cookie" });
});

test("those that are left out are left out in every spelling", () => {
  const given = { ETag: '"a"', etag: '"b"', "Last-Modified": "x", vary: "Accept" };
  assert.deepEqual(without(given, ["etag", "last-modified", "x-none"]), { vary: "Accept" });
});

test("Vary gets a name once, and none beside *", () => {
  const vary = (given: string | readonly string[]) => withVary({ Vary: given }, "Cookie").Vary;
  assert.equal(vary(["Accept", "Origin"]), "Accept, Origin, Cookie");
  assert.equal(vary("accept, COOKIE"), "accept, COOKIE");
  assert.deepEqual(vary(["*"]), ["*"]);
  assert.equal(vary(""), "Cookie");
  assert.deepEqual(withVary({}, "Cookie"), { vary: "Cookie" });
});
