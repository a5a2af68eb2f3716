import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { settingsOf } from "../../../src/session/options.ts";
import { newRecord } from "../../../src/session/record.ts";
import type { Store } from "../../../src/session/store.ts";
import { watchSession } from "../../../src/session/watch/watch-session.ts";
import type { AnySession } from "../../../src/session/wrap-session.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { START, settled, watched } from "../../support/watched-session.ts";
import { counting } from "../../support/watched-store.ts";

/** Watches so many sessions of a store that has them all. */
function crowd(t: TestContext, read: () => Promise<void>, size: number, every: number): () => void {
  const record = newRecord(
    { data: new Map(), slots: new Map(), subject: undefined, authenticatedAt: undefined, persist: undefined },
    START,
  );
  const store: Store = {
    ...memoryStore(),
    async read() {
      await read();
      return { record, restarted: false };
    },
  };
  const settings = settingsOf<AnySession>({ store, now: () => START }, () => store);
  const stops = Array.from({ length: size }, (_, n) => {
    const session = { token: `${n}`, binding: `${n}`, handle: undefined, subject: undefined, cookieName: "session" };
    return watchSession(settings, session, every, () => assert.fail("it lives"));
  });
  const stop = () => stops.forEach((each) => void each());
  t.after(stop);
  return stop;
}

test("a thousand are not looked at at the same time", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let [running, most, all] = [0, 0, 0];
  const read = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    all++;
  };
  crowd(t, read, 1000, 1);
  t.mock.timers.tick(1000);
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  assert.equal(most, 16);
  assert.equal(all, 1000);
});

test("those that come in one second have their turns spread over the interval, each once in it", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let looks = 0;
  crowd(t, async () => void looks++, 300, 30);
  const seconds: number[] = [];
  for (let second = 0; second < 60; second++) {
    looks = 0;
    t.mock.timers.tick(1000);
    await settled();
    seconds.push(looks);
  }
  assert.deepEqual(seconds, Array(60).fill(10));
});

for (const [first, second] of [
  [20, 5],
  [5, 20],
] as const) {
  test(`of two who watch one session the more frequent counts: every ${first} and ${second} seconds`, async (t) => {
    const { store, calls } = counting(memoryStore());
    const visitor = await watched(t, store);
    visitor.watch(first);
    await visitor.pass(17);
    visitor.watch(second);
    calls.length = 0;
    await visitor.pass(40);
    assert.equal(calls.length, 8);
  });
}

test("a part of a second does not make it later than was said", async (t) => {
  const { store, calls } = counting(memoryStore());
  const visitor = await watched(t, store);
  visitor.watch(1.9);
  calls.length = 0;
  await visitor.pass(1);
  assert.deepEqual(calls, ["read"]);
});

test("one timer for all, that keeps no process alive, and none before the first or after the last", (t) => {
  const begun = t.mock.method(globalThis, "setInterval");
  const stopped = t.mock.method(globalThis, "clearInterval");
  const stops = [crowd(t, async () => {}, 5, 30), crowd(t, async () => {}, 5, 10)];
  assert.equal(begun.mock.callCount(), 1);
  const timer = begun.mock.calls[0]!.result as NodeJS.Timeout;
  assert.equal(timer.hasRef(), false);
  stops[0]!();
  assert.equal(stopped.mock.callCount(), 0);
  stops[1]!();
  assert.deepEqual(stopped.mock.calls[0]!.arguments, [timer]);
  crowd(t, async () => {}, 1, 30)();
  assert.equal(begun.mock.callCount(), 2);
  assert.equal(stopped.mock.callCount(), 2);
});
