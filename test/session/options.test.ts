import assert from "node:assert/strict";
import { test } from "node:test";
import { recreate } from "../../src/session/next.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import { type AnySession, wrapSession } from "../../src/session/wrap-session.ts";

const bad: Array<[what: string, options: object, option: string, remedy: RegExp]> = [
  ["a negative timeout", { timeout: -1 }, "timeout", /seconds, at least 1/],
  ["a timeout of 0", { timeout: 0 }, "timeout", /at least 1/],
  ["a timeout that is text", { timeout: "1800" }, "timeout", /number of seconds/],
  ["a timeout that is NaN", { timeout: Number.NaN }, "timeout", /number/],
  ["an endless timeout", { timeout: Number.POSITIVE_INFINITY }, "timeout", /number/],
  ["an absolute limit below the timeout", { timeout: 100, absolute: 50 }, "absolute", /at least timeout/],
  ["a negative refresh", { refresh: -1 }, "refresh", /at least 0/],
  ["a refresh above the timeout", { timeout: 60, refresh: 61 }, "refresh", /at most timeout/],
  ["a grace of an hour", { grace: 3600 }, "grace", /at most 600/],
  ["a maxAge of 0", { maxAge: 0 }, "maxAge", /whole number of seconds from 1/],
  ["a fractional maxAge", { maxAge: 1.5 }, "maxAge", /whole number/],
  ["a maxAge past 400 days", { maxAge: 34_560_001 }, "maxAge", /400 days/],
  ["a misspelt option", { timout: 60 }, "timout", /no option of wrapSession; there are: .*timeout/],
  ["a store that is none", { store: {} }, "store", /read\(\)/],
  [
    "SameSite=None without Secure",
    { cookieName: "s", cookieAttrs: { sameSite: "none", secure: false } },
    "cookieAttrs",
    /Secure/i,
  ],
  [
    "a __Host- name with a Domain",
    { cookieName: "__Host-s", cookieAttrs: { domain: "example.com" } },
    "cookieAttrs",
    /domain/,
  ],
  [
    "a Domain under the default name",
    { cookieAttrs: { domain: "example.com" } },
    "cookieAttrs",
    /give another cookieName/,
  ],
  ["a Path under the default name", { cookieAttrs: { path: "/app" } }, "cookieAttrs", /cookieName/],
  ["secure: false under the default name", { cookieAttrs: { secure: false } }, "cookieAttrs", /cookieName/],
  ["an unknown attribute", { cookieAttrs: { httponly: true } }, "cookieAttrs", /httponly/],
  ["CR LF in a path", { cookieName: "s", cookieAttrs: { path: "/\r\nSet-Cookie: x=y" } }, "cookieAttrs", /Path/i],
  ["a semicolon in a domain", { cookieName: "s", cookieAttrs: { domain: "a.com; Path=/x" } }, "cookieAttrs", /Domain/i],
  ["maxAge inside cookieAttrs", { cookieAttrs: { maxAge: 10 } }, "cookieAttrs.maxAge", /option maxAge beside/],
  [
    "Partitioned without Secure",
    { cookieName: "s", cookieAttrs: { partitioned: true, secure: false } },
    "cookieAttrs",
    /Secure/i,
  ],
  ["a cookie name with a space", { cookieName: "my session" }, "cookieName", /token|name/i],
  ["an empty cookie name", { cookieName: "" }, "cookieName", /name/i],
  ["an initial that JSON would change", { initial: { at: new Date() } }, "initial", /session\.at/],
  ["a subject that is no function", { subject: "user" }, "subject", /function/],
  ["a schema that is none", { schema: { parse() {} } }, "schema", /Standard Schema/],
  ["an unknown onGone", { onGone: "throw" }, "onGone", /"ignore" or "error"/],
  ["a storeTimeout of 0", { storeTimeout: 0 }, "storeTimeout", /above 0/],
];

for (const [what, options, option, remedy] of bad) {
  test(`${what} throws when the stack is built, with a code, the option's name and the remedy`, () => {
    assert.throws(
      () => wrapSession<AnySession>(options as SessionOptions<AnySession>),
      (error: Error & { code: string; option: string }) => {
        assert.equal(error.code, "ERR_OPTION");
        assert.ok(error.option.startsWith(option), `option is ${error.option}`);
        assert.match(error.message, remedy);
        return true;
      },
    );
  });
}

for (const options of [
  {},
  { timeout: 1 },
  { timeout: 86_400 * 30 },
  { maxAge: 34_560_000 },
  { refresh: 0 },
  { cookieName: "sid", cookieAttrs: { domain: "example.com", path: "/app" } },
  { cookieAttrs: { sameSite: "none" as const, partitioned: true } },
  { cookieAttrs: { sameSite: "Strict" as const, priority: "high" as const } },
  { cookieName: "__Secure-sid" },
  { timeout: undefined, store: undefined },
]) {
  test(`${JSON.stringify(options)} is fine`, () => {
    assert.equal(typeof wrapSession<AnySession>(options), "function");
  });
}

for (const persist of [0, -1, 1.5, Number.NaN, 34_560_001, "60" as unknown as number]) {
  test(`recreate with persist: ${String(persist)} throws where it is called`, () => {
    assert.throws(() => recreate({}, { persist }), { code: "ERR_OPTION", option: "persist" });
  });
}
