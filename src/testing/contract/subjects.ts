/** Store contract: ending all sessions of a subject. Holds only of stores that have `deleteAll`. */

import { type Bench, bench, expectGone, expectRefused, expectSame, fields, rotation, storedToken } from "./bench.ts";
import type { OpenStore, StoreCheck } from "./check.ts";

/** A check that a store without `deleteAll` passes: it promised nothing. */
function whereThere(
  name: string,
  run: (store: Bench, endAll: NonNullable<Bench["endAll"]>) => Promise<void>,
): StoreCheck {
  return {
    name,
    guarantee: "G3",
    async run(open: OpenStore) {
      const store = await bench(open);
      if (store.endAll) await run(store, store.endAll);
    },
  };
}

export const subjectChecks: readonly StoreCheck[] = [
  whereThere("deleteAll ends every session of the subject and no other", async (store, endAll) => {
    const own = await Promise.all([1, 2, 3].map((n) => store.create({ subject: "bob", data: fields({ n }) })));
    const others = await Promise.all(["alice", "bobby", "", undefined].map((subject) => store.create({ subject })));
    expectSame(await endAll("bob"), undefined, "the token of no session");
    for (const token of own) {
      expectRefused(await store.read(token), "a session of the subject");
      expectSame(await store.end(token), false, "ending it again");
    }
    for (const token of others) await store.live(token);
    await store.live(await store.create({ subject: "bob" }));
  }),
  whereThere("deleteAll keeps the one that it is told to, and gives its token", async (store, endAll) => {
    const [kept, other] = [
      await store.create({ subject: "bob", data: fields({ n: 1 }) }),
      await store.create({ subject: "bob" }),
    ];
    const token = await endAll("bob", kept);
    expectSame(typeof token, "string", "the type of the kept session's token");
    const base = await store.live(token!);
    expectSame(base.data.get('"n"'), "1", "what the kept session holds");
    expectRefused(await store.read(other), "another session of the subject");
    const changed = storedToken(await store.update(token!, { base, set: fields({ n: 2 }), rotation: rotation("bob") }));
    expectSame((await store.live(changed)).data.get('"n"'), "2", "a change of the kept session");
  }),
  whereThere("deleteAll keeps nothing where the token is another subject's", async (store, endAll) => {
    const [alice, anonymous] = [await store.create({ subject: "alice" }), await store.create()];
    for (const but of [alice, anonymous]) {
      const bob = await store.create({ subject: "bob" });
      expectSame(await endAll("bob", but), undefined, "the token of no session");
      expectRefused(await store.read(bob), "a session of the subject");
      await store.live(but);
    }
  }),
  whereThere("deleteAll ends nobody where the token to keep was itself ended, or is none", async (store, endAll) => {
    const bob = await store.create({ subject: "bob" });
    const dead = await store.create({ subject: "bob" });
    const renewed = await store.create({ subject: "bob" });
    await store.end(dead);
    await store.update(renewed, { base: await store.live(renewed), rotation: rotation("bob") });
    for (const but of [dead, renewed, "", "A".repeat(43)]) {
      expectSame(await endAll("bob", but), undefined, "the token of no session");
      await store.live(bob);
    }
    expectRefused(await store.read(dead), "a session that was ended before");
  }),
  whereThere("deleteAll leaves nothing for a change in flight to bring back", async (store, endAll) => {
    const token = await store.create({ subject: "bob" });
    const base = await store.live(token);
    await endAll("bob");
    for (const change of [
      { set: fields({ n: 1 }) },
      { set: fields({ n: 1 }), serial: true },
      { rotation: rotation("bob") },
    ])
      expectGone(await store.update(token, { base, ...change }), "a change under a token of an ended session");
    expectRefused(await store.read(token), "the session after late changes");
  }),
  whereThere("deleteAll goes by whose a session is now, not by whose it was", async (store, endAll) => {
    const [visitor, bob] = [await store.create(), await store.create({ subject: "bob" })];
    const signIn = { base: await store.live(visitor), rotation: rotation("bob") };
    const signedIn = storedToken(await store.update(visitor, signIn));
    const signedOut = storedToken(await store.update(bob, { base: await store.live(bob), rotation: rotation() }));
    await endAll("bob");
    expectRefused(await store.read(signedIn), "a session that became the subject's");
    await store.live(signedOut);
  }),
];
