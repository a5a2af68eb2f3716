import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import session from "express-session";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Store } from "../../src/session/store.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { type ToConnectStoreOptions, toConnectStore } from "../../src/stores/to-connect.ts";
import { barriers, describeOrder, everyOrder, inOrder } from "../support/barriers.ts";
import { done, type ExpressPage, expressSite } from "../support/express-site.ts";
import { redisModes } from "../support/redis-modes.ts";
import { noRedis } from "../support/redis-server.ts";
import { request, visitor } from "../support/visitor.ts";

const redis = redisModes(["single"]).single!;
const backings: Readonly<Record<string, (t: TestContext) => Store>> = {
  memoryStore: () => memoryStore(),
  sqliteStore(t) {
    const database = new DatabaseSync(":memory:");
    t.after(() => database.close());
    return sqliteStore(database);
  },
  redisStore: () => redis(),
};
const without = (name: string) => (name === "redisStore" && noRedis !== undefined ? { skip: noRedis } : {});

/** Writes of a store, counted: a reading that restarts no clock is none. */
function counted(store: Store) {
  const writes: string[] = [];
  const counting = (name: "create" | "update" | "delete" | "adopt") => ({
    [name]: (...call: unknown[]) => {
      writes.push(name);
      return (store[name] as (...call: unknown[]) => unknown)(...call);
    },
  });
  const names = ["create", "update", "delete", "adopt"] as const;
  return { writes, store: Object.assign({}, store, ...names.map(counting)) as Store };
}

interface Bench {
  readonly store: session.Store;
  readonly events: SessionEvent[];
  readonly clock: { now: number };
  readonly writes: string[];
}

function open(store: Store = memoryStore(), options: ToConnectStoreOptions = {}): Bench {
  const events: SessionEvent[] = [];
  const clock = { now: Date.UTC(2026, 0, 1) };
  const watched = counted(store);
  const bridge = toConnectStore(session.Store, watched.store, {
    now: () => clock.now,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return { store: bridge, events, clock, writes: watched.writes };
}

const pages: Readonly<Record<string, ExpressPage>> = {
  "/show": ({ session }) => ({ ...session, cookie: undefined }),
  "/id": ({ sessionID }) => sessionID,
  "/read": () => "nothing is touched",
  "/login": ({ session }, query) => {
    session.user = query || "bob";
  },
  "/set": ({ session }, query) => void Object.assign(session, JSON.parse(decodeURIComponent(query))),
  "/unset": ({ session }, query) => void delete session[query],
  "/logout": (request) => done((then) => request.session.destroy(then)),
  "/regenerate": async (request) => {
    await done((then) => request.session.regenerate(then));
    request.session.fresh = true;
  },
};

/** Pages that hold before they act, each under the name that follows the slash. */
function racing() {
  const points = barriers();
  const held = (path: string, act: ExpressPage): Record<string, ExpressPage> => ({
    async [path](request, query) {
      await points.hold(path);
      return act(request, query);
    },
  });
  return {
    points,
    pages: {
      ...pages,
      ...held("/a", ({ session }) => {
        session.a = 1;
      }),
      ...held("/b", ({ session }) => {
        session.b = 1;
      }),
      ...held("/reader", () => "read"),
      ...held("/out", pages["/logout"]!),
      ...held("/renew", pages["/regenerate"]!),
    },
  };
}

/** Runs the named requests in every order over a session of bob's, and hands each end to `look`. */
async function everyRace(
  t: TestContext,
  names: readonly string[],
  open: () => session.Store,
  options: Partial<session.SessionOptions>,
  look: (show: (cookie?: string) => Promise<Record<string, unknown>>, order: string) => Promise<void>,
): Promise<void> {
  for (const order of everyOrder(...names)) {
    const { points, pages } = racing();
    const { url } = await expressSite(t, pages, { store: open(), ...options });
    const bob = visitor(url);
    await bob.get("/login");
    const cookie = bob.cookie();
    await inOrder(order, points, (path) => request(url + path, "GET", { cookie }));
    await look(
      async () => JSON.parse((await request(`${url}/show`, "GET", { cookie })).body) as Record<string, unknown>,
      describeOrder(order),
    );
  }
}

for (const [name, backing] of Object.entries(backings)) {
  const how = without(name);
  for (const options of [{ resave: false }, { resave: true, rolling: true, saveUninitialized: true }]) {
    const title = `${name}, resave: ${options.resave}`;

    test(`${title}: T1, two writers of different keys, in every order: both are kept`, how, async (t) => {
      await everyRace(
        t,
        ["/a", "/b"],
        () => open(backing(t)).store,
        options,
        async (show, order) => {
          assert.deepEqual(await show(), { user: "bob", a: 1, b: 1 }, order);
        },
      );
    });

    test(
      `${title}: T2, a session destroyed amid a writer and a reader, in every order, stays destroyed`,
      how,
      async (t) => {
        await everyRace(
          t,
          ["/a", "/out", "/reader"],
          () => open(backing(t)).store,
          options,
          async (show, order) => {
            assert.deepEqual(await show(), {}, order);
          },
        );
      },
    );

    test(
      `${title}: T3, an id that was regenerated amid a writer and a reader, in every order, is dead`,
      how,
      async (t) => {
        await everyRace(
          t,
          ["/a", "/renew", "/reader"],
          () => open(backing(t)).store,
          options,
          async (show, order) => {
            assert.deepEqual(await show(), {}, order);
          },
        );
      },
    );

    test(`${title}: T4, a reader undoes no write, in every order`, how, async (t) => {
      await everyRace(
        t,
        ["/a", "/reader"],
        () => open(backing(t)).store,
        options,
        async (show, order) => {
          assert.deepEqual(await show(), { user: "bob", a: 1 }, order);
        },
      );
    });
  }
}

test("the same races over express-session's own store lose, so that they are races", async (t) => {
  const lost = { writes: 0, ends: 0 };
  const own = () => new session.MemoryStore();
  await everyRace(t, ["/a", "/b"], own, { resave: false }, async (show) => {
    const { a, b } = await show();
    if (a !== 1 || b !== 1) lost.writes++;
  });
  await everyRace(t, ["/a", "/out"], own, { resave: false }, async (show) => {
    if ((await show()).user === "bob") lost.ends++;
  });
  assert.ok(lost.writes > 0 && lost.ends > 0, JSON.stringify(lost));
});

test("resave with nothing changed writes nothing, and an empty session that is saved anyway is kept", async (t) => {
  const { store, writes, events } = open();
  const { url } = await expressSite(t, pages, { store, resave: true, saveUninitialized: true });
  const bob = visitor(url);
  const { body: id } = await bob.get("/id");
  for (let i = 0; i < 3; i++) assert.equal((await bob.get("/id")).body, id);
  await bob.get("/set?%7B%22n%22:1%7D");
  await bob.get("/set?%7B%22n%22:1%7D");
  assert.deepEqual(writes, ["adopt", "update"]);
  assert.deepEqual(events, [{ type: "session.created" }]);
});

test("without saveUninitialized a visitor who changes nothing costs no record and gets no cookie", async (t) => {
  const { store, writes } = open();
  const { url } = await expressSite(t, pages, { store });
  const bob = visitor(url);
  await bob.get("/show");
  assert.deepEqual([bob.cookie(), writes], ["", []]);
});

test("keys are set and deleted one by one, and values are what JSON makes of them", async (t) => {
  const { store } = open();
  const when = new Date(0);
  const { url } = await expressSite(
    t,
    {
      ...pages,
      "/odd": ({ session }) =>
        void Object.assign(session, { when, not: undefined, nan: Number.NaN, map: new Map(), list: [undefined, 1] }),
    },
    { store },
  );
  const bob = visitor(url);
  await bob.get("/odd");
  await bob.get("/set?%7B%22__proto%22:%7B%22a%22:%5B1%5D%7D,%22x%22:1%7D");
  await bob.get("/unset?x");
  assert.deepEqual(JSON.parse((await bob.get("/show")).body), {
    when: when.toISOString(),
    nan: null,
    map: {},
    list: [null, 1],
    __proto: { a: [1] },
  });
});

test("what JSON cannot write is the callback's error, and nothing is stored", async () => {
  const { store, writes } = open();
  const cycle: { cookie: object; self?: object } = { cookie: {} };
  cycle.self = cycle;
  for (const odd of [cycle, { cookie: {}, big: 1n }])
    await assert.rejects(
      done((then) => store.set("x", odd as never, then)),
      TypeError,
    );
  assert.deepEqual(writes, []);
});

test("a session under a cookie without maxAge lives by timeout and absolute, restarted at most once per refresh", async (t) => {
  const { store, clock, events, writes } = open(memoryStore(), { timeout: 1000, absolute: 3000, refresh: 10 });
  const { url } = await expressSite(t, pages, { store });
  const bob = visitor(url);
  await bob.get("/login");
  const alive = async () => JSON.parse((await bob.get("/show")).body).user === "bob";
  for (const seconds of [1009, 1009, 900]) {
    clock.now += seconds * 1000;
    assert.ok(await alive());
  }
  clock.now += 82_000;
  assert.ok(!(await alive()), "3000 s after it began");
  assert.deepEqual(events.at(-1), { type: "session.refused", reason: "expired-absolute" });
  assert.deepEqual(writes, ["adopt", "delete"], "what is over is not kept for longer limits than its own");
});

test("an idle session is dead at its time, and a writer in flight then brings nothing back", async (t) => {
  const { store, clock, events } = open(memoryStore(), { timeout: 1000, refresh: 0 });
  const { points, pages } = racing();
  const { url } = await expressSite(t, pages, { store });
  const bob = visitor(url);
  await bob.get("/login");
  const late = bob.get("/a");
  await points.held("/a");
  clock.now += 1000_000;
  points.release("/a");
  assert.equal((await late).status, 200);
  assert.deepEqual(events.at(-1), { type: "session.gone", reason: "expired-idle" });
  assert.equal((await bob.get("/show")).body, "{}");
});

for (const [name, backing] of Object.entries(backings)) {
  const how = without(name);

  test(
    `${name}: cookie.maxAge is the session's own idle limit, shorter or longer than timeout and absolute`,
    how,
    async (t) => {
      for (const maxAge of [60, 40 * 86_400]) {
        const { store, clock } = open(backing(t), { timeout: 1000, absolute: 50_000 });
        const { url } = await expressSite(t, pages, { store, cookie: { maxAge: maxAge * 1000 } });
        const bob = visitor(url);
        const { setCookies } = await bob.get("/login");
        assert.match(setCookies[0]!, /Expires=/);
        const cookie = bob.cookie();
        const user = async () => JSON.parse((await request(`${url}/show`, "GET", { cookie })).body).user;
        clock.now += (maxAge - 1) * 1000;
        assert.equal(await user(), "bob");
        if (maxAge < 50_000) clock.now += (maxAge - 1) * 1000;
        assert.equal(await user(), "bob", "touch restarts it");
        clock.now += maxAge * 1000 + 2000;
        assert.equal(await user(), undefined);
        assert.equal(await user(), undefined, "and a request that came with it does not revive it");
      }
    },
  );

  test(
    `${name}: a handler may give a session another maxAge; it holds at once, and does not revive an old one`,
    how,
    async (t) => {
      const { store, clock } = open(backing(t), { timeout: 1000 });
      const month = 30 * 86_400;
      const { url } = await expressSite(
        t,
        {
          ...pages,
          "/remember": ({ session }, query) => {
            session.cookie.maxAge = Number(query) * 1000;
          },
        },
        { store },
      );
      const enter = async () => {
        const bob = visitor(url);
        await bob.get("/login");
        const headers = { cookie: bob.cookie() };
        const get = async (path: string) => JSON.parse((await request(url + path, "GET", headers)).body)?.user;
        return get;
      };
      const [bob, late] = [await enter(), await enter()];
      clock.now += 900_000;
      await bob(`/remember?${month}`);
      clock.now += 1_000_000;
      await late(`/remember?${month}`);
      assert.deepEqual([await bob("/show"), await late("/show")], ["bob", undefined]);
      clock.now += (month - 2000) * 1000;
      assert.equal(await bob("/show"), "bob");
      await bob("/remember?5");
      clock.now += 6_000;
      assert.equal(await bob("/show"), undefined);
    },
  );
}

test("a longer limit that comes too late does not bring back a session that has expired meanwhile", async (t) => {
  const { store, clock, events } = open(memoryStore(), { timeout: 1000 });
  const points = barriers();
  const { url } = await expressSite(
    t,
    {
      ...pages,
      "/remember": async ({ session }) => {
        await points.hold("/remember");
        session.cookie.maxAge = 30 * 86_400_000;
      },
    },
    { store },
  );
  const bob = visitor(url);
  await bob.get("/login");
  const late = bob.get("/remember");
  await points.held("/remember");
  clock.now += 1_100_000;
  points.release("/remember");
  await late;
  assert.deepEqual(events.at(-1), { type: "session.gone", reason: "expired-idle" });
  assert.equal((await bob.get("/show")).body, "{}");
});

test("a handler that says the same maxAge at each request, some milliseconds off, writes nothing", async (t) => {
  const { store, writes } = open();
  const { url } = await expressSite(
    t,
    {
      ...pages,
      "/again": ({ session }) => {
        session.cookie.originalMaxAge = 99_998;
      },
    },
    { store, resave: true, cookie: { maxAge: 100_000 } },
  );
  const bob = visitor(url);
  await bob.get("/login");
  await bob.get("/again");
  assert.deepEqual(writes, ["adopt"]);
});

test("a local store is told a session's own limits last, by which it collects", async (t) => {
  const kept = memoryStore();
  const told: number[] = [];
  const { store } = open({
    ...kept,
    read(token, context) {
      told.push(context.limits.timeout);
      return kept.read(token, context);
    },
  });
  const { url } = await expressSite(t, pages, { store });
  const bob = visitor(url);
  await bob.get("/login");
  await bob.get("/show");
  assert.equal(told.length, 2);
  assert.equal(told.at(-1), 1800);
});

test("a maxAge of nothing, or an expires that has passed, ends the session", async (t) => {
  const { store, events } = open();
  const { url } = await expressSite(
    t,
    {
      ...pages,
      "/zero": ({ session }) => {
        session.cookie.maxAge = 0;
      },
      "/over": ({ session }) => {
        session.cookie.maxAge = -1;
        session.user = "alice";
      },
      "/past": ({ session }) => {
        session.cookie.expires = new Date(0);
      },
    },
    { store },
  );
  for (const path of ["/zero", "/past", "/over"]) {
    const bob = visitor(url);
    await bob.get("/login");
    const headers = { cookie: bob.cookie() };
    await request(url + path, "GET", headers);
    assert.deepEqual(events.at(-1), { type: "session.ended" });
    assert.equal((await request(`${url}/show`, "GET", headers)).body, "{}");
  }
});

test("express-session sees the cookie that it stored, and its expires counts from the last use", async (t) => {
  const { store, clock } = open();
  const { url } = await expressSite(
    t,
    {
      ...pages,
      "/cookie": ({ session }) => ({ ...JSON.parse(JSON.stringify(session.cookie)), left: session.cookie.maxAge }),
    },
    { store, cookie: { maxAge: 100_000, sameSite: "lax", path: "/" } },
  );
  const bob = visitor(url);
  await bob.get("/login");
  clock.now += 40_000;
  const { expires, left, originalMaxAge, ...cookie } = JSON.parse((await bob.get("/cookie")).body);
  assert.deepEqual(cookie, { httpOnly: true, path: "/", sameSite: "lax" });
  assert.ok(originalMaxAge <= 100_000 && originalMaxAge > 90_000, String(originalMaxAge)); // express-session counts by the real clock
  assert.ok(!Number.isNaN(Date.parse(expires)) && left <= 60_000 && left > 50_000, String(left));
});

test("rolling sends the cookie at each response and writes nothing", async (t) => {
  const { store, writes } = open();
  const { url } = await expressSite(t, pages, { store, rolling: true, cookie: { maxAge: 100_000 } });
  const bob = visitor(url);
  await bob.get("/login");
  for (let i = 0; i < 3; i++) assert.equal((await bob.get("/read")).setCookies.length, 1);
  assert.deepEqual(writes, ["adopt"]);
});

test("save may be called again and again; each sends what changed since, and reload takes what others did", async (t) => {
  const { store, writes } = open();
  const points = barriers();
  const { url } = await expressSite(
    t,
    {
      ...pages,
      "/steps": async (request) => {
        request.session.a = 1;
        await done((then) => request.session.save(then));
        await done((then) => request.session.save(then));
        request.session.b = 1;
        await done((then) => request.session.save(then));
        await points.hold("/steps");
        await done((then) => request.session.reload(then));
        const { user, a, b, c } = request.session;
        request.session.d = 1;
        return { user, a, b, c };
      },
    },
    { store },
  );
  const bob = visitor(url);
  await bob.get("/login");
  const steps = bob.get("/steps");
  await points.held("/steps");
  await bob.get("/set?%7B%22c%22:1,%22a%22:2%7D");
  points.release("/steps");
  assert.deepEqual(JSON.parse((await steps).body), { user: "bob", a: 2, b: 1, c: 1 });
  assert.deepEqual(JSON.parse((await bob.get("/show")).body), { user: "bob", a: 2, b: 1, c: 1, d: 1 });
  assert.equal(writes.length, 5);
});

test("reload of a session that was destroyed meanwhile is an error, as with other stores", async (t) => {
  const { store } = open();
  const points = barriers();
  const { url, errors } = await expressSite(
    t,
    {
      ...pages,
      "/reload": async (request) => {
        await points.hold("/reload");
        await done((then) => request.session.reload(then));
      },
    },
    { store },
  );
  const bob = visitor(url);
  await bob.get("/login");
  const reload = bob.get("/reload");
  await points.held("/reload");
  await bob.get("/logout");
  points.release("/reload");
  assert.equal((await reload).status, 500);
  assert.match(String(errors[0]), /failed to load session/);
});

test('unset: "destroy" ends the session of a request that takes it away; "keep" leaves it', async (t) => {
  for (const unset of ["destroy", "keep"] as const) {
    const { store } = open();
    const { url } = await expressSite(
      t,
      { ...pages, "/away": (request) => void Object.assign(request, { session: null }) },
      { store, unset },
    );
    const bob = visitor(url);
    await bob.get("/login");
    await bob.get("/away");
    assert.equal(JSON.parse((await bob.get("/show")).body).user, unset === "keep" ? "bob" : undefined);
  }
});

test("a session is created under the id that express-session draws, whatever it looks like; no id is in the store", async (t) => {
  const database = new DatabaseSync(":memory:");
  t.after(() => database.close());
  const { store } = open(sqliteStore(database));
  let drawn = 0;
  const genid = () => ["1", "ü✓", "x".repeat(1000), "../../etc/passwd", "__proto__"][drawn++]!;
  const { url } = await expressSite(t, pages, { store, genid });
  for (let i = 0; i < 5; i++) {
    const bob = visitor(url);
    await bob.get(`/login?bob${i}`);
    assert.equal(JSON.parse((await bob.get("/show")).body).user, `bob${i}`);
  }
  const rows = JSON.stringify(database.prepare("SELECT * FROM ringlight_sessions").all());
  assert.ok(!rows.includes("etc/passwd") && !rows.includes("xxxx"));
});

test("set after destroy stores nothing, with and without a reading, in another process too", async (t) => {
  const database = new DatabaseSync(":memory:");
  t.after(() => database.close());
  const [one, two] = [open(sqliteStore(database)), open(sqliteStore(database))];
  const bob = () => ({ cookie: { originalMaxAge: null }, user: "bob" }) as never;
  const get = (sid: string) =>
    new Promise((resolve, reject) => one.store.get(sid, (error, found) => (error ? reject(error) : resolve(found))));
  await done((then) => one.store.set("known", bob(), then));
  assert.equal(((await get("known")) as { user: string }).user, "bob");
  await done((then) => one.store.destroy("known", then));
  await done((then) => one.store.destroy("never saved", then));
  for (const [{ store, events }, sid] of [
    [one, "known"],
    [two, "known"],
    [one, "never saved"],
  ] as const) {
    await done((then) => store.set(sid, bob(), then));
    assert.equal(events.at(-1)?.type, "session.gone");
    assert.equal(await get(sid), undefined);
  }
});

test("set without a reading puts a session in the place of the one that is there: a key that is left out is gone", async () => {
  const { store, clock } = open();
  const cookie = { originalMaxAge: null };
  await done((then) => store.set("id", { cookie, user: "bob", n: 1 } as never, then));
  for (const seconds of [0, 600]) {
    clock.now += seconds * 1000;
    await done((then) => store.set("id", { cookie, n: 2 } as never, then));
    const found = await new Promise((resolve) => store.get("id", (_, session) => resolve(session)));
    assert.deepEqual({ ...(found as object), cookie: undefined }, { n: 2, cookie: undefined });
    await done((then) => store.set("id", { cookie, user: "bob", n: 1 } as never, then));
  }
});

test("what get gave may be changed and set again, and load works as express-session has it", async () => {
  const { store, writes } = open();
  await done((then) => store.set("id", { cookie: { originalMaxAge: null }, n: 1 } as never, then));
  const found = await new Promise<session.SessionData>((resolve) => store.get("id", (_, given) => resolve(given!)));
  const loaded = await new Promise<session.Session>((resolve) =>
    store.load("id", (_, given) => resolve(given as session.Session)),
  );
  await done((then) => store.set("id", Object.assign(found, { a: 1 }), then));
  await done((then) => Object.assign(loaded, { b: 1 }).save(then));
  const newest = await new Promise((resolve) => store.get("id", (_, given) => resolve(given)));
  assert.deepEqual({ ...(newest as object), cookie: 0 }, { n: 1, a: 1, b: 1, cookie: 0 });
  assert.deepEqual(writes, ["adopt", "update", "update"]);
});

test("two writers of one key: the later wins on that key alone, and an event says so", async (t) => {
  const { store, events } = open();
  const points = barriers();
  const { url } = await expressSite(
    t,
    {
      ...pages,
      "/slow": async ({ session }) => {
        await points.hold("/slow");
        session.n = "slow";
      },
    },
    { store },
  );
  const bob = visitor(url);
  await bob.get("/login");
  const slow = bob.get("/slow");
  await points.held("/slow");
  await bob.get("/set?%7B%22n%22:%22fast%22,%22m%22:1%7D");
  points.release("/slow");
  await slow;
  assert.deepEqual(JSON.parse((await bob.get("/show")).body), { user: "bob", n: "slow", m: 1 });
  assert.deepEqual(events.at(-1), { type: "session.overwritten", count: 1 });
});

/** A store behind a network: what it is asked takes place some turns of the event loop later, the earlier the later. */
function distant(store: Store): Store {
  let delay = 12;
  const later = (name: "read" | "update" | "delete" | "adopt") => ({
    async [name](...call: unknown[]) {
      delay = Math.max(0, delay - 3);
      for (let i = 0; i < delay; i++) await new Promise((resolve) => setImmediate(resolve));
      return (store[name] as (...call: unknown[]) => unknown)(...call);
    },
  });
  return Object.assign({}, store, { remote: true }, ...(["read", "update", "delete", "adopt"] as const).map(later));
}

test("what one request asks for takes place in the order in which it asked, though it does not wait", async (t) => {
  for (const first of [true, false]) {
    const { store } = open(distant(memoryStore()));
    const { url } = await expressSite(
      t,
      {
        ...pages,
        "/hasty": ({ session }) => {
          for (const n of [1, 2, 3]) {
            session.n = n;
            session.save();
          }
          session.m = 4;
        },
      },
      { store },
    );
    const bob = visitor(url);
    if (!first) await bob.get("/login");
    await bob.get("/hasty");
    const { n, m } = JSON.parse((await bob.get("/show")).body);
    assert.deepEqual([n, m], [3, 4]);
  }
});

test("a session that is destroyed while it is first saved is not there after", async (t) => {
  const { store, events } = open(distant(memoryStore()));
  let id = "";
  const { url } = await expressSite(
    t,
    {
      ...pages,
      "/both": async (request) => {
        id = request.sessionID;
        const saved = done((then) => request.session.save(then));
        await done((then) => request.session.destroy(then));
        await saved;
      },
    },
    { store },
  );
  await visitor(url).get("/both");
  const found = await new Promise((resolve) => store.get(id, (_, given) => resolve(given)));
  assert.equal(found, undefined, JSON.stringify(events));
});

test("of a remote store, a request that changes nothing asks once, and again only when the idle clock is due", async (t) => {
  const asked: string[] = [];
  const kept = memoryStore();
  const { store, clock } = open({
    ...kept,
    remote: true,
    read(...call) {
      asked.push("read");
      return kept.read(...call);
    },
  });
  const { url } = await expressSite(t, pages, { store });
  const bob = visitor(url);
  await bob.get("/login");
  for (const [seconds, reads] of [
    [0, 1],
    [59, 1],
    [1, 2],
    [0, 1],
  ] as const) {
    clock.now += seconds * 1000;
    asked.length = 0;
    await bob.get("/show");
    assert.equal(asked.length, reads);
  }
});

test("a store that fails, or answers outside the contract, is a 503 with a code, never an empty session", async (t) => {
  for (const read of [() => Promise.reject(new Error("away")), () => undefined, () => ({ record: {} })]) {
    const kept = memoryStore();
    let broken = false;
    const { store, events } = open({
      ...kept,
      read: (...call) => (broken ? (read() as never) : kept.read(...call)),
      delete: (...call) => (broken ? Promise.reject(new Error("away")) : kept.delete(...call)),
    });
    const { url, errors } = await expressSite(t, pages, { store });
    const bob = visitor(url);
    await bob.get("/login");
    broken = true;
    assert.equal((await bob.get("/show")).status, 503);
    assert.equal((errors[0] as { code?: string }).code, "ERR_STORE_UNAVAILABLE");
    assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" });
    await assert.rejects(
      done((then) => store.destroy("id", then)),
      { code: "ERR_STORE_UNAVAILABLE" },
    );
  }
});

test("a store whose adopt gives another token than the seed's cannot keep a session under an id", async (t) => {
  const kept = memoryStore();
  const { store } = open({
    ...kept,
    adopt: async (...call) => ({ ...(await kept.adopt!(...call)), token: "A".repeat(43) }),
  });
  const { url, errors } = await expressSite(t, pages, { store });
  await request(`${url}/login`);
  assert.equal((errors[0] as { code?: string }).code, "ERR_STORE_UNAVAILABLE");
});

test("callbacks are optional, and what one throws is not the store's", async () => {
  const { store, events } = open({ ...memoryStore(), delete: () => Promise.reject(new Error("away")) });
  store.set("id", { cookie: { originalMaxAge: null } } as never);
  store.destroy("id");
  store.touch!("other", { cookie: { originalMaxAge: null } } as never);
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(events, [{ type: "session.created" }, { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }]);
});

test("what cannot be throws when the store is made", () => {
  const { adopt: _, ...without } = memoryStore();
  for (const store of [undefined, {}, without, cookieStore({ keys: randomBytes(32) })])
    assert.throws(() => toConnectStore(session.Store, store as never), { code: "ERR_OPTION", option: "store" });
  for (const base of [undefined, session, {}, class {}])
    assert.throws(() => toConnectStore(base as never, memoryStore()), { code: "ERR_OPTION", option: "Store" });
  for (const [option, value] of [
    ["timeout", 0],
    ["absolute", 5],
    ["maxAge", 5],
    ["onEvent", 5],
    ["storeTimeout", 0],
  ] as const)
    assert.throws(() => toConnectStore(session.Store, memoryStore(), { [option]: value }), { option });
});
