import assert from "node:assert/strict";
import { test } from "node:test";
import { breakerOf } from "../../src/session/breaker.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Store } from "../../src/session/store.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { commonPages, site } from "../support/site.ts";
import { request, sessionCookie } from "../support/visitor.ts";

/** A remote store that can be away. */
function away(): { store: Store; is: { away: boolean; asked: number } } {
  const inner = memoryStore();
  const is = { away: false, asked: 0 };
  const read: Store["read"] = async (...call) => {
    is.asked++;
    if (is.away) throw new Error("away");
    return inner.read(...call);
  };
  return { store: { ...inner, remote: true, read }, is };
}

test("after five failures in a row the store is not asked for half a second, then by one request", async (t) => {
  const { store, is } = away();
  const { url, clock, events, errors } = await site(t, commonPages, { store });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  const ask = async () => (await request(`${url}/show`, "GET", { cookie })).status;
  is.away = true;
  for (let i = 0; i < 9; i++) assert.equal(await ask(), 503);
  assert.equal(is.asked, 5);
  assert.equal((errors.at(-1) as { code?: string }).code, "ERR_STORE_UNAVAILABLE");
  assert.equal(events.filter(({ type }) => type === "store.paused").length, 1);
  assert.equal(events.filter(({ type }) => type === "store.failed").length, 9);
  clock.advance(0.499);
  await ask();
  assert.equal(is.asked, 5);
  clock.advance(0.001);
  assert.equal(await ask(), 503);
  assert.equal(is.asked, 6, "one tries again");
  assert.equal(await ask(), 503);
  assert.equal(is.asked, 6, "and pauses anew");
  is.away = false;
  clock.advance(0.5);
  assert.equal(await ask(), 200);
  assert.equal(await ask(), 200);
  assert.equal(events.filter(({ type }) => type === "store.resumed").length, 1);
  assert.equal(events.filter(({ type }) => type === "store.paused").length, 1);
});

test("failures with successes between them do not add up", async (t) => {
  const { store, is } = away();
  const { url } = await site(t, commonPages, { store, breaker: { failures: 2 } });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  for (let i = 0; i < 5; i++) {
    is.away = i % 2 === 0;
    await request(`${url}/show`, "GET", { cookie });
  }
  assert.equal(is.asked, 5);
});

test("while one request tries, the others still fail at once, and no answer from before counts", () => {
  const events: SessionEvent[] = [];
  const breaker = breakerOf({ failures: 1, pause: 1 }, true, (event) => void events.push(event))!;
  const enter = (now: number) => {
    const pass = breaker.enter(now);
    assert.notEqual(pass, "paused", `at ${now}`);
    return pass as Exclude<typeof pass, "paused">;
  };
  const early = enter(0);
  breaker.failed(enter(0), 0);
  assert.equal(breaker.enter(999), "paused");
  const probe = enter(1000);
  assert.equal(probe.probe, true);
  assert.equal(breaker.enter(1000), "paused");
  breaker.failed(early, 1000);
  breaker.worked(early);
  assert.equal(breaker.enter(5000), "paused", "the one that tries has no answer yet");
  breaker.failed(probe, 5000);
  assert.equal(breaker.enter(5999), "paused");
  const again = enter(4999);
  assert.equal(again.probe, true, "a clock that was put back does not make the pause longer");
  breaker.worked(again);
  assert.equal(enter(5000).probe, false);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["store.paused", "store.resumed"],
  );
});

test("calls that fail while the store answers others do not pause it: one visitor cannot shut out everybody", () => {
  const events: SessionEvent[] = [];
  const breaker = breakerOf({ failures: 2 }, true, (event) => void events.push(event))!;
  const slow = Array.from(
    { length: 400 },
    () => breaker.enter(0) as Exclude<ReturnType<typeof breaker.enter>, "paused">,
  );
  breaker.worked(breaker.enter(1) as (typeof slow)[0]);
  for (const pass of slow) breaker.failed(pass, 2000);
  assert.deepEqual(events, []);
});

test("an answer that is none of the contract's is an error, and no reason to pause the store", async (t) => {
  const inner = memoryStore();
  const store: Store = { ...inner, remote: true, read: () => ({ refused: "nonsense" }) as never };
  const { url, events } = await site(t, commonPages, { store });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  for (let i = 0; i < 9; i++) assert.equal((await request(`${url}/show`, "GET", { cookie })).status, 503);
  assert.equal(events.filter(({ type }) => type === "store.paused").length, 0);
});

test("a store that is not remote, or a breaker that is switched off, is asked each time", async (t) => {
  for (const options of [{ breaker: false as const }, {}]) {
    const { store, is } = away();
    const { url } = await site(t, commonPages, {
      store: options.breaker === false ? store : { ...store, remote: undefined },
      ...options,
    });
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    is.away = true;
    for (let i = 0; i < 12; i++) await request(`${url}/show`, "GET", { cookie });
    assert.equal(is.asked, 12);
  }
});

test("options of a breaker that cannot be throw when the stack is built", () => {
  for (const failures of [0, 1.5, 1001])
    assert.throws(() => wrapSession({ breaker: { failures } }), { option: "breaker.failures" });
  for (const pause of [0, -1, 61, Number.NaN])
    assert.throws(() => wrapSession({ breaker: { pause } }), { option: "breaker.pause" });
  assert.throws(() => wrapSession({ breaker: { pauze: 1 } as never }), { code: "ERR_OPTION", option: "pauze" });
});
