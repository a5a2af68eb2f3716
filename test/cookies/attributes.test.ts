import assert from "node:assert/strict";
import test from "node:test";
import { type CookieAttributes, checkAttributes } from "../../src/cookies/attributes.ts";
import { serializeCookie } from "../../src/cookies/serialize.ts";
import { refusal } from "./corpus.ts";

const https = { secure: true, path: "/", httpOnly: true } as const;
const refused: readonly [string, string, unknown, string][] = [
  ["an empty name", "", {}, "ERR_COOKIE_NAME"],
  ["a name with a space", "a b", {}, "ERR_COOKIE_NAME"],
  ["a name with CR LF", "a\r\nb", {}, "ERR_COOKIE_NAME"],
  ["an unknown attribute", "a", { pth: "/" }, "ERR_COOKIE_ATTRIBUTE"],
  [
    "an own __proto__ of JSON.parse",
    "a",
    JSON.parse('{"__proto__":{"domain":"evil.example"}}'),
    "ERR_COOKIE_ATTRIBUTE",
  ],
  [
    "an own constructor of JSON.parse",
    "a",
    JSON.parse('{"constructor":{"prototype":{"x":1}}}'),
    "ERR_COOKIE_ATTRIBUTE",
  ],
  ["null as a value", "a", { secure: null }, "ERR_COOKIE_ATTRIBUTE"],
  ["a flag as text", "a", { secure: "false" }, "ERR_COOKIE_ATTRIBUTE"],
  ["a path with ;", "a", { path: "/;x" }, "ERR_COOKIE_ATTRIBUTE"],
  ["a path outside ASCII", "a", { path: "/é" }, "ERR_COOKIE_ATTRIBUTE"],
  ["a path of 1025 octets", "a", { path: `/${"a".repeat(1024)}` }, "ERR_COOKIE_SIZE"],
  ["a domain with a port", "a", { domain: "example.com:80" }, "ERR_COOKIE_ATTRIBUTE"],
  ["a domain with a scheme", "a", { domain: "https://example.com" }, "ERR_COOKIE_ATTRIBUTE"],
  ["a domain with a line after it", "a", { domain: "example.com\n" }, "ERR_COOKIE_ATTRIBUTE"],
  ["two leading dots", "a", { domain: "..example.com" }, "ERR_COOKIE_ATTRIBUTE"],
  ["a domain of 254 octets", "a", { domain: `${"a.".repeat(126)}aa` }, "ERR_COOKIE_ATTRIBUTE"],
  ["a negative Max-Age", "a", { maxAge: -1 }, "ERR_COOKIE_ATTRIBUTE"],
  ["a fractional Max-Age", "a", { maxAge: 1.5 }, "ERR_COOKIE_ATTRIBUTE"],
  ["an infinite Max-Age", "a", { maxAge: Infinity }, "ERR_COOKIE_ATTRIBUTE"],
  ["Max-Age that is not a number", "a", { maxAge: NaN }, "ERR_COOKIE_ATTRIBUTE"],
  ["Max-Age over 400 days", "a", { maxAge: 34_560_001 }, "ERR_COOKIE_ATTRIBUTE"],
  ["an invalid date", "a", { expires: new Date(NaN) }, "ERR_COOKIE_ATTRIBUTE"],
  ["a date of 1600", "a", { expires: new Date(Date.UTC(1600, 11, 31)) }, "ERR_COOKIE_ATTRIBUTE"],
  ["a date of 10000", "a", { expires: new Date(Date.UTC(10_000, 0, 1)) }, "ERR_COOKIE_ATTRIBUTE"],
  ["an unknown sameSite", "a", { sameSite: "sTrict" }, "ERR_COOKIE_ATTRIBUTE"],
  ["sameSite none without secure", "a", { sameSite: "None" }, "ERR_COOKIE_ATTRIBUTE"],
  ["partitioned without secure", "a", { partitioned: true, secure: false }, "ERR_COOKIE_ATTRIBUTE"],
  ["__secure- without secure", "__secure-a", { path: "/" }, "ERR_COOKIE_PREFIX"],
  ["__HOST- without a path", "__HOST-a", { secure: true }, "ERR_COOKIE_PREFIX"],
  ["__Host- with another path", "__Host-a", { secure: true, path: "/a" }, "ERR_COOKIE_PREFIX"],
  ["__Host- with a domain", "__Host-a", { ...https, domain: "example.com" }, "ERR_COOKIE_PREFIX"],
  ["__Http- without httpOnly", "__Http-a", { secure: true }, "ERR_COOKIE_PREFIX"],
  ["__Host-Http- without httpOnly", "__Host-Http-a", { ...https, httpOnly: false }, "ERR_COOKIE_PREFIX"],
  ["__Host-Http- with another path", "__Host-Http-a", { ...https, path: "/a" }, "ERR_COOKIE_PREFIX"],
];

for (const [title, name, attributes, code] of refused) {
  test(`refuses ${title}`, () => {
    assert.equal(
      refusal(() => checkAttributes(name, attributes as CookieAttributes)),
      code,
    );
    assert.equal(
      refusal(() => serializeCookie(name, "v", attributes as CookieAttributes)),
      code,
    );
  });
}

const accepted: readonly [string, string, CookieAttributes][] = [
  ["a Max-Age of 400 days", "a", { maxAge: 34_560_000 }],
  ["a path of 1024 octets", "a", { path: `/${"a".repeat(1023)}` }],
  ["a domain of 253 octets", "a", { domain: `.${"a.".repeat(126)}a` }],
  ["every attribute undefined", "a", { domain: undefined, path: undefined, secure: undefined, maxAge: undefined }],
  ["__Http- on any path", "__Http-a", { secure: true, httpOnly: true, path: "/a" }],
  ["__Host-Http- with all four", "__Host-Http-a", https],
  ["__Hostile-a, which has no prefix", "__Hostile-a", {}],
];

for (const [title, name, attributes] of accepted) {
  test(`accepts ${title}`, () =>
    assert.equal(
      refusal(() => checkAttributes(name, attributes)),
      undefined,
    ));
}

test("the error names the option where the attributes stand, and never repeats a value", () => {
  assert.throws(
    () => checkAttributes("a", { path: "/;secret" }, "defaults"),
    (error: Error & { option: string }) => error.option === "defaults.path" && !error.message.includes("secret"),
  );
});

test("attributes inherited from a prototype are not written", () => {
  assert.equal(serializeCookie("a", "b", Object.create({ domain: "evil.example" })), "a=b");
});
