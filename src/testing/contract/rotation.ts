/** Store contract: recreate, a new secret for the same session. */

import {
  bench,
  expect,
  expectGone,
  expectRefused,
  expectSame,
  fields,
  LIMITS,
  rotation,
  slot,
  storedToken,
} from "./bench.ts";
import type { StoreCheck } from "./check.ts";

export const rotationChecks: readonly StoreCheck[] = [
  {
    name: "a recreated session lives under its new token alone",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      const old = await store.create({ data: fields({ cart: 1 }) });
      const base = await store.live(old);
      const fresh = storedToken(
        await store.update(old, { base, set: fields({ user: "bob" }), rotation: rotation("bob") }),
      );
      expect(fresh !== old, "recreating should give a new token");
      const record = await store.live(fresh);
      expectSame(record.subject, "bob", "subject");
      expectSame(record.data.get('"cart"'), "1", "data from before");
      expectSame(record.data.get('"user"'), '"bob"', "data of the change");
      expectRefused(await store.read(old), "the old token");
      expectGone(await store.update(old, { base, set: fields({ n: 1 }) }), "a change under the old token");
      expectGone(await store.update(old, { base, rotation: rotation() }), "recreating by the old token");
      expectSame((await store.live(fresh)).data.get('"n"'), undefined, "what came under the old token");
    },
  },
  {
    name: "the old token is known as recreated for the grace, then no more",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      const old = await store.create();
      const fresh = storedToken(await store.update(old, { base: await store.live(old), rotation: rotation() }));
      const newest = storedToken(await store.update(fresh, { base: await store.live(fresh), rotation: rotation() }));
      store.advance(LIMITS.grace - 1);
      for (const token of [old, fresh]) {
        const soon = await store.read(token);
        expectSame("refused" in soon && soon.refused, "recreated", "an old token within the grace");
      }
      store.advance(2);
      const late = await store.read(old);
      const forgotten = "refused" in late && (late.refused === "unknown" || late.refused === "revoked");
      expect(forgotten, "the old token should be unknown, or revoked, after the grace");
      await store.live(newest);
    },
  },
  {
    name: "what a session is bound to stays until it is recreated, and is no other session's",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      const bound = async (token: string): Promise<string> => {
        const read = await store.read(token);
        expect("record" in read, "the session should live");
        return read.binding ?? read.token ?? token;
      };
      const browser = await store.browser();
      const first = await bound(browser.token);
      browser.take(await store.update(browser.token, { base: await store.live(browser.token), set: fields({ n: 1 }) }));
      expectSame(await bound(browser.token), first, "the binding, or the token, after a change");
      store.advance(LIMITS.refresh);
      browser.take(await store.read(browser.token));
      expectSame(await bound(browser.token), first, "the binding, or the token, when the idle clock restarted");
      expect((await bound(await store.create())) !== first, "another session should have another one");
      const base = await store.live(browser.token);
      const fresh = storedToken(await store.update(browser.token, { base, rotation: rotation() }));
      expect((await bound(fresh)) !== first, "a recreated session should have another one");
    },
  },
  {
    name: "recreating at once by two requests leaves one token alive",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      const old = await store.create();
      const base = await store.live(old);
      const results = await Promise.all(
        [1, 2, 3].map((n) => store.update(old, { base, set: fields({ n }), rotation: rotation() })),
      );
      const tokens = results.flatMap((result) => ("token" in result ? [result.token] : []));
      expectSame(tokens.length, 1, "tokens handed out");
      await store.live(tokens[0]!);
    },
  },
  {
    name: "slots that should not be kept go when the session is recreated",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      const slots = new Map([
        ["flash", slot("hi", true)],
        ["csrf", slot("secret", false)],
      ]);
      const browser = await store.browser();
      const base = await store.live(browser.token);
      browser.take(await store.update(browser.token, { base, slots })); // after the reading that the recreate is based on
      const fresh = storedToken(await store.update(browser.token, { base, rotation: rotation("bob") }));
      expectSame([...(await store.live(fresh)).slots.keys()].join(), "flash", "slots");
    },
  },
  {
    name: "a sign-out by a token that was just renewed ends the session; by one from before a sign-in it does not",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      const renewed = await store.create({ subject: "bob" });
      const after = storedToken(
        await store.update(renewed, { base: await store.live(renewed), rotation: rotation("bob") }),
      );
      expectSame(await store.end(renewed), true, "ending by the renewed session's old token");
      expectRefused(await store.read(after), "the renewed session");
      const visitor = await store.create();
      const signedIn = storedToken(
        await store.update(visitor, { base: await store.live(visitor), rotation: rotation("bob") }),
      );
      expectSame(await store.end(visitor), false, "ending by the token from before the sign-in");
      await store.live(signedIn);
    },
  },
  {
    name: "a session that is recreated for a new subject begins anew; for the same one it does not",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open);
      const old = await store.create();
      const began = store.now();
      store.advance(600);
      const renewed = storedToken(await store.update(old, { base: await store.live(old), rotation: rotation() }));
      expectSame((await store.live(renewed)).createdAt, began, "createdAt after a renewal");
      const signIn = { ...rotation("bob"), restart: true, authenticated: true };
      const fresh = storedToken(await store.update(renewed, { base: await store.live(renewed), rotation: signIn }));
      const record = await store.live(fresh);
      expectSame(record.createdAt, store.now(), "createdAt after a sign-in");
      expectSame(record.authenticatedAt, store.now(), "authenticatedAt after a sign-in");
    },
  },
  {
    name: "a token from before a renewal does not end the session that somebody signed in to after it",
    guarantee: "G3",
    async run(open) {
      const store = await bench(open);
      const first = await store.create();
      const renewed = storedToken(await store.update(first, { base: await store.live(first), rotation: rotation() }));
      const signIn = { base: await store.live(renewed), rotation: rotation("bob") };
      const signedIn = storedToken(await store.update(renewed, signIn));
      for (const token of [first, renewed]) expectSame(await store.end(token), false, "ending by an older token");
      await store.live(signedIn);
    },
  },
  {
    name: "once a recreated session has expired, its old token is no longer told as recreated",
    guarantee: "G9",
    async run(open) {
      const store = await bench(open, { ...LIMITS, timeout: 30, refresh: 0 });
      const old = await store.create();
      const fresh = storedToken(await store.update(old, { base: await store.live(old), rotation: rotation() }));
      store.advance(30);
      for (const token of [old, fresh]) {
        const late = await store.read(token);
        expectRefused(late, "a token of the expired session");
        expect("refused" in late && late.refused !== "recreated", "it should be told as expired or unknown");
      }
    },
  },
];
