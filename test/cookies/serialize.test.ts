import assert from "node:assert/strict";
import test from "node:test";
import { parseSetCookie } from "../../src/cookies/parse-set-cookie.ts";
import { expiredCookie, serializeCookie } from "../../src/cookies/serialize.ts";
import { refusal } from "./corpus.ts";

const raw = (value: string) => value;

test("writes every attribute in one order and one spelling", () => {
  const order = {
    sameSite: "none",
    priority: "high",
    partitioned: true,
    secure: true,
    httpOnly: true,
    path: "/a",
  } as const;
  const attributes = { ...order, expires: new Date(0), domain: ".Example.com", maxAge: 60 };
  assert.equal(
    serializeCookie("a", "b", attributes),
    "a=b; Max-Age=60; Domain=Example.com; Path=/a; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; Partitioned; Priority=High; SameSite=None",
  );
});

test("name and value may have 4096 octets together and not one more", () => {
  assert.equal(serializeCookie("ab", "x".repeat(4094)).length, 4097);
  assert.equal(
    refusal(() => serializeCookie("ab", "x".repeat(4095))),
    "ERR_COOKIE_SIZE",
  );
  assert.equal(
    refusal(() => serializeCookie("ab", "é".repeat(683))),
    "ERR_COOKIE_SIZE",
  );
});

test("a lone surrogate becomes U+FFFD instead of a URIError", () => {
  assert.equal(serializeCookie("a", "\ud800"), "a=%EF%BF%BD");
});

test("what an encoder returns is checked and not mended", () => {
  assert.equal(serializeCookie("a", '"b"', {}, { encode: raw }), 'a="b"');
  for (const value of ["a b", "a;b", "a,b", 'a"b', "a\\b", '"a', 'a"', '"', "é", "a\r\nb", "a\0"]) {
    assert.equal(
      refusal(() => serializeCookie("a", value, {}, { encode: raw })),
      "ERR_COOKIE_VALUE",
      JSON.stringify(value),
    );
  }
  assert.equal(
    refusal(() => serializeCookie("a", "b", {}, { encode: () => 1 as never })),
    "ERR_COOKIE_VALUE",
  );
});

test("a value that is no string is refused", () => {
  assert.equal(
    refusal(() => serializeCookie("a", 1 as never)),
    "ERR_COOKIE_VALUE",
  );
});

test("an expired cookie says so twice and keeps the other attributes", () => {
  const { value, ...attributes } = expiredCookie({ path: "/a", maxAge: 60 });
  const line = serializeCookie("a", value, attributes);
  assert.equal(line, "a=; Max-Age=0; Path=/a; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  assert.deepEqual(parseSetCookie(line), { name: "a", value: "", maxAge: 0, path: "/a", expires: new Date(0) });
});
