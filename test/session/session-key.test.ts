import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { newKey } from "../../src/crypto/keys.ts";
import { recreate } from "../../src/session/next.ts";
import type { Store } from "../../src/session/store.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { memoryRevocations } from "../../src/stores/revocations.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, sessionCookie, visitor } from "../support/visitor.ts";

const pages: Pages = {
  ...commonPages,
  "/key": ({ sessionKey, queryString }) => ({
    body: sessionKey ? Buffer.from(sessionKey(queryString || "test")).toString("hex") : "none",
  }),
  "/recreate": ({ session }) => ({ session: recreate(session) }),
  "/out": ({ session: { user: _, ...rest } }) => ({ session: rest }),
  "/request": ({ signal: _, body: __, ...request }) => ({ body: JSON.stringify(request) }),
  "/slots": ({ sessionSlots }) => ({ body: JSON.stringify(sessionSlots) }),
  "/renewed": () => ({ sessionSlots: { mark: { value: "r", keep: false, onlyRenewed: true } } }),
  "/renewed-recreate": ({ session }) => ({
    session: recreate(session),
    sessionSlots: { mark: { value: "r", keep: false, onlyRenewed: true } },
  }),
  "/renewed-login": () => ({
    session: { user: "bob" },
    sessionSlots: { mark: { value: "r", keep: false, onlyRenewed: true } },
  }),
  "/renewed-null": () => ({
    session: null,
    sessionSlots: { mark: { value: "r", keep: false, onlyRenewed: true } },
  }),
  "/renewed-empty": () => ({ session: {}, sessionSlots: { mark: { value: "r", keep: false, onlyRenewed: true } } }),
};

const stores: Readonly<Record<string, () => Store>> = {
  memoryStore,
  cookieStore: () => cookieStore({ keys: newKey() }),
  "cookieStore with revocation": () => cookieStore({ keys: newKey(), revocation: memoryRevocations() }),
};

for (const [name, open] of Object.entries(stores)) {
  describe(name, () => {
    test("no session, no key; a session keeps its key through writes, and through restarts of its idle clock", async (t) => {
      const { url, clock } = await site(t, pages, { store: open() });
      const bob = visitor(url, clock.now);
      assert.equal((await bob.get("/key")).body, "none");
      await bob.post("/count");
      const first = (await bob.get("/key")).body;
      assert.match(first, /^[0-9a-f]{64}$/);
      await bob.post("/count");
      clock.advance(300);
      assert.equal((await bob.get("/key")).body, first);
      clock.advance(300);
      await bob.post("/count");
      assert.equal((await bob.get("/key")).body, first);
    });

    test("another key for another session, another purpose, after sign-in, recreate and sign-out", async (t) => {
      const { url } = await site(t, pages, { store: open() });
      const [bob, eve] = [visitor(url), visitor(url)];
      await eve.post("/count");
      const keys = [(await eve.get("/key")).body];
      await bob.post("/count");
      keys.push((await bob.get("/key")).body, (await bob.get("/key?other")).body);
      for (const step of ["/login", "/recreate", "/out", "/login?eve"]) {
        await bob.post(step);
        keys.push((await bob.get("/key")).body);
      }
      assert.equal(new Set(keys).size, 7);
      await bob.post("/logout");
      assert.equal((await bob.get("/key")).body, "none");
    });

    test("a slot for renewed sessions alone is set by recreate and by a beginning, and by nothing else", async (t) => {
      const { url } = await site(t, pages, { store: open() });
      const bob = visitor(url);
      for (const page of ["/renewed", "/renewed-empty", "/renewed-null"]) {
        assert.deepEqual((await bob.post(page)).setCookies, [], `${page} begins no session`);
      }
      await bob.post("/count");
      await bob.post("/renewed");
      assert.equal((await bob.get("/slots")).body, "{}");
      await bob.post("/renewed-recreate");
      assert.equal((await bob.get("/slots")).body, '{"mark":"r"}');
      await bob.post("/recreate");
      assert.equal((await bob.get("/slots")).body, "{}");
      await bob.post("/renewed-login");
      assert.equal((await bob.get("/slots")).body, '{"mark":"r"}', "a sign-in renews");
      const eve = visitor(url);
      await eve.post("/renewed-login");
      assert.equal((await eve.get("/slots")).body, '{"mark":"r"}', "a session begins");
    });
  });
}

test("cookieStore: a session keeps its key when it is sealed anew under a newer one", async (t) => {
  const [old, fresh] = [newKey(), newKey()];
  const before = await site(t, pages, { store: cookieStore({ keys: old }) });
  const after = await site(t, pages, { store: cookieStore({ keys: [fresh, old] }) });
  const first = await request(`${before.url}/login`, "POST");
  const key = await request(`${before.url}/key`, "GET", { cookie: `session=${sessionCookie(first)}` });
  const same = await request(`${after.url}/key`, "GET", { cookie: `session=${sessionCookie(first)}` });
  assert.match(key.body, /^[0-9a-f]{64}$/);
  assert.equal(same.body, key.body);
  const again = await request(`${after.url}/key`, "GET", { cookie: `session=${sessionCookie(same)}` });
  assert.equal(again.body, key.body);
});

for (const [name, open] of Object.entries(stores)) {
  test(`${name}: an adopted session has its key from the first request on, in requests at once too`, async (t) => {
    const old = { cookieName: "old", path: "/", domain: undefined, until: new Date(Date.UTC(2027, 0, 1)) };
    const readers = [{ ...old, read: (user: string) => ({ data: { user }, seed: Buffer.alloc(32, user) }) }];
    const { url } = await site(t, pages, { store: open(), readers });
    const both = [await request(`${url}/key`, "GET", { cookie: "old=bob" })];
    both.push(await request(`${url}/key`, "GET", { cookie: "old=bob" }));
    for (const adopting of both) {
      assert.match(adopting.body, /^[0-9a-f]{64}$/);
      const next = await request(`${url}/key`, "GET", { cookie: `session=${sessionCookie(adopting)}` });
      assert.equal(next.body, adopting.body);
    }
  });
}

test("a request that is printed as JSON holds no key", async (t) => {
  const { url } = await site(t, pages);
  const bob = visitor(url);
  await bob.post("/login");
  assert.equal(JSON.parse((await bob.get("/request")).body).sessionKey, undefined);
});

test("a store with a binding that is no text is broken", async (t) => {
  for (const binding of ["", 7, null]) {
    const store = memoryStore();
    const torn = {
      ...store,
      read: async (...args: Parameters<Store["read"]>) => ({ ...(await store.read(...args)), binding }),
    } as Store;
    const { url } = await site(t, pages, { store: torn });
    const bob = visitor(url);
    await bob.post("/login");
    assert.equal((await bob.get("/key")).status, 503);
  }
});

test("sessionStatus says whether somebody is signed in, who is not the one of initial", async (t) => {
  const { url } = await site(t, pages, { initial: { user: "guest" } });
  const bob = visitor(url);
  const signedIn = async () => JSON.parse((await bob.get("/status")).body).signedIn;
  assert.equal(await signedIn(), undefined);
  await bob.post("/count");
  assert.equal(await signedIn(), false);
  await bob.post("/login");
  assert.equal(await signedIn(), true);
  await bob.post("/out");
  assert.equal(await signedIn(), false);
});
