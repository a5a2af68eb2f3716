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
  [
    "a misspelt option",
    { timout: 60 },
    "timout",
    /no option of wrapSession; did you mean timeout\?; there are: .*timeout/,
  ],
  ["a store that is none", { store: {} }, "store", /read\(\)/],
  [
    "SameSite=None without Secure",
    { cookieName: "s", cookieAttrs: { sameSite: "none", secure: false } },
    "cookieAttrs.sameSite",
    /Secure/i,
  ],
  [
    "a __Host- name with a Domain",
    { cookieName: "__Host-s", cookieAttrs: { domain: "example.com" } },
    "cookieAttrs.domain",
    /domain/,
  ],
  [
    "a Domain under the default name",
    { cookieAttrs: { domain: "example.com" } },
    "cookieAttrs.domain",
    /give another cookieName/,
  ],
  ["a Path under the default name", { cookieAttrs: { path: "/app" } }, "cookieAttrs.path", /cookieName/],
  ["secure: false under the default name", { cookieAttrs: { secure: false } }, "cookieAttrs.secure", /cookieName/],
  ["an unknown attribute", { cookieAttrs: { httponly: true } }, "cookieAttrs.httponly", /httponly/],
  ["CR LF in a path", { cookieName: "s", cookieAttrs: { path: "/\r\nSet-Cookie: x=y" } }, "cookieAttrs.path", /Path/i],
  [
    "a semicolon in a domain",
    { cookieName: "s", cookieAttrs: { domain: "a.com; Path=/x" } },
    "cookieAttrs.domain",
    /Domain/i,
  ],
  ["maxAge inside cookieAttrs", { cookieAttrs: { maxAge: 10 } }, "cookieAttrs.maxAge", /option maxAge beside/],
  [
    "Partitioned without Secure",
    { cookieName: "s", cookieAttrs: { partitioned: true, secure: false } },
    "cookieAttrs.partitioned",
    /Secure/i,
  ],
  ["a cookie name with a space", { cookieName: "my session" }, "cookieName", /token|name/i],
  ["an empty cookie name", { cookieName: "" }, "cookieName", /name/i],
  ["an initial that JSON would change", { initial: { at: new Date() } }, "initial", /session\.at/],
  ["a subject that is no function", { subject: "user" }, "subject", /function/],
  ["a schema that is none", { schema: { parse() {} } }, "schema", /Standard Schema/],
  ["no store", { store: null }, "store", /has no read/],
  ["an unknown onGone", { onGone: "throw" }, "onGone", /"ignore" or "error"/],
  ["a storeTimeout of 0", { storeTimeout: 0 }, "storeTimeout", /above 0/],
  ["a storeTimeout of 601", { storeTimeout: 601 }, "storeTimeout", /at most 600/],
  ["a storeTimeout that is NaN", { storeTimeout: Number.NaN }, "storeTimeout", /number of seconds/],
  ["a storeTimeout that is text", { storeTimeout: "2" }, "storeTimeout", /number of seconds/],
  ["a timeout in milliseconds", { timeout: 1e9 }, "timeout", /are these milliseconds\?/],
  ["an absolute limit in milliseconds", { absolute: 43_200_000 }, "absolute", /are these milliseconds\?/],
  ["an absolute limit that is NaN", { absolute: Number.NaN }, "absolute", /number of seconds/],
  ["an absolute limit that is text", { absolute: "43200" }, "absolute", /number of seconds/],
  ["a timeout past the default absolute limit and 400 days", { timeout: 34_560_001 }, "timeout", /400 days/],
  ["a refresh that is NaN", { refresh: Number.NaN }, "refresh", /number of seconds/],
  ["a negative grace", { grace: -1 }, "grace", /at least 0/],
  ["a grace that is NaN", { grace: Number.NaN }, "grace", /number of seconds/],
  ["a grace of 601", { grace: 601 }, "grace", /at most 600/],
  ["a maxAge that is text", { maxAge: "600" }, "maxAge", /whole number/],
  ["options that are text", "1800" as never, "options", /wrapSession takes an object/],
  ["a store without create", { store: { read() {} } }, "store", /create\(\)/],
  ["a store without update", { store: { read() {}, create() {} } }, "store", /update\(\)/],
  ["a store without delete", { store: { read() {}, create() {}, update() {} } }, "store", /delete\(\)/],
  ["insecure as text", { insecure: "yes" }, "insecure", /true or false/],
  ["insecure as null", { insecure: null }, "insecure", /true or false/],
  ["cookieAttrs that are null", { cookieAttrs: null }, "cookieAttrs", /object of attributes/],
  ["cookieAttrs that are text", { cookieAttrs: "Secure" }, "cookieAttrs", /object of attributes/],
  [
    "expires inside cookieAttrs",
    { cookieAttrs: { expires: new Date() } },
    "cookieAttrs.expires",
    /option maxAge beside/,
  ],
  [
    "a SameSite that is none",
    { cookieAttrs: { sameSite: "maybe" } },
    "cookieAttrs.sameSite",
    /"strict", "lax" or "none"/,
  ],
  ["a Secure that is text", { cookieName: "s", cookieAttrs: { secure: "yes" } }, "cookieAttrs.secure", /true or false/],
  ["a cookie name of 257 characters", { cookieName: "x".repeat(257) }, "cookieName", /at most 256 characters/],
  ["a cookie name that is a number", { cookieName: 7 }, "cookieName", /name/],
  ["a migrate that is no function", { migrate: {} }, "migrate", /must be a function/],
  ["an onEvent that is no function", { onEvent: "log" }, "onEvent", /must be a function/],
  ["a now that is no function", { now: 1e12 }, "now", /must be a function/],
  ["a now that is null", { now: null }, "now", /must be a function/],
  ["a schema that is null", { schema: null }, "schema", /Standard Schema/],
  ["an initial that is null", { initial: null }, "initial", /plain object/],
  ["an initial that is a list", { initial: [1] }, "initial", /an Array would come back/],
  ["readers that are no list", { readers: {} }, "readers", /must be a list/],
];

for (const [what, options, option, remedy] of bad) {
  test(`${what} throws when the stack is built, with a code, the option's name and the remedy`, () => {
    assert.throws(
      () => wrapSession<AnySession>(options as SessionOptions<AnySession>),
      (error: Error & { code: string; option: string }) => {
        assert.equal(error.code, "ERR_OPTION");
        assert.equal(error.option, option);
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
  { timeout: 34_560_000 },
  { timeout: 60, refresh: 60 },
  { timeout: 60, absolute: 60 },
  { grace: 0 },
  { grace: 600 },
  { storeTimeout: 600 },
  { storeTimeout: 0.001 },
  { insecure: undefined, cookieAttrs: undefined, cookieName: undefined, initial: undefined, schema: undefined },
  { cookieName: "x".repeat(256) },
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

test("recreate with persist: undefined, or with no options, is a plain recreate", () => {
  for (const made of [recreate({}), recreate({}, {}), recreate({}, { persist: undefined, authenticated: undefined })])
    assert.equal(typeof made, "object");
  assert.equal(typeof recreate({}, { persist: 34_560_000 }), "object");
});

test("an unknown option of recreate throws where it is called, with the names that there are", () => {
  assert.throws(() => recreate({}, { maxAge: 60 } as never), {
    code: "ERR_OPTION",
    option: "maxAge",
    message: "maxAge: is no option of recreate; there are: persist, authenticated, endOthers, epoch",
  });
  assert.throws(() => recreate({}, null as never), { code: "ERR_OPTION", option: "options" });
});
