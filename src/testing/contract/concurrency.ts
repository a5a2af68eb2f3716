/** Store contract: several requests at once. */

import {
  type Bench,
  type Browser,
  bench,
  expect,
  expectGone,
  expectRefused,
  expectSame,
  fields,
  slot,
} from "./bench.ts";
import type { StoreCheck } from "./check.ts";

const MANY = 50;

export const concurrencyChecks: readonly StoreCheck[] = [
  {
    name: "two changes of different keys from one reading are both kept",
    guarantee: "G1",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser({ data: fields({ n: 0 }) });
      const sent = browser.token;
      const base = await store.live(sent);
      browser.take(await store.update(sent, { base, set: fields({ a: 1 }) }));
      browser.take(await store.update(sent, { base, set: fields({ b: 2 }) }));
      const { data } = await store.live(browser.token);
      expectSame(data.get('"a"'), "1", "the first writer's key");
      expectSame(data.get('"b"'), "2", "the second writer's key");
    },
  },
  {
    name: "many changes at once are all kept",
    guarantee: "G1",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser();
      const sent = browser.token;
      const base = await store.live(sent);
      await times(MANY, async (i) => browser.take(await store.update(sent, { base, set: fields({ [`k${i}`]: i }) })));
      expectSame((await store.live(browser.token)).data.size, MANY, "keys");
    },
  },
  {
    name: "a reading that restarts the idle clock undoes no change",
    guarantee: "G2",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser({ data: fields({ n: 0 }) });
      for (let n = 1; n <= 20; n++) {
        const sent = browser.token;
        const base = await store.live(sent);
        store.advance(90);
        const read = async () => browser.take(await store.read(sent), sent);
        const write = async () => browser.take(await store.update(sent, { base, set: fields({ n }) }), sent);
        await Promise.all([read(), write(), read()]);
        expectSame((await store.live(browser.token)).data.get('"n"'), String(n), "what the writer wrote");
      }
    },
  },
  {
    name: "a change of an ended session stores nothing and brings nothing back",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      const token = await store.create({ data: fields({ user: "bob" }) });
      const base = await store.live(token);
      expectSame(await store.end(token), true, "ending a live session");
      for (const serial of [false, true]) {
        expectGone(await store.update(token, { base, set: fields({ n: 1 }), serial }), "a change after the end");
        expectRefused(await store.read(token), "an ended session after a late change");
      }
      expectSame(await store.end(token), false, "ending it again");
    },
  },
  {
    name: "a session that ends amid changes and readings stays ended",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      for (let round = 0; round < 20; round++) {
        const token = await store.create({ data: fields({ user: "bob" }) });
        const base = await store.live(token);
        store.advance(90);
        const change = (n: number) => () => store.update(token, { base, set: fields({ n }) });
        const work: Array<() => Promise<unknown>> = [
          change(1),
          () => store.read(token),
          change(2),
          () => store.read(token),
          change(3),
        ];
        work.splice(round % 6, 0, () => store.end(token));
        await Promise.all(work.map((task) => task()));
        expectRefused(await store.read(token), "the session after its end");
      }
    },
  },
  {
    name: "a serial change from an old reading stores nothing and gives the newest record",
    guarantee: "G4",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser({ data: fields({ n: 0 }) });
      const { token } = browser;
      const base = await store.live(token);
      browser.take(await store.update(token, { base, set: fields({ n: 1 }) }));
      const late = await store.update(token, { base, set: fields({ n: 100 }), serial: true });
      expect("conflict" in late, "a serial change from an old version should be a conflict");
      expectSame(late.conflict.data.get('"n"'), "1", "the newest record's n");
      expectSame((await store.live(token)).data.get('"n"'), "1", "n");
      const again = await store.update(token, { base: late.conflict, set: fields({ n: 2 }), serial: true });
      expect("token" in again, "a serial change from the newest record should be stored");
    },
  },
  {
    name: "increments at once are all counted",
    guarantee: "G4",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser({ data: fields({ n: 0 }) });
      const { token } = browser;
      await times(MANY, () => increment(store, token, browser));
      expectSame((await store.live(browser.token)).data.get('"n"'), String(MANY), "n");
    },
  },
  {
    name: "the later of two changes of one key wins, and says that it replaced the other",
    guarantee: "G5",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser({ data: fields({ n: 0, keep: 1 }) });
      const { token } = browser;
      const base = await store.live(token);
      const counts = [];
      for (const set of [fields({ n: 1 }), fields({ n: 1 }), fields({ n: 2 })]) {
        const result = browser.take(await store.update(token, { base, set }));
        counts.push("token" in result ? result.overwritten : "not stored");
      }
      expectSame(counts.join(), "0,0,1", "overwritten keys, change by change");
      const unset = browser.take(await store.update(token, { base, unset: new Set(['"n"']) }));
      expectSame("token" in unset && unset.overwritten, 1, "overwritten keys of an unset");
      expectSame((await store.live(browser.token)).data.get('"keep"'), "1", "a key that nobody touched");
    },
  },
  {
    name: "the later of two values of one slot wins, and says that it replaced the other",
    guarantee: "G5",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser({ slots: new Map([["flash", slot("old", true)]]) });
      const { token } = browser;
      const base = await store.live(token);
      const counts = [];
      for (const text of ["one", "one", "two"]) {
        const result = browser.take(await store.update(token, { base, slots: new Map([["flash", slot(text, true)]]) }));
        counts.push("token" in result ? result.overwritten : "not stored");
      }
      expectSame(counts.join(), "0,0,1", "overwritten slots, change by change");
      expectSame((await store.live(browser.token)).slots.get("flash")?.json, '"two"', "the slot");
    },
  },
];

async function increment(store: Bench, token: string, browser: Browser): Promise<void> {
  let base = await store.live(token);
  for (;;) {
    const n = Number(base.data.get('"n"')) + 1;
    const result = browser.take(await store.update(token, { base, set: fields({ n }), serial: true }));
    if ("token" in result) return;
    expect("conflict" in result, "an increment should be stored or be in conflict");
    base = result.conflict;
  }
}

async function times(count: number, task: (i: number) => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => task(i)));
}
