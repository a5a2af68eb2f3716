/** Random histories of sealed sessions: what ended once is never read again, by any copy, at any time, under any limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { keyRing, newKey } from "../../src/crypto/keys.ts";
import { NO_CHANGES } from "../../src/session/change.ts";
import type { Limits } from "../../src/session/expiry.ts";
import type { Store, StoreContext, UpdateResult } from "../../src/session/store.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { memoryRevocations } from "../../src/stores/revocations.ts";

const keys = keyRing(newKey());
const SUBJECTS = ["alice", "bob", undefined] as const;

/** One copy of a token. Copies of one session share `session`, which the test draws anew with each recreate. */
interface Copy {
  readonly token: string;
  readonly session: object;
  readonly subject: string | undefined;
}

const step = fc.record({
  what: fc.constantFrom("create", "read", "write", "recreate", "end", "endAll", "endOthers", "wait", "wait"),
  copy: fc.nat(),
  subject: fc.constantFrom(...SUBJECTS),
  persist: fc.constantFrom(undefined, undefined, 50, 5000),
  seconds: fc.constantFrom(0, 1, 59, 61, 600, 1900, 40_000),
  long: fc.boolean(),
});
const short: Limits = { timeout: 60, absolute: 600, refresh: 2, grace: 60 };
const long: Limits = { timeout: 1800, absolute: 43_200, refresh: 60, grace: 60 };

async function neverRevived(
  store: Store,
  steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[],
) {
  let now = Date.UTC(2026, 0, 1);
  const context = (limits: Limits): StoreContext => ({ now, limits, emit: () => {}, cookieName: "session" });
  const copies: Copy[] = [];
  const dead = new Set<object>();
  const end = (isDead: (copy: Copy) => boolean) => {
    for (const copy of copies) if (isDead(copy)) dead.add(copy.session);
  };
  const check = async () => {
    for (const { token, session } of copies) {
      if (!dead.has(session)) continue;
      for (const limits of [short, long]) assert.ok("refused" in (await store.read(token, context(limits))), "revived");
    }
  };
  for (const { what, copy: at, subject, persist, seconds, long: isLong } of steps) {
    const asked = context(isLong ? long : short);
    const copy = copies[at % Math.max(1, copies.length)];
    if (what === "wait") now += seconds * 1000;
    else if (what === "create" || !copy) {
      const draft = { data: new Map(), slots: new Map(), subject, authenticatedAt: undefined, persist };
      copies.push({ token: await store.create(draft, asked), session: {}, subject });
    } else if (what === "end") {
      if (await store.delete(copy.token, asked)) end(({ session }) => session === copy.session);
    } else if (what === "endAll" && subject !== undefined) {
      await store.deleteAll!(subject, {}, asked);
      end((each) => each.subject === subject);
    } else {
      const read = await store.read(copy.token, asked);
      if ("refused" in read) continue;
      if (read.token !== undefined) copies.push({ ...copy, token: read.token });
      if (what === "endOthers" && copy.subject !== undefined) {
        const kept = await store.deleteAll!(copy.subject, { but: copy.token }, asked);
        if (kept === undefined) continue;
        end((each) => each.subject === copy.subject && each.session !== copy.session);
        copies.push({ ...copy, token: kept });
      } else if (what === "write" || what === "recreate") {
        const moved = what === "recreate" ? subject : copy.subject;
        const restart = moved !== copy.subject || persist !== undefined;
        const rotation =
          what === "recreate"
            ? {
                subject: moved,
                persist: persist ?? (moved === copy.subject ? read.record.persist : undefined),
                restart,
                authenticated: false,
              }
            : undefined;
        const set = new Map([['"n"', String(now)]]);
        const change = {
          base: read.record,
          ...NO_CHANGES,
          set,
          fill: NO_CHANGES,
          slots: new Map(),
          serial: false,
          rotation,
        };
        const result: UpdateResult = await store.update(copy.token, change, asked);
        if (!("token" in result)) continue;
        if (rotation) end(({ session }) => session === copy.session);
        copies.push({ token: result.token, session: rotation ? {} : copy.session, subject: moved });
      }
    }
    await check();
  }
  for (const pause of [30, 60, 1900, 43_200, 500_000]) {
    now += pause * 1000;
    await check();
  }
}

for (const [name, open] of Object.entries({
  memory: () => memoryStore(),
  "cookie with revocation": () => cookieStore({ keys, revocation: memoryRevocations() }),
})) {
  test(`${name}: in 1000 random histories under two sets of limits nothing that ended lives again`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), (steps) => neverRevived(open(), steps)),
      { numRuns: 1000 },
    );
  });
}

test("the same histories find the revivals of a store without revocation", async () => {
  const without = () => {
    const store = cookieStore({ keys });
    return { ...store, deleteAll: () => undefined };
  };
  const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), (steps) =>
    neverRevived(without(), steps),
  );
  const { failed } = await fc.check(property, { numRuns: 400 });
  assert.equal(failed, true);
});
