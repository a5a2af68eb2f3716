/** Store contract: a sign-in under an epoch that has passed. Holds only of stores that have `subjectEpoch`. */
import { type Bench, bench, expect, expectRefused, expectSame, fields, rotation, storedToken } from "./bench.ts";
import type { OpenStore, StoreCheck } from "./check.ts";

type Epoch = NonNullable<Bench["epoch"]>;
type EndAll = NonNullable<Bench["endAll"]>;

/** A check that a store without epochs passes: it promised nothing. */
function whereThere(name: string, run: (store: Bench, epoch: Epoch, endAll: EndAll) => Promise<void>): StoreCheck {
  return {
    name,
    guarantee: "G3",
    async run(open: OpenStore) {
      const store = await bench(open);
      if (!store.epoch) return;
      expect(store.endAll !== undefined, "a store with epochs must have deleteAll, which raises them");
      await run(store, store.epoch, store.endAll);
    },
  };
}

async function expectPassed(call: Promise<unknown>, what: string): Promise<void> {
  const code = await call.then(
    () => "nothing",
    (error: { readonly code?: unknown }) => error.code,
  );
  expectSame(code, "ERR_SUBJECT_EPOCH", `${what} should reject with`);
}

export const epochChecks: readonly StoreCheck[] = [
  whereThere("an epoch that still is lets a session begin, or become the subject's", async (store, epoch) => {
    const first = await epoch("bob");
    await store.live(await store.create({ subject: "bob", epoch: first }));
    const visitor = await store.create();
    const signIn = { ...rotation("bob"), epoch: await epoch("bob") };
    const token = storedToken(await store.update(visitor, { base: await store.live(visitor), rotation: signIn }));
    expectSame((await store.live(token)).subject, "bob", "the subject");
    expectSame(await epoch("bob"), first, "the epoch after sign-ins");
  }),
  whereThere("an epoch that has passed lets nobody in, and stores nothing", async (store, epoch, endAll) => {
    const old = await epoch("bob");
    const [visitor, bob] = [await store.create({ data: fields({ n: 1 }) }), await store.create({ subject: "bob" })];
    const [base, own] = [await store.live(visitor), await store.live(bob)];
    const kept = await endAll("bob", bob);
    await expectPassed(store.create({ subject: "bob", epoch: old }), "a new session");
    for (const change of [{ rotation: { ...rotation("bob"), epoch: old } }]) {
      await expectPassed(store.update(visitor, { base, ...change, set: fields({ n: 2 }) }), "a visitor's sign-in");
      await expectPassed(store.update(kept ?? bob, { base: own, ...change }), "proving who he is again");
    }
    const after = await store.live(visitor);
    expectSame(after.data.get('"n"'), "1", "what the visitor's session holds");
    expectSame(after.subject, undefined, "whose it is");
    if (store.lists) expectSame((await store.lists.list("bob")).length, 1, "the subject's sessions");
    const now = { subject: "bob", epoch: await epoch("bob") };
    await store.live(await store.create(now));
  }),
  whereThere("each ending of all sessions passes an epoch, of that subject alone", async (store, epoch, endAll) => {
    const alice = await epoch("alice");
    const seen = new Set([await epoch("bob")]);
    for (let i = 0; i < 3; i++) {
      await endAll("bob");
      seen.add(await epoch("bob"));
    }
    expectSame(seen.size, 4, "different epochs");
    expectSame(await epoch("alice"), alice, "another subject's epoch");
    await store.live(await store.create({ subject: "alice", epoch: alice }));
    expectRefused(await store.read(await epoch("bob")), "an epoch as a token");
  }),
];
