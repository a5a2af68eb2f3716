/** Store contract: time limits, on the time that the store is told. */

import { bench, expect, expectGone, expectRefused, expectSame, fields, LIMITS, rotation } from "./bench.ts";
import type { StoreCheck } from "./check.ts";

export const expiryChecks: readonly StoreCheck[] = [
  {
    name: "an idle session lives to its deadline and not a moment longer",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      const [a, b] = [await store.create(), await store.create()];
      store.advance(LIMITS.timeout + LIMITS.refresh - 0.001);
      await store.live(a);
      store.advance(0.001);
      const dead = await store.read(b);
      expectRefused(dead, "an idle session at its deadline");
      expect(
        "refused" in dead && (dead.refused === "expired-idle" || dead.refused === "unknown"),
        "it should be told as idle",
      );
    },
  },
  {
    name: "an expired session cannot be changed, recreated or ended",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      const token = await store.create({ data: fields({ n: 1 }) });
      const base = await store.live(token);
      store.advance(LIMITS.timeout + LIMITS.refresh);
      expectGone(await store.update(token, { base, set: fields({ n: 2 }) }), "a change after the limit");
      expectGone(await store.update(token, { base, rotation: rotation() }), "recreating after the limit");
      expectSame(await store.end(token), false, "ending after the limit");
      expectRefused(await store.read(token), "a session past its limit");
    },
  },
  {
    name: "a reading restarts the idle clock, at most once per refresh",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser();
      const began = store.now();
      store.advance(LIMITS.refresh - 1);
      expectSame((await store.live(browser.token)).usedAt, began, "usedAt before the refresh is due");
      store.advance(1);
      const due = browser.take(await store.read(browser.token));
      expectSame("record" in due && due.restarted, true, "restarted");
      expectSame((await store.live(browser.token)).usedAt, store.now(), "usedAt after it was due");
      for (let i = 0; i < 5; i++) {
        store.advance(LIMITS.timeout);
        browser.take(await store.read(browser.token));
      }
      await store.live(browser.token);
    },
  },
  {
    name: "a reading that is none by the visitor restarts no idle clock",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      const token = await store.create();
      const began = store.now();
      store.advance(LIMITS.timeout);
      for (let i = 0; i < 3; i++) {
        const peeked = await store.peek(token);
        expect("record" in peeked, "a live session should be found without being used");
        expectSame(peeked.restarted, false, "restarted");
        expectSame(peeked.record.usedAt, began, "usedAt");
        expectSame(peeked.token ?? token, token, "token");
      }
      store.advance(LIMITS.refresh);
      expectRefused(await store.peek(token), "a session that was only looked at, at its deadline");
      expectRefused(await store.read(token), "a session that was only looked at, at its deadline");
    },
  },
  {
    name: "a change restarts the idle clock when that is due, as a reading does",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser();
      const base = await store.live(browser.token);
      store.advance(LIMITS.timeout);
      browser.take(await store.update(browser.token, { base, set: fields({ n: 1 }) }));
      store.advance(LIMITS.timeout);
      await store.live(browser.token);
    },
  },
  {
    name: "with a refresh of 0 every reading restarts the clock",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open, { ...LIMITS, refresh: 0 });
      const token = await store.create();
      store.advance(1);
      expectSame((await store.live(token)).usedAt, store.now(), "usedAt");
    },
  },
  {
    name: "no activity carries a session past the absolute limit",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      let token = await store.create();
      for (let age = 0; age + 900 < LIMITS.absolute; age += 900) {
        store.advance(900);
        const base = await store.live(token);
        const change = age % 3600 === 0 ? { rotation: rotation() } : { set: fields({ age }) };
        const result = await store.update(token, { base, ...change });
        expect("token" in result, "an active session should be there to change");
        token = result.token;
      }
      store.advance(900);
      const dead = await store.read(token);
      expect(
        "refused" in dead && (dead.refused === "expired-absolute" || dead.refused === "unknown"),
        "it should be past the absolute limit",
      );
    },
  },
  {
    name: "a session with a limit of its own keeps to that",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      const month = 30 * 86_400;
      const [long, short] = [await store.create({ persist: month }), await store.create({ persist: 60 })];
      store.advance(59);
      await store.live(short);
      store.advance(1);
      expectRefused(await store.read(short), "a persist of 60 s after 60 s");
      store.advance(month - 61);
      await store.live(long);
      store.advance(1);
      expectRefused(await store.read(long), "a persist of 30 days after 30 days");
    },
  },
  {
    name: "a clock that runs back by a minute harms nobody",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      const token = await store.create();
      store.advance(-60);
      await store.live(token);
      store.advance(60 + LIMITS.timeout + LIMITS.refresh);
      expectRefused(await store.read(token), "the session after its time");
    },
  },
];
