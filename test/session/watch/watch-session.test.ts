import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { ringCookieReader } from "../../../src/readers/ring-cookie.ts";
import { noContent } from "../../../src/response.ts";
import { endSessions } from "../../../src/session/end-sessions.ts";
import { endSession } from "../../../src/session/list-sessions.ts";
import { recreate } from "../../../src/session/next.ts";
import { type SessionOptions, settingsOf } from "../../../src/session/options.ts";
import { watchSession } from "../../../src/session/watch/watch-session.ts";
import { type AnySession, wrapSession } from "../../../src/session/wrap-session.ts";
import { cookieStore } from "../../../src/stores/cookie.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { memoryRevocations } from "../../../src/stores/revocations.ts";
import { requestMap } from "../../support/request-map.ts";
import { sealRing } from "../../support/ring-cookie.ts";
import { START, settled, watched } from "../../support/watched-session.ts";
import { counting } from "../../support/watched-store.ts";

async function signInElsewhere(options: SessionOptions<AnySession>, session: unknown): Promise<void> {
  const answer = { status: 200, headers: {}, body: null, session: session as AnySession };
  await wrapSession<AnySession>(options)(() => answer)(requestMap());
}

const ENDS: ReadonlyArray<
  readonly [what: string, end: (visitor: Awaited<ReturnType<typeof watched>>) => unknown, reason: string]
> = [
  ["a sign-out", ({ go }) => go(null), "unknown"],
  ["taking the user away", ({ go }) => go({}), "recreated"],
  ["another user's sign-in", ({ go }) => go({ user: "eve" }), "recreated"],
  ["recreate", ({ go }) => go(recreate({ user: "bob" })), "recreated"],
  ["endSession", ({ all, session }) => endSession(all.store, "bob", session.handle!, all), "unknown"],
  [
    "endOthers on another device",
    ({ all }) => signInElsewhere(all, recreate({ user: "bob" }, { endOthers: true })),
    "unknown",
  ],
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
  await signInElsewhere(visitor.all, { user: "bob" });
  await settled();
  assert.deepEqual(visitor.reasons, ["unknown"]);
});

test("a session that is taken over from another application beyond maxPerSubject does so too", async (t) => {
  const visitor = await watched(t, memoryStore({ maxPerSubject: 1 }));
  visitor.watch();
  const key = "BuD3KgdAXhDHrJXu";
  const readers = [ringCookieReader({ key, until: new Date(START + 86_400_000) })];
  const cookie = `ring-session=${sealRing(key, '{:user "bob"}')}`;
  await wrapSession<AnySession>({ ...visitor.all, readers })(() => noContent())(
    requestMap("GET", "/", { headers: { cookie } }),
  );
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

test("time is told, and looking is no use: the idle clock runs on", async (t) => {
  const visitor = await watched(t, memoryStore(), { timeout: 100, refresh: 0 });
  visitor.watch(5);
  await visitor.pass(99);
  assert.deepEqual(visitor.reasons, []);
  await visitor.pass(6);
  assert.deepEqual(visitor.reasons, ["expired-idle"]);
});

test("the end of its life is told, whatever its visitor does", async (t) => {
  const visitor = await watched(t, memoryStore(), { timeout: 60, refresh: 0, absolute: 100 });
  visitor.watch(5);
  await visitor.pass(50);
  await visitor.go(undefined);
  await visitor.pass(49);
  assert.deepEqual(visitor.reasons, []);
  await visitor.pass(6);
  assert.deepEqual(visitor.reasons, ["expired-absolute"]);
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
