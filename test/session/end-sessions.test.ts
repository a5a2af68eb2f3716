/** Ending a subject's sessions: `endSessions`, and `recreate(…, { endOthers: true })`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endSessions } from "../../src/session/end-sessions.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import { recreate } from "../../src/session/next.ts";
import type { Store } from "../../src/session/store.ts";
import type { AnySession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { barriers } from "../support/barriers.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, sessionCookie, visitor } from "../support/visitor.ts";
import { watching } from "../support/watched-store.ts";

const pages: Pages = {
  ...commonPages,
  "/set": ({ session }) => ({ session: { ...session, n: 1 } }),
  "/function": () => ({ session: (s: AnySession) => ({ ...s, n: 1 }) }),
  "/renew": ({ session }) => ({ session: recreate(session) }),
  "/flash": () => ({ status: 303, headers: { location: "/show" }, flash: "late" }),
  "/password": ({ session }) => ({ session: recreate({ ...session, changed: true }, { endOthers: true }) }),
  "/password-function": () => ({
    session: recreate((s: AnySession) => ({ ...s, changed: true }), { endOthers: true }),
  }),
  "/login-alone": ({ session, queryString }) => ({
    session: recreate({ ...session, user: queryString }, { endOthers: true }),
  }),
};
const cookieOf = async (url: string, path: string, cookie?: string) =>
  `session=${sessionCookie(await request(url + path, "GET", cookie === undefined ? {} : { cookie }))}`;
const show = async (url: string, cookie: string) => (await request(`${url}/show`, "GET", { cookie })).body;
const without = (store: Store): Store => ({ ...store, deleteAll: undefined });

test("endSessions ends all sessions of a subject and nobody else's, and he may sign in again", async (t) => {
  const store = memoryStore();
  const { url, clock } = await site(t, pages, { store });
  const bobs = [
    await cookieOf(url, "/login"),
    await cookieOf(url, "/login"),
    await cookieOf(url, "/login", await cookieOf(url, "/count")),
  ];
  const [alice, anonymous] = [await cookieOf(url, "/login?alice"), await cookieOf(url, "/count")];
  assert.equal(await endSessions(store, "bob", { now: clock.now }), undefined);
  for (const cookie of bobs) assert.equal(await show(url, cookie), "{}");
  assert.equal(await show(url, alice), '{"user":"alice"}');
  assert.equal(await show(url, anonymous), '{"n":1}');
  assert.equal(await show(url, await cookieOf(url, "/login")), '{"user":"bob"}');
  await endSessions(store, "nobody at all", { now: clock.now });
});

for (const path of ["/set", "/function", "/renew", "/flash"]) {
  test(`endSessions while ${path} is in flight: it brings nothing back`, async (t) => {
    const store = memoryStore();
    const points = barriers();
    const { url, clock, events } = await site(
      t,
      {
        ...pages,
        "/slow": async (given) => {
          await points.hold("slow");
          return pages[path]!(given);
        },
      },
      { store },
    );
    const cookie = await cookieOf(url, "/login");
    const slow = request(`${url}/slow`, "GET", { cookie });
    await points.held("slow");
    await endSessions(store, "bob", { now: clock.now });
    points.release("slow");
    assert.deepEqual((await slow).setCookies, []);
    assert.deepEqual(events.at(-1), { type: "session.gone", reason: "unknown" });
    assert.equal(await show(url, cookie), "{}");
  });
}

test("endSessions says by name what it cannot do with", async () => {
  await assert.rejects(endSessions(without(memoryStore()), "bob"), { code: "ERR_OPTION", option: "store" });
  await assert.rejects(endSessions({} as Store, "bob"), { code: "ERR_OPTION", option: "store" });
  const misspelt = { clock: Date.now } as object;
  await assert.rejects(endSessions(memoryStore(), "bob", misspelt), { code: "ERR_OPTION", option: "clock" });
  await assert.rejects(endSessions(memoryStore(), "bob", { storeTimeout: 0 }), {
    code: "ERR_OPTION",
    option: "storeTimeout",
  });
});

for (const [what, deleteAll] of [
  ["rejects", () => Promise.reject(new Error("down"))],
  ["throws", () => assert.fail("down")],
  ["answers an empty token", () => ""],
  ["answers a number", async () => 3],
] as Array<[string, () => never]>) {
  test(`a store whose deleteAll ${what} is a broken store, for endSessions and endOthers`, async (t) => {
    const store: Store = { ...memoryStore(), deleteAll };
    const told: SessionEvent[] = [];
    const onEvent = (event: SessionEvent) => void told.push(event);
    await assert.rejects(endSessions(store, "bob", { onEvent }), { code: "ERR_STORE_UNAVAILABLE", status: 503 });
    assert.deepEqual(told, [{ type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }]);
    const { url, events } = await site(t, pages, { store });
    const cookie = await cookieOf(url, "/login");
    const answer = await request(`${url}/password`, "GET", { cookie });
    assert.deepEqual([answer.status, answer.setCookies], [503, []]);
    assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" });
  });
}

test("a deleteAll that does not answer is given up after storeTimeout", async () => {
  const store: Store = { ...memoryStore(), deleteAll: () => new Promise(() => {}) };
  await assert.rejects(endSessions(store, "bob", { storeTimeout: 0.01 }), { code: "ERR_STORE_TIMEOUT" }); // a real timer: the hang is real
});

for (const path of ["/password", "/password-function"]) {
  test(`${path}: endOthers ends the subject's other sessions, and keeps this one under a new token`, async (t) => {
    const { url, events } = await site(t, pages);
    const [here, there, elsewhere] = [visitor(url), visitor(url), visitor(url)];
    const [alice, anonymous] = [await cookieOf(url, "/login?alice"), await cookieOf(url, "/count")];
    for (const bob of [here, there, elsewhere]) await bob.get("/login?bob");
    const old = here.cookie();
    await here.get(path);
    assert.deepEqual(events.at(-1), { type: "session.recreated", reason: "asked" });
    assert.notEqual(here.cookie(), old);
    assert.equal((await here.get("/show")).body, '{"user":"bob","changed":true}');
    for (const bob of [there, elsewhere]) assert.equal((await bob.get("/show")).body, "{}");
    assert.deepEqual(JSON.parse((await request(`${url}/status`, "GET", { cookie: old })).body).reason, "recreated");
    assert.equal(await show(url, alice), '{"user":"alice"}');
    assert.equal(await show(url, anonymous), '{"n":1}');
  });
}

for (const path of ["/set", "/function", "/renew", "/flash", "/password"]) {
  test(`endOthers while ${path} is in flight on another device: it brings nothing back`, async (t) => {
    const points = barriers();
    const { url, events } = await site(t, {
      ...pages,
      "/slow": async (given) => {
        await points.hold("slow");
        return pages[path]!(given);
      },
    });
    const [here, there] = [visitor(url), visitor(url)];
    for (const bob of [here, there]) await bob.get("/login");
    const slow = there.get("/slow");
    await points.held("slow");
    await here.get("/password");
    points.release("slow");
    assert.deepEqual((await slow).setCookies, []);
    assert.deepEqual(events.at(-1), { type: "session.gone", reason: "unknown" });
    assert.equal((await there.get("/show")).body, "{}");
  });
}

test("a sign-in with endOthers ends the sessions of whoever signs in, from no session and from another's", async (t) => {
  const { url } = await site(t, pages);
  for (const begin of [undefined, "/count", "/login?alice"]) {
    const old = await cookieOf(url, "/login?bob");
    const before = begin === undefined ? undefined : await cookieOf(url, begin);
    const alice = await cookieOf(url, "/login?alice");
    const fresh = await cookieOf(url, "/login-alone?bob", before);
    assert.equal(JSON.parse(await show(url, fresh)).user, "bob", begin);
    assert.equal(await show(url, old), "{}", begin);
    assert.equal(await show(url, alice), '{"user":"alice"}', begin);
  }
});

for (const [what, options, path] of [
  ["without a subject", {}, "/password"],
  ["with a store that has no deleteAll", { store: without(memoryStore()) }, "/login-alone?bob"],
] as const) {
  test(`endOthers ${what} is ERR_SESSION_NEXT, and nothing is stored`, async (t) => {
    const { url, errors } = await site(t, pages, options);
    const cookie = await cookieOf(url, "/count");
    for (const headers of [{ cookie }, {}] as Record<string, string>[]) {
      const answer = await request(url + path, "GET", headers);
      assert.deepEqual([answer.status, answer.setCookies], [500, []]);
      assert.equal((errors.at(-1) as { code: string }).code, "ERR_SESSION_NEXT");
    }
    assert.equal(await show(url, cookie), '{"n":1}');
  });
}

test("endOthers of a session that was ended meanwhile keeps and creates none", async (t) => {
  const points = barriers();
  const { url, events } = await site(t, {
    ...pages,
    "/slow": async (given) => {
      await points.hold("slow");
      return pages["/password"]!(given);
    },
  });
  const bob = visitor(url);
  await bob.get("/login");
  const slow = bob.get("/slow");
  await points.held("slow");
  await bob.get("/logout");
  points.release("slow");
  assert.deepEqual((await slow).setCookies, []);
  assert.deepEqual(events.at(-1), { type: "session.gone", reason: "unknown" });
});

test("two devices that end each other's sessions at once leave one of them", async (t) => {
  const inner = memoryStore();
  const both = Promise.withResolvers<void>();
  let asked = 0;
  const store: Store = {
    ...inner,
    async deleteAll(...call) {
      if (++asked === 2) both.resolve();
      await both.promise; // until both sessions are recreated
      return inner.deleteAll!(...call);
    },
  };
  const { url, events } = await site(t, pages, { store });
  const devices = [visitor(url), visitor(url)];
  for (const bob of devices) await bob.get("/login?bob");
  const answers = await Promise.all(devices.map((bob) => bob.get("/password")));
  const fresh = answers.flatMap((answer) => sessionCookie(answer) ?? []);
  assert.equal(fresh.length, 1);
  assert.equal(await show(url, `session=${fresh[0]}`), '{"user":"bob","changed":true}');
  assert.equal(events.filter(({ type }) => type === "session.gone").length, 1);
});

test("a function with endOthers ends the sessions of whoever it signs in at last", async (t) => {
  const points = barriers();
  const { url } = await site(t, {
    ...pages,
    "/want": ({ session, queryString }) => ({ session: { ...session, want: queryString } }),
    "/slow": async () => {
      await points.hold("slow");
      return { session: recreate((s: AnySession) => ({ user: s.want! }), { endOthers: true }) };
    },
  });
  const [bob, carol] = [await cookieOf(url, "/login?bob"), await cookieOf(url, "/login?carol")];
  const cookie = await cookieOf(url, "/want?bob");
  const slow = request(`${url}/slow`, "GET", { cookie });
  await points.held("slow");
  await request(`${url}/want?carol`, "GET", { cookie });
  points.release("slow");
  assert.equal(await show(url, `session=${sessionCookie(await slow)}`), '{"user":"carol"}');
  assert.equal(await show(url, carol), "{}");
  assert.equal(await show(url, bob), '{"user":"bob"}');
});

test("without endOthers nobody's other sessions are looked for", async (t) => {
  const store = memoryStore();
  const asked: string[] = [];
  const told: Store = {
    ...watching(store, (operation) => void asked.push(operation)),
    deleteAll: (...call) => {
      asked.push("deleteAll");
      return store.deleteAll!(...call);
    },
  };
  const { url } = await site(
    t,
    { ...pages, "/false": ({ session }) => ({ session: recreate(session, { endOthers: false }) }) },
    { store: told },
  );
  const bob = visitor(url);
  for (const path of ["/login", "/renew", "/false"]) await bob.get(path);
  assert.equal(asked.includes("deleteAll"), false);
});
