import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { type Change, NO_CHANGES } from "../../src/session/change.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Draft } from "../../src/session/record.ts";
import type { ReadResult, StoreContext, UpdateResult } from "../../src/session/store.ts";
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

// What is kept

test("neither the token nor its secret is kept, whatever the store keeps them in", (t) => {
  const kept: unknown[] = [];
  for (const keeper of [Map, Set] as const) {
    const method = keeper === Map ? "set" : "add";
    const original = keeper.prototype[method as never] as (...values: unknown[]) => unknown;
    t.mock.method(
      keeper.prototype,
      method as never,
      function (this: unknown, ...values: unknown[]) {
        kept.push(values);
        return original.apply(this, values);
      } as never,
    );
  }
  const { create } = open();
  const token = create("bob");
  t.mock.restoreAll();
  const text = inspect(kept, { depth: 20, maxStringLength: null });
  const octets = Buffer.from(token, "base64url");
  assert.ok(text.includes(octets.toString("base64url", 0, 16)), "the key is there, so these are what it keeps");
  for (const secret of [token, token.slice(22), octets.toString("base64url", 16), octets.toString("hex", 16)]) {
    assert.equal(text.includes(secret), false);
  }
});

/** `UNCHANGED` over the record that a token has now. */
function change(site: ReturnType<typeof open>, token: string, more: Partial<Change> = {}): Change {
  const { record } = site.store.read(token, site.context as StoreContext) as Extract<ReadResult, { record: object }>;
  return {
    base: record,
    set: new Map(),
    unset: new Set(),
    slots: new Map(),
    fill: NO_CHANGES,
    serial: false,
    rotation: undefined,
    ...more,
  };
}
function update(site: ReturnType<typeof open>, token: string, changed: Change): UpdateResult {
  return site.store.update(token, changed, site.context as StoreContext) as UpdateResult;
}
/** The session's token under another subject. */
function moveTo(site: ReturnType<typeof open>, token: string, subject: string | undefined): string {
  const rotation = { subject, persist: undefined, restart: true, authenticated: true };
  return (update(site, token, change(site, token, { rotation })) as { token: string }).token;
}
const refusedAs = (result: unknown) => (result as { refused?: string }).refused;

test("what a read or a conflict gives is a copy: changing it changes nothing that is kept", () => {
  const site = open();
  const token = site.create();
  const stale = change(site, token, { serial: true });
  update(site, token, change(site, token, { set: new Map([['"n"', "1"]]) }));
  const { conflict } = update(site, token, stale) as { conflict: Draft };
  assert.equal(conflict.data.get('"n"'), "1");
  (conflict.data as Map<string, string>).set('"n"', "2");
  (conflict.slots as Map<string, unknown>).set("flash", {});
  (change(site, token).base.data as Map<string, string>).set('"n"', "3");
  const { base } = change(site, token);
  assert.deepEqual([[...base.data], [...base.slots]], [[['"n"', "1"]], []]);
});

// Expiry

for (const [why, dies] of [
  ["expired-idle", (LIMITS.timeout + LIMITS.refresh) * 1000],
  ["expired-absolute", LIMITS.absolute * 1000],
] as const) {
  test(`a session that is ${why} is told so for a minute, and is unknown by the end of the next`, () => {
    for (const second of [0, 29_000, 59_000]) {
      const { store, create, context } = open();
      const turns = () => {
        for (let i = 0; i < 200; i++) store.read("no token", context as StoreContext);
      };
      context.now = second; // of the minute in which it will die
      const [token, other] = [create(), create()];
      const read = (which = token) => refusedAs(store.read(which, context as StoreContext));
      if (why === "expired-absolute") {
        for (; context.now < dies; context.now += 1_200_000)
          assert.deepEqual([read(), read(other)], [undefined, undefined]);
      }
      context.now = second + dies - 1;
      assert.equal(read(other), undefined);
      context.now = second + dies;
      assert.equal(read(), why);
      context.now += 59_999;
      turns();
      assert.equal(read(), why, `it died in the second ${second / 1000} of a minute`);
      context.now += 60_001;
      turns();
      assert.equal(read(), "unknown");
    }
  });
}

test("the limits in force for a session are those of its last use", () => {
  const { store, create, context } = open();
  const long = { ...context, limits: { ...LIMITS, timeout: 7200 } };
  const [used, changed, left] = [create(), create(), create()];
  store.read(used, long as StoreContext);
  const base = (store.read(changed, context as StoreContext) as { record: Change["base"] }).record;
  const unchanged = { base, set: new Map(), unset: new Set<string>(), slots: new Map(), fill: NO_CHANGES };
  store.update(changed, { ...unchanged, serial: false, rotation: undefined }, long as StoreContext);
  context.now = long.now = 4_000_000;
  for (let i = 0; i < 100; i++) create();
  assert.deepEqual(
    [used, changed, left].map((token) => refusedAs(store.read(token, long as StoreContext))),
    [undefined, undefined, "unknown"],
  );
});

test("a change under shorter limits is collected by them, not in the minute that the longer ones foresaw", () => {
  const site = open();
  const { store, context, create } = site;
  const long = { ...context, limits: { ...LIMITS, timeout: 7200 } };
  const token = store.create(draft, long as StoreContext) as string;
  update(site, token, change(site, token));
  context.now = long.now = (LIMITS.timeout + LIMITS.refresh + 120) * 1000;
  for (let i = 0; i < 100; i++) create();
  assert.equal(refusedAs(store.read(token, long as StoreContext)), "unknown");
});

// The bound

test("without a max a million sessions are kept, and the next one evicts", (t) => {
  const { create, events } = open();
  create();
  const { get } = Object.getOwnPropertyDescriptor(Map.prototype, "size")!;
  let more = 999_998;
  t.mock.getter(Map.prototype, "size", function (this: Map<unknown, unknown>) {
    return (get!.call(this) as number) + more; // as if so many others were there
  });
  create();
  assert.deepEqual(events, [], "the millionth");
  more = 999_998;
  create();
  t.mock.restoreAll();
  assert.deepEqual(events, [{ type: "session.evicted", signedIn: false }], "the one after");
});

// Adoption

const SEED = new Uint8Array(32).fill(7);
const seed = (n: number) => new Uint8Array(32).fill(n);
const UNTIL = 1e12;

function adopting() {
  const site = open();
  const adopt = (from = SEED, until = UNTIL, subject?: string) =>
    site.store.adopt!(from, { ...draft, subject }, until, site.context as StoreContext) as {
      token?: string;
      record?: Change["base"];
      refused?: string;
    };
  return { ...site, site, adopt };
}

test("adopted twice within the grace, it is one session; after the grace the old value is spent", () => {
  const { adopt, context, isLive, site } = adopting();
  const first = adopt();
  update(site, first.token!, change(site, first.token!, { set: new Map([['"n"', "1"]]) }));
  context.now = LIMITS.grace * 1000 - 1;
  const second = adopt();
  assert.deepEqual([second.token, second.record!.data.get('"n"')], [first.token, "1"]);
  context.now++;
  assert.equal(adopt().refused, "adopted");
  assert.ok(isLive(first.token!), "the session itself stays");
});

test("an adopted session that was ended, recreated or expired is not adopted again", () => {
  const ended = adopting();
  ended.store.delete(ended.adopt().token!, ended.context as StoreContext);
  assert.equal(ended.adopt().refused, "adopted");
  const recreated = adopting();
  moveTo(recreated.site, recreated.adopt().token!, "bob");
  assert.equal(recreated.adopt().refused, "adopted");
  const expired = adopting();
  expired.adopt();
  expired.context.now = 10 * LIMITS.absolute * 1000;
  for (let i = 0; i < 100; i++) expired.create();
  assert.equal(expired.adopt().refused, "adopted");
});

test("two seeds are two sessions, and a seed that shares only the key is no other one's session", () => {
  const { adopt } = adopting();
  const [a, b] = [adopt(seed(1)), adopt(seed(2))];
  assert.notEqual(a.token, b.token);
  const sameKey = seed(1);
  sameKey.set(seed(3).subarray(16), 16);
  assert.equal(adopt(sameKey).refused, "adopted");
});

test("that a value was adopted is known until its date and not longer", () => {
  const { adopt, store, context } = adopting();
  const all = Array.from({ length: 12 }, (_, i) => seed(i + 1));
  for (const each of all) store.delete(adopt(each, 1000).token!, context as StoreContext);
  context.now = 999;
  assert.deepEqual(
    all.map((each) => adopt(each, 2000).refused),
    all.map(() => "adopted"),
  );
  context.now = 1000;
  for (let i = 0; i < 3; i++) adopt(seed(100 + i)); // each forgets a few
  for (const each of all) assert.ok(adopt(each, 2000).record);
});

test("a session that outlives the date of its adoption is not written over", () => {
  const { adopt, context, isLive, site } = adopting();
  const { token } = adopt(SEED, 1000);
  update(site, token!, change(site, token!, { set: new Map([['"n"', "1"]]) }));
  context.now = LIMITS.grace * 1000;
  assert.equal(adopt(SEED, UNTIL).refused, "adopted");
  assert.ok(isLive(token!));
  assert.equal(change(site, token!).base.data.get('"n"'), "1");
});

test("an adopted session counts for the bound, and for its subject", () => {
  const { store, context, create, events, isLive } = open(2);
  const bob = create("bob");
  create();
  const { token } = store.adopt!(SEED, { ...draft, subject: "bob" }, UNTIL, context as StoreContext) as {
    token: string;
  };
  assert.deepEqual(events, [{ type: "session.evicted", signedIn: false }]);
  store.deleteAll!("bob", { but: bob }, context as StoreContext);
  assert.deepEqual([isLive(bob), isLive(token)], [true, false]);
});

// All of a subject's sessions

test("deleteAll ends a subject's sessions and nobody else's, and keeps the one it is told to", () => {
  const { store, context, create, isLive } = open();
  const [a, b, other, nobody] = [create("bob"), create("bob"), create("alice"), create()];
  assert.equal(store.deleteAll!("bob", { but: a }, context as StoreContext), a);
  assert.deepEqual([a, b, other, nobody].map(isLive), [true, false, true, true]);
  assert.equal(store.deleteAll!("bob", {}, context as StoreContext), undefined);
  assert.deepEqual([a, other, nobody].map(isLive), [false, true, true]);
});

test("what is to be kept must be the subject's, or nothing is kept; and live, under its right secret, or nobody is ended", () => {
  const spoiled = (token: string) => token.slice(0, 22) + (token[22] === "A" ? "B" : "A") + token.slice(23);
  for (const [but, survives] of [
    [(site: ReturnType<typeof open>) => site.create("alice"), false],
    [(site: ReturnType<typeof open>) => site.create(), false],
    [(site: ReturnType<typeof open>) => spoiled(site.create("bob")), true],
    [() => "no token", true],
    [() => "A".repeat(43), true],
  ] as const) {
    const site = open();
    const bob = site.create("bob");
    const kept = but(site);
    const before = site.isLive(kept);
    assert.equal(site.store.deleteAll!("bob", { but: kept }, site.context as StoreContext), undefined);
    assert.equal(site.isLive(bob), survives);
    assert.equal(site.isLive(kept), before, "another's is not ended either");
  }
});

test("a subject's sessions are known through sign-in, sign-out, switch, expiry, end and eviction", () => {
  const site = open(6);
  const { store, context, create, isLive } = site;
  const signedIn = moveTo(site, create(), "bob");
  const signedOut = moveTo(site, create("bob"), undefined);
  const switched = moveTo(site, create("bob"), "alice");
  const renewed = moveTo(site, create("bob"), "bob");
  const ended = create("bob");
  store.delete(ended, context as StoreContext);
  store.deleteAll!("bob", {}, context as StoreContext);
  assert.deepEqual([signedIn, signedOut, switched, renewed].map(isLive), [false, true, true, false]);
  store.deleteAll!("alice", {}, context as StoreContext);
  assert.deepEqual([signedOut, switched].map(isLive), [true, false]);
});

test("sessions that expired or were evicted are in no list of their subject: ending it ends only what is there", (t) => {
  for (const how of ["expired", "evicted"] as const) {
    const site = open(how === "evicted" ? 3 : 1000);
    const { store, context, create, isLive } = site;
    for (let i = 0; i < 3; i++) create("bob");
    if (how === "expired") context.now = 10 * LIMITS.absolute * 1000;
    const others = Array.from({ length: 3 }, () => create("alice")); // evict or collect the three
    const deleted = t.mock.method(Map.prototype, "delete");
    store.deleteAll!("bob", {}, context as StoreContext);
    assert.equal(deleted.mock.callCount(), 0, how);
    deleted.mock.restore();
    assert.ok(others.every(isLive));
  }
});
