import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import session from "express-session";
import { parseToken } from "../../src/crypto/ids.ts";
import { type Change, NO_CHANGES } from "../../src/session/change.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Draft, SessionRecord } from "../../src/session/record.ts";
import type { Store, StoreContext } from "../../src/session/store.ts";
import { connectStore } from "../../src/stores/connect.ts";
import type { CallbackStore } from "../../src/stores/connect-host.ts";
import { makeTurns } from "../../src/stores/turns.ts";
import { fields, LIMITS } from "../../src/testing/contract/bench.ts";
import { barriers, everyOrder, inOrder } from "../support/barriers.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, sessionCookie } from "../support/visitor.ts";

const draft: Draft = { data: fields({ n: 0 }), slots: new Map(), subject: "bob", ...nothing() };

function nothing() {
  return { authenticatedAt: undefined, persist: undefined };
}

function open(hostOf: (kept: CallbackStore) => Partial<CallbackStore> = () => ({})) {
  const kept: CallbackStore = new session.MemoryStore();
  const host: CallbackStore = {
    get: (...call) => kept.get(...call),
    set: (...call) => kept.set(...call),
    destroy: (...call) => kept.destroy(...call),
    ...hostOf(kept),
  };
  const events: SessionEvent[] = [];
  const clock = { now: Date.UTC(2026, 0, 1) };
  const context = (): StoreContext => ({
    ...{ now: clock.now, limits: LIMITS, emit: (event) => void events.push(event), cookieName: "session" },
  });
  const store = connectStore(host, { processes: "one" });
  return { store, host, kept, events, clock, context };
}

function setting(base: SessionRecord, data: Record<string, unknown>): Change {
  return { base, ...NO_CHANGES, set: fields(data), fill: NO_CHANGES, slots: new Map(), serial: false, ...rotation() };
}

function rotation() {
  return { rotation: undefined };
}

async function live(store: Store, token: string, context: StoreContext): Promise<SessionRecord> {
  const read = await store.read(token, context);
  assert.ok("record" in read);
  return read.record;
}

/** Until what is due in this process has run: microtasks and immediates, no time. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

test("what is no such store, and what cannot be an option, throws when the store is made", () => {
  for (const host of [undefined, null, {}, { get() {}, set() {} }, "redis"])
    assert.throws(() => connectStore(host as never), { code: "ERR_OPTION", option: "store" });
  const host = new session.MemoryStore();
  for (const [option, value] of [
    ["processes", "two"],
    ["callTimeout", 0],
    ["callTimeout", "2"],
    ["callTimeout", 601],
    ["ttl", 1],
  ] as const)
    assert.throws(() => connectStore(host, { [option]: value }), { code: "ERR_OPTION", option });
});

test("it declares what several processes lack, unless it is told that there is one; it is remote and has no lists", () => {
  const store = connectStore(new session.MemoryStore());
  assert.deepEqual(Object.keys(store.lacks!), ["G1", "G2", "G3", "G4"]);
  assert.equal(connectStore(new session.MemoryStore(), { processes: "one" }).lacks, undefined);
  assert.equal(store.remote, true);
  assert.deepEqual([store.list, store.end, store.deleteAll, store.adopt], [undefined, undefined, undefined, undefined]);
});

test("the record is under the key, and holds no token and no secret", async () => {
  const { store, kept, context } = open();
  const token = await store.create(draft, context());
  const { key } = parseToken(token)!;
  const record = await new Promise((resolve) => kept.get(key, (_, found) => resolve(found)));
  assert.ok(record);
  assert.equal(JSON.stringify(record).includes(token.slice(22)), false);
});

test("a host that errs, throws or rejects rejects; one that answers twice, or also returns a promise, does no harm", async () => {
  const bad = new Error("no");
  const failing: Record<string, Partial<CallbackStore>> = {
    callback: { get: (_, done) => done(bad) },
    text: { get: (_, done) => done("no") },
    throws: {
      get() {
        throw bad;
      },
    },
    rejects: { get: async () => Promise.reject(bad) },
  };
  for (const [how, host] of Object.entries(failing)) {
    const { store, context } = open(() => host);
    await assert.rejects(async () => store.read(await store.create(draft, context()), context()), /no|failed/, how);
  }
  const { store, context } = open((kept) => ({
    get: (sid, done) =>
      kept.get(sid, (...answer) => {
        done(...answer);
        done(bad);
        done(null, { ringlight: "junk" });
      }),
    set: (sid, record, done) => {
      kept.set(sid, record, () => {});
      done();
      done(bad);
      throw bad;
    },
  }));
  const token = await store.create(draft, context());
  assert.equal((await live(store, token, context())).subject, "bob");
});

test("junk under a session's key is no session, with an event, and is not written over by its token", async () => {
  const hostile = new Proxy({}, { get: () => assert.fail("a getter that throws") });
  const waitedFor = {};
  Reflect.set(waitedFor, "then", () => assert.fail("waited for"));
  for (const junk of [{}, { ringlight: 1 }, { ringlight: "{" }, { cookie: {} }, "text", 7, true, hostile, waitedFor]) {
    let given: unknown;
    const { store, context, events } = open((kept) => ({
      get: (sid, done) => (given === undefined ? kept.get(sid, done) : done(null, given)),
    }));
    const token = await store.create(draft, context());
    const base = await live(store, token, context());
    given = junk;
    assert.deepEqual(await store.read(token, context()), { refused: "unknown" });
    assert.deepEqual(events, [{ type: "store.unreadable" }]);
    assert.deepEqual(await store.update(token, setting(base, { n: 1 }), context()), { gone: "unknown" });
    assert.equal(await store.delete(token, context()), false);
  }
});

test("none is null, undefined, false, or a file that is not there", async () => {
  const answers: Array<Parameters<Parameters<CallbackStore["get"]>[1]>> = [
    [],
    [null, null],
    [null, false],
    [Object.assign(new Error("no file"), { code: "ENOENT" })],
  ];
  for (const answer of answers) {
    const { store, context, events } = open(() => ({ get: (_, done) => done(...answer) }));
    const token = await store.create(draft, context());
    assert.deepEqual(await store.read(token, context()), { refused: "unknown" });
    assert.deepEqual(events, []);
  }
});

/** A host whose calls wait until the test answers them. */
function slow(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const waiting: Array<{ what: string; answer: () => void }> = [];
  let holds: readonly string[] = [];
  const opened = open((kept) => {
    const later = (what: string, begin: () => void) =>
      holds.includes(what) ? void waiting.push({ what, answer: begin }) : begin();
    return {
      get: (sid, done) => later("get", () => kept.get(sid, done)),
      set: (sid, record, done) => later("set", () => kept.set(sid, record, done)),
      destroy: (sid, done) => later("destroy", () => kept.destroy(sid, done)),
    };
  });
  return {
    ...opened,
    hold: (...what: string[]) => {
      holds = what;
    },
    waiting,
    pass: async (seconds: number) => {
      await settle();
      t.mock.timers.tick(seconds * 1000);
      await settle();
    },
  };
}

test("a get that hangs is given up: nothing is written after it, and the next one has its turn", async (t) => {
  const { store, context, hold, waiting, pass } = slow(t);
  const token = await store.create(draft, context());
  const base = await live(store, token, context());
  hold("get");
  const first = assert.rejects(async () => store.update(token, setting(base, { a: 1 }), context()), {
    code: "ERR_STORE_TIMEOUT",
  });
  await pass(2);
  await first;
  hold();
  await store.update(token, setting(base, { b: 2 }), context());
  waiting[0]!.answer(); // too late
  await settle();
  assert.deepEqual((await live(store, token, context())).data, fields({ n: 0, b: 2 }));
});

test("a set that hangs closes the session to changes until it answers: no change is lost in silence", async (t) => {
  const { store, context, hold, waiting, pass } = slow(t);
  const token = await store.create(draft, context());
  const base = await live(store, token, context());
  hold("set");
  const first = assert.rejects(async () => store.update(token, setting(base, { a: 1 }), context()), {
    code: "ERR_STORE_TIMEOUT",
  });
  await settle();
  const inLine = assert.rejects(async () => store.update(token, setting(base, { b: 2 }), context()), {
    code: /ERR_STORE_(TIMEOUT|UNAVAILABLE)/,
  });
  await pass(2);
  await Promise.all([first, inLine]);
  hold();
  for (const change of [
    async () => store.update(token, setting(base, { c: 3 }), context()),
    async () => store.delete(token, context()),
  ])
    await assert.rejects(change, { code: "ERR_STORE_UNAVAILABLE", status: 503 });
  assert.deepEqual((await live(store, token, context())).data, base.data, "it can be read");
  const other = await store.create(draft, context());
  await store.update(other, setting(await live(store, other, context()), { a: 1 }), context()); // others are not affected
  waiting[0]!.answer();
  await settle();
  await store.update(token, setting(base, { d: 4 }), context());
  assert.deepEqual((await live(store, token, context())).data, fields({ n: 0, a: 1, d: 4 }));
});

test("a log-out that hangs closes the session too, at most until its time is over", async (t) => {
  const { store, context, clock, hold, pass } = slow(t);
  const token = await store.create(draft, context());
  const base = await live(store, token, context());
  hold("destroy");
  const ending = assert.rejects(async () => store.delete(token, context()), { code: "ERR_STORE_TIMEOUT" });
  await pass(2);
  await ending;
  const late = async () => store.update(token, setting(base, { n: 1 }), context());
  await assert.rejects(late, { code: "ERR_STORE_UNAVAILABLE" });
  clock.now += (LIMITS.timeout + LIMITS.refresh + 60) * 1000;
  assert.deepEqual(await late(), { gone: "expired-idle" });
});

test("who waits for his turn longer than a call may take is told, and never has it", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const turns = makeTurns();
  const held = Promise.withResolvers<void>();
  const ran: string[] = [];
  const first = turns.take("k", 0, 2, async () => held.promise);
  const second = assert.rejects(
    turns.take("k", 0, 2, async () => void ran.push("second")),
    {
      code: "ERR_STORE_TIMEOUT",
    },
  );
  const third = turns.take("k", 0, 3, async () => void ran.push("third"));
  t.mock.timers.tick(2000);
  await second;
  held.resolve();
  await Promise.all([first, third]);
  assert.deepEqual(ran, ["third"]);
  assert.equal(turns.size, 0);
});

test("who waits when a key is closed is told at once; a write that answers after its time takes nobody's turn away", async () => {
  const turns = makeTurns();
  const write = Promise.withResolvers<void>();
  const first = turns.take("k", 0, 60, async ({ holdFor }) => {
    holdFor(write.promise, 10);
    await settle();
    throw new Error("given up");
  });
  const waiting = assert.rejects(
    turns.take("k", 0, 60, async () => assert.fail("ran")),
    {
      code: "ERR_STORE_UNAVAILABLE",
    },
  );
  await assert.rejects(first, /given up/);
  await waiting;
  await assert.rejects(
    turns.take("k", 9, 60, async () => assert.fail("ran")),
    { code: "ERR_STORE_UNAVAILABLE" },
  );
  const held = Promise.withResolvers<void>();
  const ran: string[] = [];
  const next = turns.take("k", 10, 60, async () => {
    await held.promise;
    ran.push("next");
  });
  write.resolve();
  await settle();
  const last = turns.take("k", 10, 60, async () => void ran.push("last"));
  await settle();
  assert.deepEqual(ran, []);
  held.resolve();
  await Promise.all([next, last]);
  assert.deepEqual([ran, turns.size], [["next", "last"], 0]);
});

test("turns are taken in order, one at a time, whether or not an operation fails; no key is left behind", async () => {
  const turns = makeTurns();
  const order: number[] = [];
  let inside = 0;
  const operation = (i: number) => async () => {
    assert.equal(++inside, 1);
    await settle();
    order.push(i);
    inside--;
    if (i % 3 === 0) throw new Error("failed");
  };
  await Promise.allSettled(Array.from({ length: 10 }, (_, i) => turns.take("k", 0, 60, operation(i))));
  assert.deepEqual(order, [...Array(10).keys()]);
  await turns.take("k", 0, 60, async ({ holdFor }) => holdFor(Promise.reject(new Error("failed")), 9)).catch(() => {});
  await settle();
  assert.equal(turns.size, 0);
});

test("two stores over one host take turns with each other", async () => {
  const { store, host, context } = open();
  const other = connectStore(host);
  const token = await store.create(draft, context());
  const base = await live(store, token, context());
  const keys = Array.from({ length: 20 }, (_, i) => ({ [`k${i}`]: i }));
  await Promise.all(keys.map((data, i) => [store, other][i % 2]!.update(token, setting(base, data), context())));
  assert.equal((await live(store, token, context())).data.size, 21);
});

test("readings of one session do not wait for each other", async () => {
  let running = 0;
  let most = 0;
  const { store, context } = open((kept) => ({
    get(sid, done) {
      most = Math.max(most, ++running);
      kept.get(sid, (...answer) => {
        running--;
        done(...answer);
      });
    },
  }));
  const token = await store.create(draft, context());
  await Promise.all(Array.from({ length: 10 }, () => live(store, token, context())));
  assert.equal(most, 10);
});

test("under wrapSession: two writers of different keys, in every order, are both kept", async (t) => {
  for (const order of everyOrder("/a", "/b")) {
    const { url, points } = await racing(t);
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    await inOrder(order, points, (path) => request(url + path, "GET", { cookie }));
    assert.deepEqual(JSON.parse((await request(`${url}/show`, "GET", { cookie })).body), { user: "bob", a: 1, b: 1 });
  }
});

test("under wrapSession: a log-out amid two writers, in every order, stays", async (t) => {
  for (const order of everyOrder("/a", "/b", "/out")) {
    const { url, points } = await racing(t);
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    await inOrder(order, points, (path) => request(url + path, "GET", { cookie }));
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, "{}");
  }
});

async function racing(t: TestContext) {
  const points = barriers();
  const pages: Pages = { ...commonPages };
  for (const [path, next] of [
    ["/a", (old: object) => ({ ...old, a: 1 })],
    ["/b", (old: object) => ({ ...old, b: 1 })],
    ["/out", () => null],
  ] as const)
    pages[path] = async ({ session: read }) => {
      await points.hold(path);
      return { session: next(read) };
    };
  return { points, ...(await site(t, pages, { store: connectStore(new session.MemoryStore()) })) };
}
