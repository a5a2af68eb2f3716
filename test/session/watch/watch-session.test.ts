import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import type { ResponseMap } from "../../../src/ring.ts";
import { endSessions } from "../../../src/session/end-sessions.ts";
import { endSession } from "../../../src/session/list-sessions.ts";
import { recreate } from "../../../src/session/next.ts";
import { type SessionOptions, settingsOf } from "../../../src/session/options.ts";
import { newRecord } from "../../../src/session/record.ts";
import type { Store } from "../../../src/session/store.ts";
import { type WatchedSession, watchSession } from "../../../src/session/watch/watch-session.ts";
import { type AnySession, wrapSession } from "../../../src/session/wrap-session.ts";
import { cookieStore } from "../../../src/stores/cookie.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { memoryRevocations } from "../../../src/stores/revocations.ts";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { requestMap } from "../../support/request-map.ts";
import { counting } from "../../support/watched-store.ts";

const START = Date.UTC(2026, 0, 1);

/** A visitor whose session is watched, and the time of both. */
async function watched(t: TestContext, store: Store, options: SessionOptions<AnySession> = {}) {
  t.mock.timers.reset();
  t.mock.timers.enable({ apis: ["setInterval"] });
  let now = START;
  const all = { ...options, now: () => now, store };
  const settings = settingsOf<AnySession>(all, () => store);
  let cookie = "";
  const go = async (next: unknown, to = store): Promise<void> => {
    const app = wrapSession<AnySession>({ ...all, store: to })(() => ({
      status: 200,
      headers: {},
      body: null,
      session: next as AnySession,
    }));
    const { headers }: ResponseMap = await app(requestMap("GET", "/", { headers: cookie === "" ? {} : { cookie } }));
    for (const line of [headers["set-cookie"] ?? []].flat()) cookie = line.split(";")[0]!;
  };
  await go({ user: "bob" });
  const reasons: string[] = [];
  const token = cookie.slice("session=".length);
  const context = { now, limits: settings.limits, emit: () => {}, cookieName: "session" };
  const read = await store.read(token, context);
  assert.ok("record" in read);
  const session: WatchedSession = {
    token,
    binding: read.binding ?? token,
    handle: read.handle,
    subject: "bob",
    cookieName: "session",
  };
  const watch = (every = 30) => {
    const stop = watchSession(settings, session, every, (reason) => void reasons.push(reason));
    t.after(stop);
    return stop;
  };
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      now += 1000;
      t.mock.timers.tick(1000);
      await settled();
    }
  };
  return { go, watch, reasons, pass, session, all: { ...all, store } };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

const ENDS: ReadonlyArray<
  readonly [what: string, end: (visitor: Awaited<ReturnType<typeof watched>>) => unknown, reason: string]
> = [
  ["a sign-out", ({ go }) => go(null), "unknown"],
  ["taking the user away", ({ go }) => go({}), "recreated"],
  ["another user's sign-in", ({ go }) => go({ user: "eve" }), "recreated"],
  ["recreate", ({ go }) => go(recreate({ user: "bob" })), "recreated"],
  ["endSession", ({ all, session }) => endSession(all.store, "bob", session.handle!, all), "unknown"],
  ["endSessions", ({ all }) => endSessions(all.store, "bob", { now: all.now }), "unknown"],
];

for (const [what, end, reason] of ENDS) {
  test(`${what} in this process is told at once, and once`, async (t) => {
    const visitor = await watched(t, memoryStore());
    visitor.watch();
    await visitor.pass(3);
    assert.deepEqual(visitor.reasons, []);
    await end(visitor);
    await settled();
    assert.deepEqual(visitor.reasons, [reason]);
    await visitor.pass(100);
    assert.deepEqual(visitor.reasons, [reason]);
  });
}

test("a sign-in beyond maxPerSubject tells the session that gave way", async (t) => {
  const visitor = await watched(t, memoryStore({ maxPerSubject: 1 }));
  visitor.watch();
  const app = wrapSession<AnySession>(visitor.all)(() => ({
    status: 200,
    headers: {},
    body: null,
    session: { user: "bob" },
  }));
  await app(requestMap());
  await settled();
  assert.deepEqual(visitor.reasons, ["unknown"]);
});

test("a change of another key, or of another session, tells nothing and looks at nothing", async (t) => {
  const { store, calls } = counting(memoryStore());
  const visitor = await watched(t, store);
  visitor.watch();
  await visitor.go({ user: "bob", n: 1 });
  const other = await watched(t, store);
  calls.length = 0;
  await other.go(null);
  await settled();
  assert.deepEqual(visitor.reasons, []);
  assert.deepEqual(calls, ["read", "delete"]);
});

test("what another process ended is told within the interval", async (t) => {
  const file = join(tmpdir(), `watch-${process.pid}.db`);
  t.after(() => rmSync(file, { force: true }));
  const [here, there] = [sqliteStore(new DatabaseSync(file)), sqliteStore(new DatabaseSync(file))];
  const visitor = await watched(t, here);
  visitor.watch(10);
  await visitor.go(null, there);
  await visitor.pass(9);
  assert.deepEqual(visitor.reasons, []);
  await visitor.pass(1);
  assert.deepEqual(visitor.reasons, ["unknown"]);
});

test("time is told, and looking is no use: the idle clock runs on", async (t) => {
  const visitor = await watched(t, memoryStore(), { timeout: 100, refresh: 0 });
  visitor.watch(5);
  await visitor.pass(99);
  assert.deepEqual(visitor.reasons, []);
  await visitor.pass(6);
  assert.deepEqual(visitor.reasons, ["expired-idle"]);
});

test("a request of the visitor's keeps it", async (t) => {
  const visitor = await watched(t, memoryStore(), { timeout: 100, refresh: 0 });
  visitor.watch(5);
  await visitor.pass(90);
  await visitor.go(undefined);
  await visitor.pass(90);
  assert.deepEqual(visitor.reasons, []);
});

test("ten who watch one session cost one reading; the last who goes ends it, and the timer", async (t) => {
  const { store, calls } = counting(memoryStore());
  const visitor = await watched(t, store);
  const stops = Array.from({ length: 10 }, () => visitor.watch(5));
  calls.length = 0;
  await visitor.pass(5);
  assert.deepEqual(calls, ["read"]);
  for (const stop of stops) stop();
  stops[0]!();
  await visitor.pass(60);
  assert.deepEqual(calls, ["read"]);
  await visitor.go(null);
  await settled();
  assert.deepEqual(visitor.reasons, []);
});

test("a thousand are not looked at at the same time", async (t) => {
  let running = 0;
  let most = 0;
  const record = newRecord(
    { data: new Map(), slots: new Map(), subject: undefined, authenticatedAt: undefined, persist: undefined },
    START,
  );
  const store: Store = {
    ...memoryStore(),
    async read() {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return { record, restarted: false };
    },
  };
  t.mock.timers.enable({ apis: ["setInterval"] });
  const settings = settingsOf<AnySession>({ store }, () => store);
  const stops = Array.from({ length: 1000 }, (_, n) =>
    watchSession(
      settings,
      { token: `${n}`, binding: `${n}`, handle: undefined, subject: undefined, cookieName: "session" },
      1,
      () => {},
    ),
  );
  t.mock.timers.tick(1000);
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  assert.ok(most > 0 && most <= 16, `${most}`);
  for (const stop of stops) stop();
});

test("a store that is away ends nobody, and is asked again", async (t) => {
  const store = memoryStore();
  let away = false;
  const visitor = await watched(t, {
    ...store,
    read: (...call) => {
      if (away) throw new Error("away");
      return store.read(...call);
    },
  });
  visitor.watch(5);
  away = true;
  await visitor.pass(20);
  assert.deepEqual(visitor.reasons, []);
  away = false;
  await visitor.go(null);
  await visitor.pass(5);
  assert.deepEqual(visitor.reasons, ["unknown"]);
});

test("one that ended between the answer and the watch is told", async (t) => {
  const visitor = await watched(t, memoryStore());
  const settings = settingsOf<AnySession>(visitor.all, () => visitor.all.store);
  await visitor.go(null);
  const told: string[] = [];
  t.after(watchSession(settings, visitor.session, 30, (reason) => void told.push(reason), 0));
  await settled();
  assert.deepEqual(told, ["unknown"]);
});

test("over cookieStore with revocation a sign-out by any copy is told at once", async (t) => {
  const store = cookieStore({ keys: randomBytes(32), revocation: memoryRevocations() });
  const visitor = await watched(t, store);
  visitor.watch();
  await visitor.go({ user: "bob", n: 1 }); // the token is another one by that
  await settled();
  assert.deepEqual(visitor.reasons, []);
  await visitor.go(null);
  await settled();
  assert.deepEqual(visitor.reasons, ["revoked"]);
});
