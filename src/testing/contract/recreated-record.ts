/** Store contract: what a recreate makes of the record. */

import { bench, expect, expectRefused, expectSame, fields, LIMITS, rotation, slot, storedToken } from "./bench.ts";
import type { StoreCheck } from "./check.ts";

export const recreatedRecordChecks: readonly StoreCheck[] = [
  {
    name: "a change that comes with a recreate is stored with it: values, slots and a higher version",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      const old = await store.create({ data: fields({ a: 1, b: 2 }) });
      const base = await store.live(old);
      const slots = new Map([
        ["flash", slot("welcome", true)],
        ["csrf", slot("fresh", false)],
      ]);
      const change = { base, set: fields({ a: 2 }), unset: new Set(['"b"']), slots, rotation: rotation("bob") };
      const record = await store.live(storedToken(await store.update(old, change)));
      expectSame([...record.data].join(), [...fields({ a: 2 })].join(), "data");
      expectSame(record.slots.get("flash")?.json, '"welcome"', "a slot that is kept");
      expectSame(record.slots.get("csrf")?.json, '"fresh"', "a slot that is set with the recreate");
      expect(record.version > base.version, "the version should rise with a recreate");
    },
  },
  {
    name: "a recreate gives the session the limit of its own that it says, or none",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      let token = await store.create();
      const recreate = async (persist: number | undefined, restart: boolean) => {
        const change = { base: await store.live(token), rotation: { ...rotation(), persist, restart } };
        token = storedToken(await store.update(token, change));
        expectSame((await store.live(token)).persist, persist, "persist");
      };
      await recreate(7200, true);
      store.advance(7000);
      await recreate(7200, false); // a renewal
      store.advance(199);
      await store.live(token);
      await recreate(undefined, false);
      store.advance(LIMITS.timeout + LIMITS.refresh);
      expectRefused(await store.read(token), "the session after the usual time");
    },
  },
  {
    name: "a recreate restarts the idle clock, whether or not it is due",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      const old = await store.create();
      const base = await store.live(old);
      store.advance(LIMITS.refresh - 1);
      const fresh = storedToken(await store.update(old, { base, rotation: rotation() }));
      expectSame((await store.live(fresh)).usedAt, store.now(), "usedAt after a recreate");
    },
  },
  {
    name: "when the subject proved who he is survives a renewal, and goes with him",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      const proved = store.now();
      let token = await store.create({ subject: "bob", authenticatedAt: proved });
      const authenticatedAt = async (subject?: string, authenticated = false) => {
        store.advance(10);
        const change = { base: await store.live(token), rotation: { ...rotation(subject), authenticated } };
        token = storedToken(await store.update(token, change));
        return (await store.live(token)).authenticatedAt;
      };
      expectSame(await authenticatedAt("bob"), proved, "authenticatedAt after a renewal");
      expectSame(await authenticatedAt("bob", true), store.now(), "authenticatedAt after a new proof");
      expectSame(await authenticatedAt(), undefined, "authenticatedAt after a sign-out");
    },
  },
];
