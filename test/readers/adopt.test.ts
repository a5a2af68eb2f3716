/** Replacing a Luminus application without signing anybody out: its cookies become sessions here, each once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newKey } from "../../src/crypto/keys.ts";
import { ringCookieReader } from "../../src/readers/ring-cookie.ts";
import { endSessions } from "../../src/session/end-sessions.ts";
import { recreate } from "../../src/session/next.ts";
import type { Store } from "../../src/session/store.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { memoryRevocations } from "../../src/stores/revocations.ts";
import { barriers } from "../support/barriers.ts";
import { sealRing } from "../support/ring-cookie.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, type Visit } from "../support/visitor.ts";
import { counting } from "../support/watched-store.ts";

const KEY = "BuD3KgdAXhDHrJXu"; // sixteen octets, as a Luminus application has them
const until = new Date(Date.UTC(2026, 0, 31));
const reader = ringCookieReader({ key: KEY, until });
const old = (edn = '{:user "bob", :cart [1 2]}') => ({
  cookie: `ring-session=${sealRing(KEY, edn)}`,
});
const removal = "ring-session=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly";
const fresh = ({ setCookies }: Visit) => ({
  cookie: setCookies.find((line) => line.startsWith("session="))?.split(";")[0] ?? "",
});

const stores: Record<string, () => Store> = {
  memory: memoryStore,
  cookie: () => cookieStore({ keys: newKey() }),
  "cookie with revocation": () => cookieStore({ keys: newKey(), revocation: memoryRevocations() }),
};

for (const [name, store] of Object.entries(stores)) {
  test(`${name}: the other application's session is this one's from the first request on, and its cookie is removed`, async (t) => {
    const { url, events } = await site(t, commonPages, { store: store(), readers: [reader] });
    const first = await request(`${url}/show`, "GET", old());
    assert.equal(first.body, '{"user":"bob","cart":[1,2]}');
    assert.deepEqual(first.setCookies.slice(-1), [removal]);
    assert.deepEqual(events, [{ type: "session.adopted" }]);
    assert.equal((await request(`${url}/show`, "GET", fresh(first))).body, first.body);
    await request(`${url}/count`, "GET", fresh(first));
  });

  test(`${name}: two first requests at once adopt one session`, async (t) => {
    const points = barriers();
    const pages: Pages = {
      ...commonPages,
      "/held": async ({ session, queryString }) => {
        await points.hold(queryString);
        return { body: JSON.stringify(session) };
      },
    };
    const { url } = await site(t, pages, { store: store(), readers: [reader] });
    const sent = old();
    const both = ["a", "b"].map((who) => request(`${url}/held?${who}`, "GET", sent));
    await Promise.all(["a", "b"].map(points.held));
    for (const who of ["a", "b"]) points.release(who);
    const [one, two] = await Promise.all(both);
    assert.equal(one!.body, two!.body);
    for (const visit of [one!, two!]) assert.equal((await request(`${url}/show`, "GET", fresh(visit))).body, one!.body);
    if (name === "memory") assert.deepEqual(fresh(one!), fresh(two!));
  });

  test(`${name}: signing out with the other application's cookie ends it and removes both`, async (t) => {
    const { url } = await site(t, commonPages, { store: store(), readers: [reader] });
    const { setCookies } = await request(`${url}/logout`, "GET", old());
    assert.deepEqual(setCookies, [removal]);
  });

  test(`${name}: from until on, and for what the reader does not trust, nothing is adopted`, async (t) => {
    const { url, clock } = await site(t, commonPages, { store: store(), readers: [reader] });
    const forged = `ring-session=${sealRing(Buffer.alloc(16, 7), '{:user "eve"}')}`;
    for (const cookie of [forged, "ring-session=--", "ring-session="]) {
      const visit = await request(`${url}/show`, "GET", { cookie });
      assert.deepEqual([visit.body, visit.setCookies], ["{}", []]);
    }
    clock.advance(30 * 86_400);
    assert.equal((await request(`${url}/show`, "GET", old())).body, "{}");
  });
}

for (const name of ["memory", "cookie with revocation"]) {
  test(`${name}: the old value is spent: a minute later, after the session's end, and in another spelling`, async (t) => {
    const { url, clock, events } = await site(t, commonPages, { store: stores[name]!(), readers: [reader] });
    const sent = old();
    const first = await request(`${url}/show`, "GET", sent);
    await request(`${url}/logout`, "GET", fresh(first));
    const spellings = [sent, { cookie: decodeURIComponent(sent.cookie) }];
    for (const seconds of [0, 60, 86_400]) {
      clock.advance(seconds);
      for (const spelling of spellings) {
        assert.equal((await request(`${url}/show`, "GET", spelling)).body, "{}", `${seconds} s later`);
        assert.deepEqual(events.at(-1), { type: "session.refused", reason: "adopted" });
      }
    }
    const later = await request(`${url}/login?carol`, "GET", sent);
    assert.deepEqual(later.setCookies.slice(-1), [removal], "removed with the next cookie that is set");
  });
}

test("without revocation the old value can be adopted again until its date: the declared lack of G3", async (t) => {
  const store = cookieStore({ keys: newKey() });
  assert.match(store.lacks!.G3!, /readers adopt one cookie again and again.*revocation mends that/);
  const { url, clock } = await site(t, commonPages, { store, readers: [reader] });
  const sent = old();
  await request(`${url}/logout`, "GET", fresh(await request(`${url}/show`, "GET", sent)));
  clock.advance(86_400);
  assert.equal(JSON.parse((await request(`${url}/show`, "GET", sent)).body).user, "bob");
});

test("a session of this application's own goes first; an ended one is not brought back by an old cookie", async (t) => {
  const { store, calls } = counting(memoryStore());
  const adopting = { ...store, adopt: memoryStore().adopt };
  const { url } = await site(t, commonPages, { store: adopting, readers: [reader] });
  const login = await request(`${url}/login?carol`);
  const { cookie } = fresh(login);
  const both = { cookie: `${cookie}; ${old().cookie}` };
  assert.equal((await request(`${url}/show`, "GET", both)).body, '{"user":"carol"}');
  assert.equal(calls.at(-1), "read");
});

test("toSession gives the other's data this application's shape, and its subject", async (t) => {
  const shaped = ringCookieReader({
    key: KEY,
    until,
    toSession: ({ user, cart }) => (user === "eve" ? undefined : { name: user, items: cart }),
  });
  const { url } = await site(t, commonPages, { readers: [shaped], subject: ({ name }) => name as string });
  assert.equal((await request(`${url}/show`, "GET", old())).body, '{"name":"bob","items":[1,2]}');
  assert.equal((await request(`${url}/show`, "GET", old('{:user "eve"}'))).body, "{}");
});

test("a reader without an end, for the session's own cookie, or over a store that cannot adopt, throws when built", async (t) => {
  const { adopt: _, ...cannot } = memoryStore();
  for (const options of [
    { readers: [{ ...reader, until: undefined as never }] },
    { readers: [reader], cookieName: "ring-session" },
    { readers: [{ ...reader, cookieName: "session" }] },
    { readers: [{ ...reader, cookieName: "__Host-session.used" }] },
    { readers: [reader], store: cannot },
    { readers: reader as never },
  ]) {
    await assert.rejects(site(t, commonPages, options), { code: "ERR_OPTION", option: "readers" });
  }
});

for (const [name, open] of Object.entries(stores)) {
  test(`${name}: what cannot be a session here is told, spends nothing, and costs no visitor an error`, async (t) => {
    const { url, events } = await site(t, commonPages, { store: open(), readers: [reader] });
    const sent = old("{:user {:id 1}}");
    for (let i = 0; i < 2; i++) {
      const visit = await request(`${url}/show`, "GET", sent);
      assert.deepEqual([visit.status, visit.body], [200, "{}"]);
      assert.deepEqual(events.at(-1), { type: "session.refused", reason: "unadoptable" });
    }
    assert.deepEqual((await request(`${url}/logout`, "GET", sent)).setCookies, [removal]);
  });

  test(`${name}: cookies that do not belong together do not spend another application's`, async (t) => {
    const { url, events } = await site(t, commonPages, { store: open(), readers: [reader] });
    const sent = old();
    await request(`${url}/show`, "GET", { cookie: `session=2.AAAA.x; ${sent.cookie}` });
    assert.deepEqual(events, [{ type: "session.refused", reason: "mixed" }]);
    assert.equal(JSON.parse((await request(`${url}/show`, "GET", sent)).body).user, "bob");
  });
}

test("a session that is too large for cookies is not adopted, and its cookie not spent", async (t) => {
  const small = cookieStore({ keys: newKey(), maxSize: 512, revocation: memoryRevocations() });
  const { url, events } = await site(t, commonPages, { store: small, readers: [reader] });
  const sent = { cookie: `ring-session=${sealRing(KEY, `{:note "${"x".repeat(900)}"}`)}` };
  for (let i = 0; i < 2; i++) {
    assert.equal((await request(`${url}/show`, "GET", sent)).body, "{}");
    assert.deepEqual(events.at(-1), { type: "session.refused", reason: "unadoptable" });
  }
});

test("endSessions ends an adopted session, and its old cookie brings nothing back within grace", async (t) => {
  for (const name of ["memory", "cookie with revocation"]) {
    const store = stores[name]!();
    const { url, clock } = await site(t, commonPages, { store, readers: [reader] });
    const sent = old();
    await request(`${url}/show`, "GET", sent);
    clock.advance(1);
    await endSessions(store, "bob", { now: clock.now });
    assert.equal((await request(`${url}/show`, "GET", sent)).body, "{}", name);
  }
});

test("not after a sign-out or renewal here: an own token that was revoked or recreated adopts nothing", async (t) => {
  const store = cookieStore({ keys: newKey(), revocation: memoryRevocations() });
  const pages: Pages = { ...commonPages, "/renew": ({ session }) => ({ session: recreate(session) }) };
  const { url, events } = await site(t, pages, { store, readers: [reader] });
  for (const [path, reason] of [
    ["/logout", "revoked"],
    ["/renew", "recreated"],
  ] as const) {
    const { cookie } = fresh(await request(`${url}/login`));
    await request(url + path, "GET", { cookie });
    assert.equal((await request(`${url}/show`, "GET", { cookie: `${cookie}; ${old().cookie}` })).body, "{}");
    assert.deepEqual(events.at(-1), { type: "session.refused", reason });
  }
});

test("of several readers the first that trusts its cookie is taken; a __Host- cookie is removed with Secure", async (t) => {
  const none = ringCookieReader({ key: Buffer.alloc(16, 1), until });
  const host = ringCookieReader({ key: KEY, until, cookieName: "__Host-ring" });
  const { url } = await site(t, commonPages, { readers: [none, host] });
  const cookie = `${old().cookie}; __Host-ring=${sealRing(KEY, '{:user "carol"}')}`;
  const visit = await request(`${url}/show`, "GET", { cookie });
  assert.equal(visit.body, '{"user":"carol"}');
  assert.match(visit.setCookies.at(-1)!, /^__Host-ring=; Max-Age=0; Path=\/; .*; Secure/);
});
