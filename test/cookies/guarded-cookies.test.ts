import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sealedGuard } from "../../src/cookies/sealed-guard.ts";
import { expiredCookie } from "../../src/cookies/serialize.ts";
import { signedGuard } from "../../src/cookies/signed-guard.ts";
import { type CookiesOptions, type ResponseCookie, wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { keyRing, newKey } from "../../src/crypto/keys.ts";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { requestMap } from "../support/request-map.ts";

const keys = keyRing(newKey());
const NOW = Date.UTC(2026, 0, 1);

/** What the browser holds after a response that set one cookie, as `name=value`. */
async function sent(cookie: ResponseCookie, options: CookiesOptions = { keys, now: () => NOW }, name = "cart") {
  const app = stack.use(wrapCookies(options))(() => ({ ...text("ok"), cookies: { [name]: cookie } }));
  const [line] = (await app(requestMap())).headers["set-cookie"] as string[];
  return line!.split(";")[0]!;
}

/** The three records that a handler sees. */
async function seen(cookie: string, options: CookiesOptions = { keys, now: () => NOW }) {
  const app = stack.use(wrapCookies(options))(({ cookies, signedCookies, sealedCookies }) =>
    text(JSON.stringify({ cookies, signedCookies, sealedCookies })),
  );
  return JSON.parse((await app(requestMap("GET", "/", { headers: { cookie } }))).body as string);
}
const value = (kind: "signedCookies" | "sealedCookies", text: string) => ({
  cookies: {},
  signedCookies: {},
  sealedCookies: {},
  [kind]: { cart: { value: text } },
});

for (const [how, kind] of [
  ["signed", "signedCookies"],
  ["sealed", "sealedCookies"],
] as const) {
  test(`${how}: any text comes back from request.${kind}, and only from there`, async () => {
    for (const text of ["tea", "", 'a "b", c; d=e', "1.2.3", "ünï ✓ 😀", "%41", "s1.x", "e1.x"]) {
      assert.deepEqual(await seen(await sent({ value: text, [how]: true })), value(kind, text), text);
    }
  });

  test(`${how}: one that was tampered with, cut, renamed, or by another key reads as absent everywhere`, async () => {
    const nothing = { cookies: {}, signedCookies: {}, sealedCookies: {} };
    const pair = await sent({ value: "admin=0", [how]: true });
    assert.deepEqual(await seen(pair.replace("cart=", "other=")), nothing);
    assert.deepEqual(await seen(pair, { keys: newKey() }), nothing);
    for (let length = "cart=x1.".length; length < pair.length; length++) {
      assert.deepEqual(await seen(pair.slice(0, length)), nothing, `${length} characters`);
      const other = pair[length] === "A" ? "B" : "A";
      assert.deepEqual(await seen(pair.slice(0, length) + other + pair.slice(length + 1)), nothing, `at ${length}`);
    }
  });

  test(`${how}: a plain cookie under the same name is no substitute`, async () => {
    const { [kind]: guarded, cookies } = await seen("cart=admin");
    assert.deepEqual([guarded, cookies], [{}, { cart: { value: "admin" } }]);
  });

  test(`${how}: maxAge and expires hold on the server too, and one from the future does not`, async () => {
    const at = (now: number) => ({ keys, now: () => now });
    for (const limit of [{ maxAge: 60 }, { expires: new Date(NOW + 60_000) }]) {
      const pair = await sent({ value: "tea", [how]: true, ...limit });
      assert.deepEqual(await seen(pair, at(NOW + 59_999)), value(kind, "tea"));
      assert.deepEqual((await seen(pair, at(NOW + 60_000)))[kind], {});
      assert.deepEqual((await seen(pair, at(NOW - 60_000)))[kind], { cart: { value: "tea" } }, "another node's clock");
      assert.deepEqual((await seen(pair, at(NOW - 60_001)))[kind], {});
    }
    assert.deepEqual(await seen(await sent({ value: "tea", [how]: true }), at(NOW + 1e12)), value(kind, "tea"));
  });

  test(`${how}: the first key guards, an older one is read still`, async () => {
    const [newest, older] = [newKey(), newKey()];
    const pair = await sent({ value: "tea", [how]: true }, { keys: older });
    assert.deepEqual(await seen(pair, { keys: [newest, older] }), value(kind, "tea"));
    assert.deepEqual(
      (await seen(await sent({ value: "tea", [how]: true }, { keys: [newest, older] }), { keys: older }))[kind],
      {},
    );
  });

  test(`${how}: without keys it is an error that says so, with both guards too; a deletion needs none`, async () => {
    const wrong = { code: "ERR_COOKIE_ATTRIBUTE", message: /wrapCookies\(\{ keys/ };
    await assert.rejects(sent({ value: "tea", [how]: true }, {}), wrong);
    const both = { value: "tea", signed: true, sealed: true } as never;
    await assert.rejects(sent(both), { message: /choose one/ });
    for (const odd of ["yes", 1, {}, null]) {
      await assert.rejects(sent({ value: "tea", [how]: odd } as never), { code: "ERR_COOKIE_ATTRIBUTE" });
    }
    assert.equal(await sent({ ...expiredCookie(), [how]: true }), "cart=");
  });
}

test("a date long past guards nothing for ever, and a fraction of a millisecond breaks nothing", async () => {
  for (const how of ["signed", "sealed"]) {
    for (const expires of [new Date(0), new Date(-1e12)]) {
      const seenCookies = await seen(await sent({ value: "tea", [how]: true, expires }));
      assert.deepEqual(seenCookies, { cookies: {}, signedCookies: {}, sealedCookies: {} });
    }
    const pair = await sent({ value: "tea", [how]: true, maxAge: 1 }, { keys, now: () => NOW + 0.5 });
    assert.equal(Object.values(await seen(pair)).filter((each) => "cart" in (each as object)).length, 1);
  }
});

test("a sealed cookie that is deleted goes out empty, whatever its value", async () => {
  assert.equal(await sent({ value: "secret", sealed: true, maxAge: 0 }), "cart=");
});

test("keys from a variable that is not set: a warning here, an error in production, never a stack without keys", async (t) => {
  t.mock.method(console, "warn", () => {});
  const unset = { keys: process.env.NO_SUCH_VARIABLE };
  const pair = await sent({ value: "tea", sealed: true }, unset);
  assert.deepEqual(await seen(pair, unset), value("sealedCookies", "tea"));
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  try {
    assert.throws(() => wrapCookies(unset), { code: "ERR_OPTION", option: "keys" });
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
});

test("signed: everybody can read it; sealed: nobody", async () => {
  assert.match(await sent({ value: "tea", signed: true }), /^cart=s1\.[\w-]{6}\.[0-9a-z]+\.\.[\w-]{43}\.tea$/);
  assert.match(await sent({ value: "tea", sealed: true }), /^cart=e1\.[\w-]{80}$/);
  assert.equal((await sent({ value: "tea", sealed: true })).includes("tea"), false);
});

test("what one guard wrote the other does not read, and junk never throws", () => {
  const [signed, sealed] = [signedGuard(keys), sealedGuard(keys)];
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (text, name) => {
      assert.equal(signed.read(name, signed.write(name, text, NOW, undefined), NOW), text);
      assert.equal(signed.read(name, text, NOW), undefined);
      assert.equal(sealed.read(name, `e1.${text}`, NOW), undefined);
      assert.equal(sealed.read(name, sealed.write(name, text, NOW, undefined).slice(0, 60), NOW), undefined);
    }),
    { numRuns: 500 },
  );
});
