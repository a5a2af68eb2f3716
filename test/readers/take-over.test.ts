/** A process that stops in the middle of taking a session out of another store, at each step of it, and the visitor's return. */
import assert from "node:assert/strict";
import { test } from "node:test";
import session from "express-session";
import { expressSessionReader } from "../../src/readers/express-session.ts";
import type { SessionReader } from "../../src/session/reader.ts";
import type { Store } from "../../src/session/store.ts";
import type { CallbackStore } from "../../src/stores/connect-host.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { type OldExpress, oldExpress } from "../support/foreign-sessions.ts";
import { commonPages, type Site, site } from "../support/site.ts";
import { request } from "../support/visitor.ts";

const until = new Date(Date.UTC(2026, 0, 31));
const START = Date.UTC(2026, 0, 1);

/** Counts operations; stops before or after the effect of one of them, and does nothing from then on. */
function stopping(at: number, effect: boolean) {
  const done: string[] = [];
  let stopped = false;
  return {
    done,
    async run<T>(what: string, operation: () => T): Promise<Awaited<T>> {
      const last = done.length + 1 === at;
      if (stopped || (last && !effect)) stopped = true;
      else {
        const result = await operation();
        done.push(what);
        if (!last) return result;
        stopped = true;
      }
      throw new Error("stopped");
    },
  };
}

/** The steps of one adoption, and how many there are. */
const STEPS = ["get", "adopt", "get", "update", "destroy", "update", "read"];

interface Stopped {
  readonly before: OldExpress;
  readonly cookie: string;
  /** What the visitor finds when he comes back to another process, so many seconds later. */
  readonly comesBack: (seconds: number) => Promise<{ readonly user: string | undefined; readonly there: string }>;
}

async function stoppedAt(t: Parameters<typeof site>[0], steps: number, effect: boolean): Promise<Stopped> {
  const old = new session.MemoryStore();
  const own = memoryStore();
  const before = await oldExpress(t, { store: old });
  const cookie = await before.signIn("bob");
  const { run, done } = stopping(steps, effect);
  const called = (begin: (callback: (error?: unknown, found?: unknown) => void) => unknown) =>
    new Promise((resolve, reject) => begin((error, found) => (error ? reject(error as Error) : resolve(found))));
  const oldWatched = {
    get: (id, callback) =>
      void run("get", () => called((each) => old.get(id, each))).then((found) => callback(null, found), callback),
    destroy: (id, callback) =>
      void run("destroy", () => called((each) => old.destroy(id, each))).then(() => callback(), callback),
  } satisfies Pick<CallbackStore, "get" | "destroy">;
  const ownWatched: Store = {
    ...own,
    read: (...call) => run("read", () => own.read(...call)),
    update: (...call) => run("update", () => own.update(...call)),
    delete: (...call) => run("delete", () => own.delete(...call)),
    adopt: (...call) => run("adopt", () => own.adopt!(...call)),
  };
  let now = START;
  const open = (store: Store, from: Pick<CallbackStore, "get" | "destroy">): Promise<Site> => {
    const readers = [expressSessionReader({ secret: "secret", store: from, until })];
    return site(t, commonPages, { store, readers, now: () => now });
  };
  const first = await request(`${(await open(ownWatched, oldWatched)).url}/show`, "GET", { cookie });
  assert.deepEqual([first.status, first.setCookies], [503, []], "nobody is told of it");
  assert.deepEqual(done, STEPS.slice(0, effect ? steps : steps - 1));
  return {
    before,
    cookie,
    async comesBack(seconds) {
      now += seconds * 1000;
      const { url } = await open(own, old);
      const visits = await Promise.all([1, 2, 3].map(() => request(`${url}/show`, "GET", { cookie })));
      const users = visits.map(({ body }) => (JSON.parse(body) as { user?: string }).user);
      assert.equal(new Set(users).size, 1, "requests at once find the same");
      const tokens = visits.map(({ setCookies }) => setCookies.find((line) => line.startsWith("session=")));
      assert.equal(new Set(tokens).size, 1);
      return { user: users[0], there: await before.who(cookie) };
    },
  };
}

/** After the fifth step, the record's end there, nothing tells its end from a sign-out but that it was a moment ago. */
const ENDED = 5;
/** After the third, both sessions were there at once: the session has moved. */
const MOVED = 4;

for (let step = 1; step <= STEPS.length; step++) {
  for (const effect of [false, true]) {
    const effects = effect ? step : step - 1;
    const where = `stopped ${effect ? "after" : "before"} step ${step}, ${STEPS[step - 1]}`;

    test(`${where}: who comes back at once has his session, and the record there is gone`, async (t) => {
      const { comesBack } = await stoppedAt(t, step, effect);
      assert.deepEqual(await comesBack(1), { user: "bob", there: "null" });
    });

    test(`${where}: who comes back after grace has it too, unless the record there was gone`, async (t) => {
      const { comesBack } = await stoppedAt(t, step, effect);
      assert.deepEqual(await comesBack(600), { user: effects < ENDED ? "bob" : undefined, there: "null" });
    });

    for (const seconds of [1, 600]) {
      test(`${where}: a sign-out there is not undone ${seconds} s later, unless the session had moved`, async (t) => {
        const { before, cookie, comesBack } = await stoppedAt(t, step, effect);
        await before.signOut(cookie);
        const moved = effects >= MOVED && seconds < 60;
        assert.deepEqual(await comesBack(seconds), { user: moved ? "bob" : undefined, there: "null" });
      });
    }
  }
}

test("over a store that adopts under another token than the seed's nothing is ended there", async (t) => {
  const old = new session.MemoryStore();
  const before = await oldExpress(t, { store: old });
  const cookie = await before.signIn("bob");
  const own = memoryStore();
  const other: Store = {
    ...own,
    adopt: async (...call) => {
      const result = await own.adopt!(...call);
      return "record" in result ? { ...result, token: "another" } : result;
    },
  };
  const reader: SessionReader = expressSessionReader({ secret: "secret", store: old, until });
  const { url, errors } = await site(t, commonPages, { store: other, readers: [reader] });
  assert.equal((await request(`${url}/show`, "GET", { cookie })).status, 503);
  assert.match(String((errors[0] as Error).cause), /adopt\(\) gave another token/);
  assert.equal(await before.who(cookie), '"bob"');
});
