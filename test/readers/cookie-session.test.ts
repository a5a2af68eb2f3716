/** Replacing an application on cookie-session without signing anybody out. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { type CookieSessionOptions, cookieSessionReader } from "../../src/readers/cookie-session.ts";
import { cookieSessionHeader } from "../support/foreign-sessions.ts";
import { testForeign } from "../support/foreign-values.ts";
import { commonPages, site } from "../support/site.ts";
import { request, type Visit } from "../support/visitor.ts";

const until = new Date(Date.UTC(2026, 0, 31));
const keys = ["newer", "older"];
const make = (more: Partial<CookieSessionOptions> = {}) => cookieSessionReader({ keys, until, ...more });
const sign = (value: string, name = "session") =>
  createHmac("sha1", "older").update(`${name}=${value}`).digest("base64url");
const signed = (text: string) => {
  const value = Buffer.from(text).toString("base64");
  return `session=${value}; session.sig=${sign(value)}`;
};

let sessions = 0;
const cases = {
  "cookie-session": make(),
  "cookie-session with unique": make({ unique: ({ id }) => id as string }),
};
for (const [name, reader] of Object.entries(cases)) {
  testForeign({
    name,
    reader,
    header: (t, user) => cookieSessionHeader(t, { keys: [keys[sessions % 2]!] }, { user, id: `id${sessions++}` }),
    async wrong(t) {
      const good = await cookieSessionHeader(t, { keys }, { user: "bob", id: "x" });
      const [value, signature] = good.split("; ").map((pair) => pair.slice(pair.indexOf("=") + 1)) as [string, string];
      return [
        await cookieSessionHeader(t, { keys: ["other"] }, { user: "eve", id: "x" }),
        await cookieSessionHeader(t, { signed: false }, { user: "eve", id: "x" }),
        await cookieSessionHeader(t, { keys, name: "elsewhere" }, { user: "bob", id: "x" }),
        `session=${value}`,
        `session.sig=${signature}`,
        `session=${value}; session.sig=`,
        `session=${value}; session.sig=${signature.slice(0, -1)}`,
        `session=${value}; session.sig=${signature}=`,
        `session=${value}x; session.sig=${signature}`,
        `session=${Buffer.from('{"user":"eve"}').toString("base64")}; session.sig=${signature}`,
        `session=${"A".repeat(5000)}; session.sig=${sign("A".repeat(5000))}`,
        `session=; session.sig=${sign("")}`,
        ...["", "{", "[1]", '"eve"', "null", "{}", "7"].map(signed),
      ];
    },
  });
}

const fresh = ({ setCookies }: Visit) => setCookies.find((line) => line.startsWith("own="))?.split(";")[0];

test("two visitors with the same data have the same value: each gets a session of his own, a minute later too", async (t) => {
  const { url, clock } = await site(t, commonPages, { readers: [make()], cookieName: "own" });
  const cookie = await cookieSessionHeader(t, { keys }, { lang: "en" });
  const visits = [await request(`${url}/count`, "GET", { cookie }), await request(`${url}/show`, "GET", { cookie })];
  assert.equal(visits[1]!.body, '{"lang":"en"}', "and sees nothing of the other's");
  clock.advance(61);
  visits.push(await request(`${url}/show`, "GET", { cookie }));
  assert.equal(visits[2]!.body, '{"lang":"en"}');
  assert.equal(new Set(visits.map(fresh)).size, 3);
});

test("that is a lack of G3 which the reader declares, unless sessions are told apart by unique", async (t) => {
  assert.match(make().lacks!.G3, /two browsers with the same data have the same value.*the option unique mends that/);
  assert.equal(make({ unique: () => "a" }).lacks, undefined);
  const { url, clock } = await site(t, commonPages, { readers: [make()], cookieName: "own" });
  const cookie = await cookieSessionHeader(t, { keys }, { user: "bob" });
  const first = await request(`${url}/show`, "GET", { cookie });
  await request(`${url}/logout`, "GET", { cookie: fresh(first)! });
  clock.advance(61);
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}', "what is lacking");
});

test("with unique, another cookie of a session that was adopted is spent too; a session without is not taken over", async (t) => {
  const reader = make({ unique: ({ id }) => (id as { text: string }).text });
  const { url, clock } = await site(t, commonPages, { readers: [reader], cookieName: "own" });
  const older = await cookieSessionHeader(t, { keys }, { id: { text: "a" }, n: 1 });
  const newer = await cookieSessionHeader(t, { keys }, { id: { text: "a" }, n: 2 });
  assert.equal((await request(`${url}/show`, "GET", { cookie: newer })).body, '{"id":{"text":"a"},"n":2}');
  clock.advance(60);
  assert.equal((await request(`${url}/show`, "GET", { cookie: older })).body, "{}");
  for (const data of [{ user: "bob" }, { id: { text: 7 } }, { id: { text: "" } }]) {
    const cookie = await cookieSessionHeader(t, { keys }, data);
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, "{}");
  }
});

test("passport's user is found by toSession, and a secret stands for one key", async (t) => {
  const toSession = ({ passport }: Record<string, unknown>) => ({ user: (passport as { user: string }).user });
  const reader = cookieSessionReader({ secret: "one", until, name: "login", toSession });
  const { url } = await site(t, commonPages, { readers: [reader] });
  const cookie = await cookieSessionHeader(t, { secret: "one", name: "login" }, { passport: { user: "bob" } });
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
});

test("its default name is this session's own on http, and so is that of its signature: told when it is built", async (t) => {
  for (const readers of [[make()], [make({ name: "x" }), { ...make({ name: "y" }), otherCookies: ["session.sig"] }]])
    await assert.rejects(site(t, commonPages, { readers }), {
      code: "ERR_OPTION",
      option: "readers",
      message: /the cookie session is this session's own/,
    });
});

const bad: readonly [what: string, options: object, option: string, remedy: RegExp][] = [
  ["neither keys nor secret", { keys: undefined }, "secret", /the newest first/],
  ["both", { secret: "a" }, "secret", /not both/],
  ["keys that are one text", { keys: "a" }, "keys", /a list of texts/],
  ["no key", { keys: [] }, "keys", /at least one/],
  ["an empty key", { keys: [""] }, "keys", /the newest first/],
  ["no until", { until: undefined }, "until", /valid Date/],
  ["a name that is none", { name: "a;b" }, "name", /letters, digits/],
  ["a unique that is none", { unique: "id" }, "unique", /function/],
  ["a misspelt option", { cookieName: "a" }, "cookieName", /no option of cookieSessionReader/],
];
for (const [what, options, option, remedy] of bad) {
  test(`refused when the reader is made, with the option's name and the remedy: ${what}`, () => {
    assert.throws(
      () => make(options as Partial<CookieSessionOptions>),
      (error: { code: string; option: string; message: string }) =>
        error.code === "ERR_OPTION" && error.option === option && remedy.test(error.message),
    );
  });
}
