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

test("what a prototype has is no attribute, also where Object.prototype itself was polluted", () => {
  const evil = { domain: "evil.example", path: "/evil", maxAge: 60, secure: true, httpOnly: true, priority: "high" };
  Object.assign(Object.prototype, evil);
  try {
    assert.equal(serializeCookie("a", "b", {}), "a=b");
    assert.equal(serializeCookie("a", "b"), "a=b");
    assert.equal(serializeCookie("a", "b", { path: "/own" }), "a=b; Path=/own");
    assert.equal(
      refusal(() => serializeCookie("__Host-a", "b", {})),
      "ERR_COOKIE_PREFIX",
    );
  } finally {
    for (const key of Object.keys(evil)) delete (Object.prototype as unknown as Record<string, unknown>)[key];
  }
});

test("an attribute is read once: what was checked is what is written", () => {
  const reads: Record<string, number> = {};
  const changing = (values: Record<string, readonly unknown[]>) =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(values).map(([key, answers]) => {
          const get = () => {
            reads[key] = (reads[key] ?? 0) + 1;
            return answers[Math.min(reads[key], answers.length) - 1];
          };
          return [key, { enumerable: true, get }];
        }),
      ),
    );
  const line = serializeCookie(
    "a",
    "b",
    changing({
      path: ["/", "/; Domain=evil.example"],
      domain: ["example.com", "evil.example\r\n"],
      sameSite: ["lax", "none"],
      maxAge: [60, Number.NaN],
    }),
  );
  assert.equal(line, "a=b; Max-Age=60; Domain=example.com; Path=/; SameSite=Lax");
  assert.deepEqual(reads, { path: 1, domain: 1, sameSite: 1, maxAge: 1 });
});

test("an error names the cookie, never its value", () => {
  const message = (call: () => unknown) => {
    try {
      return call() as never;
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (const broken of [
    () => serializeCookie("theme", 1 as never),
    () => serializeCookie("theme", "secret value", {}, { encode: raw }),
    () => serializeCookie("theme", "secret".repeat(1000)),
    () => serializeCookie("theme", "secret", { path: "/;secret" }),
    () => serializeCookie("theme", "secret", { samesite: "secret" } as never),
    () => serializeCookie("theme", "secret", { sameSite: "none" }),
    () => serializeCookie("theme", "secret", { path: `/${"secret".repeat(400)}` }),
  ]) {
    assert.match(message(broken), /^cookie theme[:,]/);
    assert.doesNotMatch(message(broken), /secret/);
  }
  assert.match(
    message(() => serializeCookie("__Host-theme", "secret", {})),
    /^cookie __Host-theme, secure:/,
  );
  const long = message(() => serializeCookie("n".repeat(5000), "secret"));
  assert.match(long, /^cookie n{64}: name and value exceed 4096 octets/);
});
