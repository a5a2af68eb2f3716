/** Store contract: what goes in comes out. */

import { bench, expect, expectSame, fields, slot, storedToken } from "./bench.ts";
import type { StoreCheck } from "./check.ts";

export const valueChecks: readonly StoreCheck[] = [
  {
    name: "a created session is read back as it was",
    guarantee: "G2",
    async run(open) {
      const store = await bench(open);
      const draft = {
        data: fields({ user: "bob", n: 1 }),
        slots: new Map([["flash", slot("hi", true)]]),
        subject: "bob",
      };
      const token = await store.create({ ...draft, authenticatedAt: store.now(), persist: 7200 });
      const record = await store.live(token);
      expectSame(record.data.get('"user"'), '"bob"', "data.user");
      expectSame(record.data.size, 2, "keys");
      expectSame(record.slots.get("flash")?.json, '"hi"', "slot");
      expectSame(record.slots.get("flash")?.keep, true, "slot.keep");
      expectSame(record.subject, "bob", "subject");
      expectSame(record.persist, 7200, "persist");
      expectSame(record.createdAt, store.now(), "createdAt");
      expectSame(record.usedAt, store.now(), "usedAt");
      expectSame(record.authenticatedAt, store.now(), "authenticatedAt");
    },
  },
  {
    name: "keys and values of any shape survive",
    guarantee: "G2",
    async run(open) {
      const store = await bench(open);
      const odd = {
        ["__proto__"]: 1,
        constructor: 2,
        "": 3,
        "a.b:c}{": "\u0000 ✓ \ud83d\ude00 \u2028 \\ \" '",
      };
      const data = fields(odd);
      data.set('"__proto__"', "1");
      const record = await store.live(await store.create({ data }));
      for (const [key, json] of data) expectSame(record.data.get(key), json, `the key ${key}`);
    },
  },
  {
    name: "a large value survives, or is refused as too large",
    guarantee: "G2",
    async run(open) {
      const store = await bench(open);
      const data = fields({ big: "x".repeat(100_000) });
      const stored = await store.create({ data }).catch((error: { code?: string }) => {
        expectSame(error.code, "ERR_SESSION_SIZE", "the code of a refusal");
      });
      if (stored === undefined) return;
      expectSame((await store.live(stored)).data.get('"big"'), data.get('"big"'), "the large value");
    },
  },
  {
    name: "what a caller holds is not what the store keeps",
    guarantee: "G2",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser({ data: fields({ n: 1 }) });
      const base = await store.live(browser.token);
      const set = fields({ n: 2 });
      browser.take(await store.update(browser.token, { base, set }));
      set.set('"n"', "99");
      for (const record of [base, await store.live(browser.token)]) tamper(record.data as Map<string, string>);
      expectSame((await store.live(browser.token)).data.get('"n"'), "2", "n after a caller's change of its own copy");
    },
  },
  {
    name: "an update sets and unsets the named keys and nothing else",
    guarantee: "G5",
    async run(open) {
      const store = await bench(open);
      const token = await store.create({ data: fields({ a: 1, b: 2, c: 3 }) });
      const base = await store.live(token);
      const change = { base, set: fields({ b: 20, d: 4 }), unset: new Set(['"a"']) };
      const { data } = await store.live(storedToken(await store.update(token, change)));
      expectSame([...data].sort().join(), [...fields({ b: 20, c: 3, d: 4 })].sort().join(), "data");
    },
  },
  {
    name: "removing the last key keeps the session",
    guarantee: "G2",
    async run(open) {
      const store = await bench(open);
      const token = await store.create({ data: fields({ a: 1 }) });
      const change = { base: await store.live(token), unset: new Set(['"a"']) };
      expectSame((await store.live(storedToken(await store.update(token, change)))).data.size, 0, "keys");
    },
  },
  {
    name: "the version rises with each change and not with a read",
    guarantee: "G4",
    async run(open) {
      const store = await bench(open);
      const token = await store.create();
      const { version } = await store.live(token);
      store.advance(120);
      expectSame((await store.live(token)).version, version, "version after reads");
      const after = storedToken(await store.update(token, { base: await store.live(token), set: fields({ n: 1 }) }));
      expect((await store.live(after)).version > version, "the version should rise with a change");
    },
  },
  {
    name: "a slot is removed only if it still is what was read",
    guarantee: "G1",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser({ slots: new Map([["flash", slot("old", true)]]) });
      const sent = browser.token;
      const base = await store.live(sent);
      browser.take(await store.update(sent, { base, slots: new Map([["flash", slot("new", true)]]) }));
      browser.take(await store.update(sent, { base, slots: new Map([["flash", null]]) }));
      const newest = await store.live(browser.token);
      expectSame(newest.slots.get("flash")?.json, '"new"', "a newer slot");
      browser.take(await store.update(browser.token, { base: newest, slots: new Map([["flash", null]]) }));
      expectSame((await store.live(browser.token)).slots.size, 0, "slots after the removal of what was read");
    },
  },
  {
    name: "a slot that was set anew is kept from who read the one before, though its text is the same",
    guarantee: "G1",
    async run(open) {
      const store = await bench(open);
      const saved = new Map([["flash", slot("saved", true)]]);
      const browser = await store.browser({ slots: saved });
      const sent = browser.token;
      const base = await store.live(sent);
      browser.take(await store.update(sent, { base, slots: saved }));
      browser.take(await store.update(sent, { base, slots: new Map([["flash", null]]) }));
      expectSame((await store.live(browser.token)).slots.get("flash")?.json, '"saved"', "the slot that was set anew");
    },
  },
  {
    name: "what a schema filled in is stored only where the key still is what was read",
    guarantee: "G1",
    async run(open) {
      const store = await bench(open);
      const browser = await store.browser({ data: fields({ old: 1, older: 1 }) });
      const sent = browser.token;
      const base = await store.live(sent);
      browser.take(await store.update(sent, { base, set: fields({ y: 5, old: 2 }) }));
      const fill = { set: fields({ y: 0, z: 0 }), unset: new Set(['"old"', '"older"']) };
      browser.take(await store.update(sent, { base, set: fields({ x: 1 }), fill }));
      const { data } = await store.live(browser.token);
      expectSame([...data].sort().join(), [...fields({ old: 2, x: 1, y: 5, z: 0 })].sort().join(), "data");
    },
  },
];

function tamper(data: Map<string, string>): void {
  try {
    data.set('"n"', "99");
  } catch {
    // a frozen copy is as good as a private one
  }
}
