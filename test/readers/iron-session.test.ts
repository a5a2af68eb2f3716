/** Replacing an application on iron-session without signing anybody out. */
import assert from "node:assert/strict";
import { createCipheriv, createHmac, pbkdf2Sync } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { type IronSessionOptions, ironSessionReader } from "../../src/readers/iron-session.ts";
import { type IronVersion, ironHeader } from "../support/foreign-sessions.ts";
import { testForeign } from "../support/foreign-values.ts";
import { commonPages, site } from "../support/site.ts";
import { request } from "../support/visitor.ts";

const password = "a password of at least 32 characters";
const other = "another password of 32 characters.";
const until = new Date(Date.UTC(2026, 0, 31));
const cookieName = "iron";
const make = (more: Partial<IronSessionOptions> = {}) => ironSessionReader({ password, cookieName, until, ...more });
const beside = { cookie: () => undefined, now: Date.UTC(2026, 0, 1), grace: 60 };
const valueIn = (header: string) => header.slice(header.indexOf("=") + 1);

/** A seal with the right MAC over whatever it is given, written from the format alone. */
function seal(
  plain: string | Uint8Array,
  { id = "1", expiry = "", octets = undefined as Buffer | undefined } = {},
): string {
  const derived = (salt: string) => pbkdf2Sync(password, salt, 1, 32, "sha1");
  const iv = Buffer.alloc(16, 7);
  const cipher = createCipheriv("aes-256-cbc", derived("aa"), iv);
  const text = octets ?? Buffer.concat([cipher.update(plain), cipher.final()]);
  const signed = `Fe26.2*${id}*aa*${iv.toString("base64url")}*${text.toString("base64url")}*${expiry}`;
  return `${signed}*bb*${createHmac("sha256", derived("bb")).update(signed).digest("base64url")}~2`;
}

for (const version of [8, 9] as const satisfies readonly IronVersion[]) {
  testForeign({
    name: `iron-session ${version}`,
    reader: make({ password: { 1: other, 2: password } }),
    header: (_t, user) => ironHeader(version, { password: { 1: other, 2: password }, cookieName }, { user }),
    async wrong() {
      const eve = { user: "eve" };
      const good = await ironHeader(version, { password: { 2: password }, cookieName }, { user: "bob" });
      const value = valueIn(good);
      const parts = value.slice(0, -2).split("*");
      const bent = parts.map((part, i) => {
        const changed = (part.startsWith("a") ? "b" : "a") + part.slice(1);
        return `${cookieName}=${parts.with(i, changed).join("*")}~2`;
      });
      return [
        await ironHeader(version, { password: { 2: `${password}!` }, cookieName }, eve),
        await ironHeader(version, { password: { 3: password }, cookieName }, eve),
        await ironHeader(version, { password: { 2: password }, cookieName: "elsewhere" }, eve),
        ...bent,
        `${cookieName}=${value.slice(0, -2)}`,
        `${cookieName}=${value.slice(0, -1)}1`,
        `${cookieName}=${value.slice(0, -3)}~2`,
        `${cookieName}=${value}~2`,
        `${cookieName}=${parts.slice(1).join("*")}~2`,
        `${cookieName}=Fe26.2${"*a".repeat(7)}~2`,
        `${cookieName}=%`,
        `${cookieName}=`,
        `${cookieName}=Fe26.2*2*${"a".repeat(15_000)}~2`,
      ];
    },
  });

  test(`iron-session ${version}: the expiry inside the seal counts, by this clock, and a seal without one needs ttl: 0`, async () => {
    const now = Date.now();
    const short = valueIn(await ironHeader(version, { password, cookieName, ttl: 3600 }, { user: "bob" }));
    const reader = make();
    assert.ok(reader.read(short, { ...beside, now: now + 3_590_000 }));
    assert.equal(reader.read(short, { ...beside, now: now + 3_610_000 }), undefined);
    const endless = valueIn(await ironHeader(version, { password, cookieName, ttl: 0 }, { user: "bob" }));
    assert.equal(reader.read(endless, beside), undefined);
    assert.deepEqual(make({ ttl: 0 }).read(endless, beside)?.data, { user: "bob" });
    assert.equal(make({ ttl: 0 }).read(short, { ...beside, now: now + 3_610_000 }), undefined);
  });
}

test("iron-session 9: a seal in several cookies is one session, of which one part more or less is none; all are removed", async (t) => {
  const note = Buffer.alloc(7000, "é").toString();
  const header = await ironHeader(9, { password, cookieName, chunk: true }, { user: "bob", note });
  const parts = header.split("; ");
  assert.ok(parts.length >= 3);
  const { url } = await site(t, commonPages, { readers: [make()] });
  for (const wrong of [parts.slice(1), parts.slice(0, -1), [parts[1]!, ...parts.slice(1)]])
    assert.equal((await request(`${url}/show`, "GET", { cookie: wrong.join("; ") })).body, "{}");
  const visit = await request(`${url}/show`, "GET", { cookie: parts.toReversed().join("; ") });
  assert.deepEqual(JSON.parse(visit.body), { user: "bob", note });
  const removed = visit.setCookies.filter((line) => line.includes("Max-Age=0")).map((line) => line.split("=")[0]);
  assert.deepEqual(
    removed,
    parts.map((_, i) => `iron.${i}`),
  );
});

test("every spelling of one seal has one seed; two seals of one session have two", async () => {
  const text = seal('{"a":1}');
  const reader = make({ ttl: 0 });
  const { seed } = reader.read(text, beside)!;
  for (const spelling of [encodeURIComponent(text), text.replaceAll("*", "%2A"), text.replace("~", "%7e")])
    assert.deepEqual(reader.read(spelling, beside)?.seed, seed);
  const [one, two] = await Promise.all([1, 2].map(() => ironHeader(9, { password, cookieName }, { a: 1 })));
  assert.notDeepEqual(make().read(valueIn(one!), beside)?.seed, make().read(valueIn(two!), beside)?.seed);
  assert.equal(seed.length, 32);
});

test("what bears the right MAC and holds no session is none", () => {
  const reader = make({ ttl: 0 });
  assert.deepEqual(reader.read(seal('{"a":1}'), beside)?.data, { a: 1 });
  for (const plain of ["", "{", "[]", "null", '"a"', "7", "{}", Buffer.from([0x7b, 0xff, 0x7d])])
    assert.equal(reader.read(seal(plain), beside), undefined);
  for (const octets of [Buffer.alloc(15), Buffer.alloc(16), Buffer.alloc(17)])
    assert.equal(reader.read(seal("", { octets }), beside), undefined);
  for (const [id, expiry] of [
    ["2", ""],
    ["", ""],
    ["1", "0"],
    ["1", "1e9"],
    ["1", "1"],
    ["1", "-1"],
  ] as const)
    assert.equal(reader.read(seal('{"a":1}', { id, expiry }), beside), undefined, `${id} ${expiry}`);
});

test("nothing that a visitor sends throws", () => {
  const reader = make({ ttl: 0 });
  const good = seal('{"a":1}');
  fc.assert(
    fc.property(fc.nat(good.length), fc.string(), fc.nat(4), (at, text, cut) => {
      const bent = good.slice(0, at) + text + good.slice(at + cut);
      const read = reader.read(bent, beside);
      assert.ok(read === undefined || decodeURIComponent(bent) === good);
    }),
  );
});

const bad: readonly [what: string, options: object, option: string, remedy: RegExp][] = [
  ["no password", { password: undefined }, "password", /at least 32 characters/],
  ["one of 31 characters", { password: "a".repeat(31) }, "password", /at least 32 characters/],
  ["none in the map", { password: {} }, "password", /at least one/],
  ["an id that is no number", { password: { a: password } }, "password", /whole numbers/],
  ["one of several too short", { password: { 1: password, 2: "short" } }, "password", /at least 32/],
  ["no cookie name", { cookieName: undefined }, "cookieName", /letters, digits/],
  ["no until", { until: undefined }, "until", /valid Date/],
  ["a ttl below 0", { ttl: -1 }, "ttl", /whole seconds/],
  ["a misspelt option", { passwords: "a" }, "passwords", /did you mean password\?/],
];
for (const [what, options, option, remedy] of bad) {
  test(`refused when the reader is made, with the option's name and the remedy: ${what}`, () => {
    assert.throws(
      () => make(options as Partial<IronSessionOptions>),
      (error: { code: string; option: string; message: string }) =>
        error.code === "ERR_OPTION" && error.option === option && remedy.test(error.message),
    );
  });
}
