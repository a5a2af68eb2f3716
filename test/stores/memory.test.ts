import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_CHANGES } from "../../src/session/change.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Draft } from "../../src/session/record.ts";
import type { StoreContext } from "../../src/session/store.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { LIMITS } from "../../src/testing/contract/bench.ts";

const draft: Draft = {
  data: new Map(),
  slots: new Map(),
  subject: undefined,
  authenticatedAt: undefined,
  persist: undefined,
};

function open(max?: number) {
  const store = memoryStore(max === undefined ? {} : { max });
  const events: SessionEvent[] = [];
  const context = {
    now: 0,
    limits: LIMITS,
    emit: (event: SessionEvent) => void events.push(event),
    cookieName: "session",
  };
  const create = (subject?: string) => store.create({ ...draft, subject }, context as StoreContext) as string;
  const isLive = (token: string) => "record" in (store.read(token, context as StoreContext) as object);
  return { store, events, context, create, isLive };
}

test("at the bound a session without a subject goes first, the least recently used of them, with an event", () => {
  const { create, isLive, events } = open(4);
  const bob = create("bob");
  const [a, b, c] = [create(), create(), create()];
  isLive(a!); // used again, so b is now the oldest
  const d = create();
  assert.deepEqual(events, [{ type: "session.evicted", signedIn: false }]);
  assert.deepEqual(
    [bob, a, b, c, d].map((token) => isLive(token!)),
    [true, true, false, true, true],
  );
});

test("a flood of visitors signs nobody out", () => {
  const { create, isLive, events } = open(100);
  const signedIn = Array.from({ length: 60 }, (_, i) => create(`user${i}`));
  for (let i = 0; i < 10_000; i++) create();
  assert.ok(signedIn.every(isLive));
  assert.equal(events.length, 10_000 - 40);
});

test("where everybody is signed in, the least recently used goes, and the event says that he was", () => {
  const { create, isLive, events } = open(3);
  const [a, b, c] = [create("a"), create("b"), create("c")];
  isLive(a!);
  const d = create("d");
  assert.deepEqual(
    [a, b, c, d].map((token) => isLive(token!)),
    [true, false, true, true],
  );
  assert.deepEqual(events, [{ type: "session.evicted", signedIn: true }]);
});

test("a visitor who signs in is out of the flood's way, and one who signs out is in it", () => {
  const { store, context, create, isLive } = open(3);
  const move = (token: string, subject: string | undefined) => {
    const read = store.read(token, context as StoreContext) as { record: Parameters<typeof store.update>[1]["base"] };
    const rotation = { subject, persist: undefined, restart: true, authenticated: true };
    const change = {
      base: read.record,
      set: new Map(),
      unset: new Set<string>(),
      slots: new Map(),
      fill: NO_CHANGES,
      serial: false,
      rotation,
    };
    return (store.update(token, change, context as StoreContext) as { token: string }).token;
  };
  const visitor = move(create(), "bob");
  const leaver = move(create("alice"), undefined);
  for (let i = 0; i < 10; i++) create();
  assert.deepEqual([isLive(visitor), isLive(leaver)], [true, false]);
});

test("expired sessions are collected by later operations, a few at a time, and make room before anybody is evicted", () => {
  const { create, context, events } = open(1000);
  for (let i = 0; i < 1000; i++) create(`user${i}`);
  context.now = (LIMITS.timeout + LIMITS.refresh + 120) * 1000;
  for (let i = 0; i < 3000; i++) create("late");
  const evictedBeforeCollected = events.length;
  assert.ok(
    evictedBeforeCollected >= 2000 && evictedBeforeCollected <= 2010,
    `${evictedBeforeCollected} evictions: only what the bound demands`,
  );
});

test("a session that is used is not collected, whatever minute it was filed under", () => {
  const { create, context, isLive } = open();
  const busy = create();
  const idle = Array.from({ length: 50 }, () => create());
  for (let minute = 1; minute <= 300; minute++) {
    context.now = minute * 60_000;
    assert.ok(isLive(busy), `minute ${minute}`);
  }
  assert.ok(idle.every((token) => !isLive(token)));
});

test("a long pause and a clock that jumps cost no more than the sessions that are there", () => {
  const { create, context, isLive } = open();
  for (let i = 0; i < 100; i++) create();
  context.now = Date.UTC(2026, 0, 1);
  const fresh = create();
  for (let i = 0; i < 200; i++) assert.ok(isLive(fresh));
});

test("stacks with different limits may share a store: the short ones collect nobody else's sessions", () => {
  const { store, create, context } = open();
  const long = { ...context, limits: { ...LIMITS, timeout: 7200 } };
  const token = store.create(draft, long) as string;
  context.now = long.now = 4_000_000;
  for (let i = 0; i < 100; i++) create();
  assert.ok("record" in (store.read(token, long) as object));
});

test("a bound that is none throws when the store is made, and says what would do", () => {
  for (const max of [0, -1, 1.5, Number.NaN, 20_000_000, "10" as unknown as number]) {
    assert.throws(() => memoryStore({ max }), { code: "ERR_OPTION", option: "max" });
  }
});
