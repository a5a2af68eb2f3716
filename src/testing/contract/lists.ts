/** Store contract: a subject's sessions one by one. Holds only of stores that have `list` and `end`. */

import type { Bench } from "./bench.ts";
import { bench, expect, expectRefused, expectSame, LIMITS, rotation, storedToken } from "./bench.ts";
import type { OpenStore, StoreCheck } from "./check.ts";

type Lists = NonNullable<Bench["lists"]>;

/** A check that a store without lists passes: it promised nothing. */
function whereThere(name: string, run: (store: Bench, lists: Lists) => Promise<void>): StoreCheck {
  return {
    name,
    guarantee: "G3",
    async run(open: OpenStore) {
      const store = await bench(open);
      if (store.lists) await run(store, store.lists);
    },
  };
}

const handlesOf = async (lists: Lists, subject: string) => (await lists.list(subject)).map(({ handle }) => handle);

export const listChecks: readonly StoreCheck[] = [
  whereThere(
    "list gives the subject's live sessions and nobody else's, the one used last first",
    async (store, lists) => {
      expectSame((await lists.list("bob")).length, 0, "sessions before any");
      const first = await store.create({ subject: "bob", authenticatedAt: store.now() });
      const began = store.now();
      store.advance(100);
      const second = await store.create({ subject: "bob" });
      for (const subject of ["alice", "bobby", undefined]) await store.create({ subject });
      store.advance(100);
      await store.live(first);
      const [one, two, ...others] = await lists.list("bob");
      expectSame(others.length, 0, "further sessions");
      expectSame(one?.createdAt, began, "createdAt of the one used last");
      expectSame(one?.usedAt, store.now(), "its usedAt");
      expectSame(one?.authenticatedAt, began, "its authenticatedAt");
      expectSame(two?.authenticatedAt, undefined, "authenticatedAt of the other");
      await store.end(second);
      expectSame((await lists.list("bob")).length, 1, "sessions after one was ended");
      store.advance(LIMITS.timeout + LIMITS.refresh);
      expectSame((await lists.list("bob")).length, 0, "sessions after their time");
    },
  ),
  whereThere("a handle is a session's own, through renewals, and opens nothing", async (store, lists) => {
    const token = await store.create({ subject: "bob" });
    const [handle] = await handlesOf(lists, "bob");
    const read = await store.read(token);
    expectSame("record" in read && read.handle, handle, "the handle that a reading tells");
    expectRefused(await store.read(handle!), "a handle as a token");
    expect(handle !== token && !handle!.includes(token), "a handle should not hold the token");
    const renewed = storedToken(
      await store.update(token, { base: await store.live(token), rotation: rotation("bob") }),
    );
    expectSame((await handlesOf(lists, "bob")).join(), handle, "handles after a renewal");
    expectSame(await lists.end("bob", handle!), true, "ending by the handle");
    expectRefused(await store.read(renewed), "the session of the handle");
    expectSame(await lists.end("bob", handle!), false, "ending it again");
  }),
  whereThere("end takes only the subject's own handles, and no junk", async (store, lists) => {
    const alice = await store.create({ subject: "alice" });
    const bob = await store.create({ subject: "bob" });
    const [handle] = await handlesOf(lists, "alice");
    for (const junk of [handle!, alice, bob, "", "*", "A".repeat(22), "A".repeat(100_000), "' OR 1=1 --"])
      expectSame(await lists.end("bob", junk), false, `ending ${JSON.stringify(junk.slice(0, 30))}`);
    await store.live(alice);
    await store.live(bob);
    store.advance(LIMITS.timeout + LIMITS.refresh);
    expectSame(await lists.end("alice", handle!), false, "ending a session past its time");
  }),
  whereThere("list goes by whose a session is now", async (store, lists) => {
    const visitor = await store.create();
    const signIn = { base: await store.live(visitor), rotation: rotation("bob") };
    const signedIn = storedToken(await store.update(visitor, signIn));
    expectSame((await lists.list("bob")).length, 1, "sessions after a sign-in");
    await store.update(signedIn, { base: await store.live(signedIn), rotation: rotation("alice") });
    expectSame((await lists.list("bob")).length, 0, "sessions after a switch");
    expectSame((await lists.list("alice")).length, 1, "the other subject's sessions");
  }),
];
