/** Replacing an application on express-session without signing anybody out: its sessions become sessions here, each once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RedisStore } from "connect-redis";
import session from "express-session";
import { newKey } from "../../src/crypto/keys.ts";
import { type ExpressSessionOptions, expressSessionReader } from "../../src/readers/express-session.ts";
import type { SessionReader } from "../../src/session/reader.ts";
import type { Store } from "../../src/session/store.ts";
import type { CallbackStore } from "../../src/stores/connect-host.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { redisStore } from "../../src/stores/redis.ts";
import { memoryRevocations } from "../../src/stores/revocations.ts";
import { barriers } from "../support/barriers.ts";
import { wholeFile } from "../support/ending.ts";
import { done } from "../support/express-site.ts";
import { oldExpress } from "../support/foreign-sessions.ts";
import { singleClients } from "../support/redis-clients.ts";
import { noRedis, redisServer } from "../support/redis-server.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, type Visit } from "../support/visitor.ts";

const file = wholeFile();
const server = noRedis ? undefined : await redisServer(file);
const client = async () => singleClients.redis!(file, server!);
let prefixes = 0;

const until = new Date(Date.UTC(2026, 0, 31));
const readerOver = (store: CallbackStore, more: Partial<ExpressSessionOptions> = {}) =>
  expressSessionReader({ secret: "secret", store, until, ...more });
const keyed = { keys: newKey() };
const removal = "connect.sid=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly";
const fresh = ({ setCookies }: Visit) => ({
  cookie: setCookies.find((line) => line.startsWith("session="))?.split(";")[0] ?? "",
});
const user = (visit: Visit) => (JSON.parse(visit.body) as { user?: string }).user;

/** Of the old application, and of this one; two of each where there can be two processes. */
interface Stores {
  readonly old: readonly [session.Store, session.Store];
  readonly own: readonly [Store, Store];
}
const twice = <T>(one: T): readonly [T, T] => [one, one];
const over: Record<string, { skip: string | false; open: () => Promise<Stores> }> = {
  memory: {
    skip: false,
    open: async () => ({ old: twice(new session.MemoryStore()), own: twice(memoryStore()) }),
  },
  redis: {
    skip: noRedis ?? false,
    async open() {
      const prefix = `test${prefixes++}:`;
      const old = async () => new RedisStore({ client: await client(), prefix: `${prefix}sess:` });
      const own = async () => redisStore(await client(), { prefix });
      return { old: [await old(), await old()], own: [await own(), await own()] };
    },
  },
  cookie: {
    skip: false,
    open: async () => ({ old: twice(new session.MemoryStore()), own: twice(cookieStore(keyed)) }),
  },
  "cookie with revocation": {
    skip: false,
    open: async () => ({
      old: twice(new session.MemoryStore()),
      own: twice(cookieStore({ ...keyed, revocation: memoryRevocations() })),
    }),
  },
};

for (const [name, { skip, open }] of Object.entries(over)) {
  const isServers = name === "memory" || name === "redis";

  test(`${name}: the old session is this one's from the first request on, and gone there`, { skip }, async (t) => {
    const { old, own } = await open();
    const before = await oldExpress(t, { store: old[0] });
    const { url, events } = await site(t, commonPages, { store: own[0], readers: [readerOver(old[0])] });
    const cookie = await before.signIn("bob");
    const first = await request(`${url}/show`, "GET", { cookie });
    assert.equal(first.body, '{"user":"bob","cart":[1,2]}');
    assert.deepEqual(first.setCookies.slice(-1), [removal]);
    assert.deepEqual(events, [{ type: "session.adopted" }]);
    assert.equal((await request(`${url}/show`, "GET", fresh(first))).body, first.body);
    assert.equal(await before.who(cookie), "null", "the old application is no longer signed in with it");
  });

  test(`${name}: a sign-out there while its session is being adopted is not undone`, { skip }, async (t) => {
    const { old, own } = await open();
    const before = await oldExpress(t, { store: old[0] });
    const points = barriers();
    let held = true;
    const slow: CallbackStore = {
      ...{ set: old[0].set.bind(old[0]), destroy: old[0].destroy.bind(old[0]) },
      get: (id, callback) =>
        old[0].get(id, async (error, found) => {
          if (held) {
            held = false;
            await points.hold("read");
          }
          callback(error, found);
        }),
    };
    const { url, events } = await site(t, commonPages, { store: own[0], readers: [readerOver(slow)] });
    const cookie = await before.signIn("bob");
    const adopting = request(`${url}/show`, "GET", { cookie });
    await points.held("read");
    await before.signOut(cookie);
    points.release("read");
    const visit = await adopting;
    assert.deepEqual([visit.body, visit.setCookies], ["{}", []]);
    assert.deepEqual(events, []);
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, "{}");
  });

  test(`${name}: one that ended or expired there is none here`, { skip }, async (t) => {
    const { old, own } = await open();
    const before = await oldExpress(t, { store: old[0], cookie: { maxAge: 60_000 } });
    const later = { now: () => Date.now() + 61_000, until: new Date(Date.now() + 86_400_000) };
    const reader = readerOver(old[0], { until: later.until });
    const { url } = await site(t, commonPages, { store: own[0], readers: [reader], now: later.now });
    const cookie = await before.signIn("bob");
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, "{}", "cookie.expires has passed");
    assert.equal(await before.who(cookie), '"bob"', "by the clock of here alone, and it was left alone");
    const { url: now } = await site(t, commonPages, { store: own[0], readers: [reader], now: Date.now });
    await before.signOut(cookie);
    assert.equal((await request(`${now}/show`, "GET", { cookie })).body, "{}");
  });

  test(`${name}: forged, truncated, of another secret or name, huge, or from until on: nothing`, {
    skip,
  }, async (t) => {
    const { old, own } = await open();
    const before = await oldExpress(t, { store: old[0] });
    const { url, clock } = await site(t, commonPages, { store: own[0], readers: [readerOver(old[0])] });
    const cookie = await before.signIn("bob");
    const [id, signature] = cookie.replace("connect.sid=s%3A", "").split(".");
    const other = await oldExpress(t, { store: old[0], secret: "other" });
    const wrong = [
      `connect.sid=s%3A${id}.${signature!.slice(0, -1)}`,
      `connect.sid=s%3A${id}.`,
      `connect.sid=s%3A${id}`,
      `connect.sid=${id}.${signature}`,
      `connect.sid=s%3A${id!.slice(1)}.${signature}`,
      `connect.sid=s%3A${id}.${signature}%3D`,
      `connect.sid=s%3A${id}%`,
      "connect.sid=s%3A.",
      "connect.sid=",
      `connect.sid=s%3A${"a".repeat(8000)}.${signature}`,
      cookie.replace("connect.sid", "connect.sid2"),
      await other.signIn("eve"),
    ];
    for (const each of wrong) {
      const visit = await request(`${url}/show`, "GET", { cookie: each });
      assert.deepEqual([visit.status, visit.body, visit.setCookies], [200, "{}", []], each.slice(0, 60));
    }
    clock.advance(30 * 86_400);
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, "{}", "from until on");
    assert.equal(await before.who(cookie), '"bob"');
  });

  test(`${name}: two first requests at once adopt one session, and who comes after sees it too`, {
    skip,
  }, async (t) => {
    const points = barriers();
    const pages: Pages = {
      ...commonPages,
      "/held": async ({ session: data, queryString }) => {
        await points.hold(queryString);
        return { body: JSON.stringify(data) };
      },
    };
    const { old, own } = await open();
    const before = await oldExpress(t, { store: old[0] });
    const { url } = await site(t, pages, { store: own[0], readers: [readerOver(old[0])] });
    const cookie = await before.signIn("bob");
    const both = ["a", "b"].map((who) => request(`${url}/held?${who}`, "GET", { cookie }));
    await Promise.all(["a", "b"].map(points.held));
    const third = await request(`${url}/show`, "GET", { cookie });
    for (const who of ["a", "b"]) points.release(who);
    const visits = [...(await Promise.all(both)), third];
    for (const visit of visits) assert.equal(visit.body, '{"user":"bob","cart":[1,2]}');
    if (isServers) assert.equal(new Set(visits.map((visit) => fresh(visit).cookie)).size, 1);
  });

  if (name !== "cookie")
    test(`${name}: the value is spent after a sign-out here, and after grace, though it were set there again`, {
      skip,
    }, async (t) => {
      const { old, own } = await open();
      const before = await oldExpress(t, { store: old[0] });
      const { url, clock } = await site(t, commonPages, { store: own[0], readers: [readerOver(old[0])] });
      for (const end of [true, false]) {
        const cookie = await before.signIn("bob");
        const id = decodeURIComponent(cookie).slice("connect.sid=s:".length).split(".")[0]!;
        const record = await new Promise<session.SessionData>((resolve) => old[0].get(id, (_, it) => resolve(it!)));
        const first = await request(`${url}/show`, "GET", { cookie });
        assert.equal(user(first), "bob");
        if (end) await request(`${url}/logout`, "GET", fresh(first));
        for (const seconds of [end ? 0 : 61, 86_400]) {
          clock.advance(seconds);
          assert.equal((await request(`${url}/show`, "GET", { cookie })).body, "{}");
          // As a request in flight there does, that saves its session when it ends.
          await done((callback) => old[0].set(id, record, callback));
          assert.equal((await request(`${url}/show`, "GET", { cookie })).body, "{}");
          assert.equal(await before.who(cookie), "null", "and it is gone there again");
        }
      }
    });

  test(`${name}: an old store that fails is a 503, signs nobody in or out, and costs no session`, {
    skip,
  }, async (t) => {
    const { old, own } = await open();
    const before = await oldExpress(t, { store: old[0] });
    const cookie = await before.signIn("bob");
    const id = decodeURIComponent(cookie).slice("connect.sid=s:".length).split(".")[0]!;
    let broken: keyof CallbackStore | "second get" | undefined;
    let gets = 0;
    const failing: CallbackStore = {
      set: old[0].set.bind(old[0]),
      get(given, callback) {
        gets++;
        if (broken === "get" || (broken === "second get" && gets % 2 === 0)) callback(new Error("down"));
        else old[0].get(given, callback);
      },
      destroy(given, callback) {
        if (broken === "destroy") throw new Error("down");
        return old[0].destroy(given, callback);
      },
    };
    const pages = { ...commonPages, "/static": () => ({}) };
    const withoutStore = ({ uri }: { uri: string }) => uri === "/static";
    const options = { store: own[0], readers: [readerOver(failing)], withoutStore };
    const { url, events, clock } = await site(t, pages, options);
    for (broken of ["get", "second get", "destroy"] as const) {
      gets = 0;
      const visit = await request(`${url}/show`, "GET", { cookie });
      assert.deepEqual([visit.status, visit.setCookies], [503, []], broken);
      assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }, broken);
      assert.equal((await request(`${url}/static`, "GET", { cookie })).status, 200, broken);
      // Much later, as after a crash: nobody was told of a session yet.
      if (isServers) clock.advance(600);
    }
    broken = undefined;
    assert.equal(user(await request(`${url}/show`, "GET", { cookie })), "bob");
    const left = await new Promise((resolve) => old[0].get(id, (_, it) => resolve(it ?? undefined)));
    assert.equal(left, undefined);
  });

  test(`${name}: with destroy: false it stays there; passport's key is data, and any of several secrets verifies`, {
    skip,
  }, async (t) => {
    const { old, own } = await open();
    const pages = {
      "/passport": ({ session: data }: { session: Record<string, unknown> }) => {
        data.passport = { user: 7 };
      },
    };
    const before = await oldExpress(t, { store: old[0], secret: ["newer", "secret"] }, pages);
    const visit = await request(`${before.url}/passport`);
    const [cookie] = visit.setCookies[0]!.split(";");
    const toSession = ({ passport }: Record<string, unknown>) => ({ user: (passport as { user: number }).user });
    const reader = readerOver(old[0], { secret: ["newest", "newer", "secret"], destroy: false, toSession });
    const { url, clock } = await site(t, commonPages, { store: own[0], readers: [reader] });
    const first = await request(`${url}/show`, "GET", { cookie: cookie! });
    assert.equal(first.body, '{"user":7}');
    assert.ok(
      await new Promise((resolve) =>
        old[0].get(decodeURIComponent(cookie!).slice(14).split(".")[0]!, (_, it) => resolve(it)),
      ),
    );
    if (name === "cookie") return; // it lacks G3
    clock.advance(61);
    assert.equal((await request(`${url}/show`, "GET", { cookie: cookie! })).body, "{}", "spent all the same");
  });
}

test("redis: of twenty requests at once, in two processes with clients of their own, all have one session", {
  skip: noRedis ?? false,
}, async (t) => {
  const { old, own } = await over.redis!.open();
  const before = await oldExpress(t, { store: old[0] });
  const processes = await Promise.all(
    [0, 1].map((i) => site(t, commonPages, { store: own[i]!, readers: [readerOver(old[i]!)], storeTimeout: 60 })),
  );
  for (let round = 0; round < 5; round++) {
    const cookie = await before.signIn(`bob${round}`);
    const visits = await Promise.all(
      Array.from({ length: 20 }, (_, i) => request(`${processes[i % 2]!.url}/show`, "GET", { cookie })),
    );
    assert.deepEqual(new Set(visits.map((visit) => user(visit))), new Set([`bob${round}`]));
    assert.equal(new Set(visits.map((visit) => fresh(visit).cookie)).size, 1);
    assert.equal(await before.who(cookie), "null");
  }
});

test("an old store that hangs is ERR_STORE_TIMEOUT within storeTimeout", async (t) => {
  const old = new session.MemoryStore();
  const before = await oldExpress(t, { store: old });
  const cookie = await before.signIn("bob");
  const hanging = { get: () => {}, set: () => {}, destroy: () => {} } as unknown as CallbackStore;
  const { url, events } = await site(t, commonPages, { readers: [readerOver(hanging)], storeTimeout: 0.05 });
  assert.equal((await request(`${url}/show`, "GET", { cookie })).status, 503);
  assert.deepEqual(events, [{ type: "store.failed", code: "ERR_STORE_TIMEOUT" }]);
});

test("what is not signed is answered without a promise, and asks no store", () => {
  const reader: SessionReader = readerOver({ get: assert.fail, set: assert.fail, destroy: assert.fail } as never);
  assert.equal(reader.read("s:abc.def", { cookie: () => undefined, now: 0, grace: 60 }), undefined);
});

const bad: readonly [what: string, options: object, option: string, remedy: RegExp][] = [
  ["no secret", { secret: undefined }, "secret", /the newest first/],
  ["an empty secret", { secret: ["a", ""] }, "secret", /the newest first/],
  ["an empty list", { secret: [] }, "secret", /at least one/],
  ["no store", { store: undefined }, "store", /has no get\(\)/],
  ["a store without destroy", { store: { get() {} } }, "store", /has no destroy\(\)/],
  ["no until", { until: undefined }, "until", /valid Date/],
  ["a cookie name with a space", { cookieName: "a b" }, "cookieName", /letters, digits/],
  ["a destroy that is text", { destroy: "no" }, "destroy", /true or false/],
  ["a misspelt option", { secrets: "a" }, "secrets", /did you mean secret\?/],
];
for (const [what, options, option, remedy] of bad) {
  test(`refused when the reader is made, with the option's name and the remedy: ${what}`, () => {
    assert.throws(
      () => readerOver(new session.MemoryStore(), options as Partial<ExpressSessionOptions>),
      (error: { code: string; option: string; message: string }) =>
        error.code === "ERR_OPTION" && error.option === option && remedy.test(error.message),
    );
  });
}
