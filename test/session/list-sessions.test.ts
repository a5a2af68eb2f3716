import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { newKey } from "../../src/crypto/keys.ts";
import { endSessions } from "../../src/session/end-sessions.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import { endSession, listSessions } from "../../src/session/list-sessions.ts";
import type { Store } from "../../src/session/store.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { barriers } from "../support/barriers.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { visitor } from "../support/visitor.ts";

const stores: Record<string, () => Store> = {
  memory: memoryStore,
  sqlite: () => sqliteStore(new DatabaseSync(":memory:")),
};

for (const [name, open] of Object.entries(stores)) {
  test(`${name}: a visitor sees his devices, knows this one, and ends another; a writer in flight there changes nothing`, async (t) => {
    const points = barriers();
    const store = open();
    const pages: Pages = {
      ...commonPages,
      "/slow": async ({ session }) => {
        await points.hold("slow");
        return { session: { ...session, late: 1 } };
      },
    };
    const { url, clock } = await site(t, pages, { store });
    const options = { now: clock.now };
    const [phone, laptop, alice] = [visitor(url, clock.now), visitor(url, clock.now), visitor(url, clock.now)];
    await phone.get("/login");
    clock.advance(100);
    await laptop.get("/login");
    await alice.get("/login?alice");
    const here = JSON.parse((await laptop.get("/status")).body).handle as string;
    const devices = await listSessions(store, "bob", options);
    assert.deepEqual(
      devices.map(({ createdAt }) => clock.now() - createdAt),
      [0, 100_000],
    );
    assert.equal(devices[0]!.handle, here);
    const slow = phone.get("/slow");
    await points.held("slow");
    const events: SessionEvent[] = [];
    const told = { ...options, onEvent: (event: SessionEvent) => void events.push(event) };
    assert.equal(await endSession(store, "alice", devices[1]!.handle, told), false, "not hers to end");
    assert.equal(await endSession(store, "bob", devices[1]!.handle, told), true);
    assert.deepEqual(events, [{ type: "session.ended" }]);
    points.release("slow");
    assert.deepEqual((await slow).setCookies, []);
    assert.equal((await phone.get("/show")).body, "{}");
    assert.equal((await laptop.get("/show")).body, '{"user":"bob"}');
    assert.deepEqual(
      (await listSessions(store, "bob", options)).map(({ handle }) => handle),
      [here],
    );
  });

  test(`${name}: no part of a handle or a list opens a session`, async (t) => {
    const store = open();
    const { url, clock } = await site(t, commonPages, { store });
    const bob = visitor(url, clock.now);
    await bob.get("/login");
    const token = bob.cookie().slice("session=".length);
    const told = JSON.stringify(await listSessions(store, "bob", { now: clock.now }));
    assert.equal(told.includes(token), false);
    assert.equal(told.includes(token.slice(22)), false, "nothing of the secret");
  });
}

test("a user who is a number is found as one or as text; anything else is a mistake that says so", async (t) => {
  const store = memoryStore();
  const { url, clock } = await site(t, { ...commonPages, "/in": () => ({ session: { user: 7 } }) }, { store });
  const seven = visitor(url, clock.now);
  await seven.get("/in");
  for (const subject of [7, "7"]) assert.equal((await listSessions(store, subject, { now: clock.now })).length, 1);
  for (const call of [endSessions, listSessions]) {
    await assert.rejects(call(store, { id: 7 } as never), { code: "ERR_OPTION", option: "subject" });
  }
  await endSessions(store, 7, { now: clock.now });
  assert.equal((await seven.get("/show")).body, "{}");
});

test("limits of one's own decide what is listed", async (t) => {
  const store = memoryStore();
  const { url, clock } = await site(t, commonPages, { store, timeout: 7200 });
  const bob = visitor(url, clock.now);
  await bob.get("/login");
  clock.advance(3600);
  assert.equal((await listSessions(store, "bob", { now: clock.now })).length, 0);
  assert.equal((await listSessions(store, "bob", { now: clock.now, timeout: 7200 })).length, 1);
});

test("a store that has no lists says so; one that is broken is a 503 with a code", async () => {
  const without = cookieStore({ keys: newKey() });
  for (const call of [listSessions(without, "bob"), endSession(without, "bob", "x")]) {
    await assert.rejects(call, { code: "ERR_OPTION", option: "store" });
  }
  for (const list of [() => [{}], () => undefined, () => [null], () => Promise.reject(new Error("down"))]) {
    const broken = { ...memoryStore(), list: list as never };
    await assert.rejects(listSessions(broken, "bob"), { code: "ERR_STORE_UNAVAILABLE", status: 503 });
  }
  const broken = { ...memoryStore(), end: (() => "yes") as never };
  await assert.rejects(endSession(broken, "bob", "x"), { code: "ERR_STORE_UNAVAILABLE" });
});
