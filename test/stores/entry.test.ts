import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { parseToken } from "../../src/crypto/ids.ts";
import { type Change, NO_CHANGES, type Rotation } from "../../src/session/change.ts";
import type { Draft } from "../../src/session/record.ts";
import type { StoreContext } from "../../src/session/store.ts";
import {
  adoptedEntry,
  changeEntry,
  type Entry,
  isNewlyAdopted,
  mayEnd,
  newEntry,
  readEntry,
  refusal,
} from "../../src/stores/entry.ts";
import { LIMITS } from "../../src/testing/contract/bench.ts";

const GRACE = LIMITS.grace * 1000;
const ABSOLUTE = LIMITS.absolute * 1000;
const IDLE = (LIMITS.timeout + LIMITS.refresh) * 1000;
const at = (now: number): StoreContext => ({ now, limits: LIMITS, emit: () => {}, cookieName: "session" });
const hashOf = (token: string) => parseToken(token)!.hash;
const draft: Draft = {
  data: new Map([['"n"', "1"]]),
  slots: new Map(),
  subject: undefined,
  authenticatedAt: undefined,
  persist: undefined,
};
const UNCHANGED: Omit<Change, "base" | "rotation"> = {
  set: new Map(),
  unset: new Set(),
  slots: new Map(),
  fill: NO_CHANGES,
  serial: false,
};

/** A session that is recreated again and again: its entry, and its secrets' hashes, oldest first. */
function life(subject?: string, now = 0) {
  const { entry, parts } = newEntry({ ...draft, subject }, at(now));
  const session = {
    entry: entry as Entry,
    key: parts.key,
    hashes: [parts.hash],
    recreate(to: string | undefined, now = 0, restart = false) {
      const rotation: Rotation = { subject: to, persist: undefined, restart, authenticated: false };
      const change: Change = { ...UNCHANGED, base: session.entry.record, rotation };
      const changed = changeEntry(session.entry, session.key, change, at(now));
      session.entry = changed.entry;
      session.hashes.push(hashOf(changed.token!));
      return session;
    },
  };
  return session;
}

test("the right secret learns why its session is dead, a wrong one nothing at all", () => {
  const { entry, hashes } = life();
  const wrong = hashOf(newEntry(draft, at(0)).parts.token);
  const instants = [0, IDLE - 1, IDLE, ABSOLUTE - 1, ABSOLUTE];
  assert.deepEqual(
    instants.map((now) => refusal(entry, hashes[0]!, at(now))),
    [undefined, undefined, "expired-idle", "expired-idle", "expired-absolute"],
  );
  for (const now of instants) {
    assert.equal(refusal(entry, wrong, at(now)), "unknown");
    assert.equal(mayEnd(entry, wrong, at(now)), false);
  }
});

test("beside tombstones a wrong secret learns nothing either, nor an old one of a session that has died", () => {
  const { entry, hashes } = life().recreate(undefined, IDLE - 1);
  const [old, fresh] = hashes as [string, string];
  const wrong = hashOf(newEntry(draft, at(0)).parts.token);
  assert.equal(refusal(entry, old, at(IDLE)), "recreated");
  assert.equal(refusal(entry, wrong, at(IDLE)), "unknown");
  const late = life().recreate(undefined, ABSOLUTE - 1);
  assert.equal(refusal(late.entry, late.hashes[0]!, at(ABSOLUTE - 1)), "recreated");
  assert.equal(
    refusal(late.entry, late.hashes[0]!, at(ABSOLUTE)),
    "unknown",
    "the session is dead, the old token knows",
  );
  assert.equal(refusal(entry, fresh, at(IDLE)), undefined);
});

test("an old token is told as recreated until the grace is over, to the millisecond", () => {
  const { entry, hashes } = life().recreate(undefined, 1000);
  assert.equal(refusal(entry, hashes[0]!, at(1000 + GRACE - 1)), "recreated");
  assert.equal(refusal(entry, hashes[0]!, at(1000 + GRACE)), "unknown");
  assert.equal(mayEnd(entry, hashes[0]!, at(1000 + GRACE - 1)), true);
  assert.equal(mayEnd(entry, hashes[0]!, at(1000 + GRACE)), false);
});

test("a token from before a renewal may end the session, however often it was renewed", () => {
  const { entry, hashes } = life("bob").recreate("bob").recreate("bob").recreate("bob");
  assert.deepEqual(
    hashes.map((hash) => mayEnd(entry, hash, at(0))),
    [true, true, true, true],
  );
});

test("a token from before a renewal and a sign-in does not end the signed-in session", () => {
  const { entry, hashes } = life().recreate(undefined).recreate("bob");
  assert.deepEqual(
    hashes.map((hash) => mayEnd(entry, hash, at(0))),
    [false, false, true],
  );
});

test("nor does one from before a sign-in and a renewal; one from between does", () => {
  const { entry, hashes } = life().recreate("bob").recreate("bob");
  assert.deepEqual(
    hashes.map((hash) => mayEnd(entry, hash, at(0))),
    [false, true, true],
  );
});

test("a subject that came back is another sign-in: the token from before does not end it", () => {
  const { entry, hashes } = life("bob").recreate("alice").recreate("bob");
  assert.deepEqual(
    hashes.map((hash) => mayEnd(entry, hash, at(0))),
    [false, false, true],
  );
});

test("tombstones stand newest first, each with its own end", () => {
  const { entry, hashes } = life().recreate(undefined, 0).recreate(undefined, 100).recreate("bob", 200);
  assert.deepEqual(
    entry.tombstones.map(({ hash, until }) => [hashes.indexOf(hash), until]),
    [
      [2, GRACE + 200],
      [1, GRACE + 100],
      [0, GRACE],
    ],
  );
});

test("the 32 newest tombstones are kept, and those past the grace are dropped at the next recreate", () => {
  const session = life();
  for (let i = 0; i < 40; i++) session.recreate(undefined);
  const reasons = session.hashes.map((hash) => refusal(session.entry, hash, at(0)));
  assert.deepEqual(reasons, [...Array(8).fill("unknown"), ...Array(32).fill("recreated"), undefined]);
  session.recreate(undefined, GRACE - 1);
  assert.equal(session.entry.tombstones.length, 32);
  session.recreate(undefined, GRACE);
  assert.deepEqual(
    session.entry.tombstones.map(({ hash }) => session.hashes.indexOf(hash)),
    [41, 40],
  );
});

test("a change without a recreate keeps secret and tombstones, and hands out no token", () => {
  const { entry, key } = life().recreate("bob");
  const change = { ...UNCHANGED, set: new Map([['"n"', "2"]]), base: entry.record, rotation: undefined };
  const changed = changeEntry(entry, key, change, at(0));
  assert.equal(changed.token, undefined);
  assert.equal(changed.entry.hash, entry.hash);
  assert.equal(changed.entry.tombstones, entry.tombstones);
  assert.equal(changed.entry.record.data.get('"n"'), "2");
});

test("a recreate keeps the key: the new token lies where the old one lay", () => {
  const { entry, key } = life();
  const rotation: Rotation = { subject: "bob", persist: undefined, restart: true, authenticated: true };
  const { token, entry: after } = changeEntry(entry, key, { ...UNCHANGED, base: entry.record, rotation }, at(0));
  assert.deepEqual(parseToken(token!), { key, hash: after.hash });
  assert.notEqual(after.hash, entry.hash);
});

test("a read gives a copy, and makes a new entry only when the idle clock was due", () => {
  const { entry } = life();
  const refresh = LIMITS.refresh * 1000;
  const early = readEntry(entry, at(refresh - 1));
  assert.equal(early.entry, entry);
  assert.equal("record" in early.result && early.result.restarted, false);
  const due = readEntry(entry, at(refresh));
  assert.equal(due.entry.record.usedAt, refresh);
  assert.equal(due.entry.hash, entry.hash);
  assert.ok("record" in due.result && due.result.restarted && due.result.record.usedAt === refresh);
  for (const { entry: kept, result } of [early, due]) {
    assert.ok("record" in result);
    (result.record.data as Map<string, string>).set('"n"', "999");
    assert.equal(kept.record.data.get('"n"'), "1");
  }
});

test("an adopted session lies under the token that its seed stands for, for every seed", () => {
  for (const seed of [randomBytes(32), new Uint8Array(32), new Uint8Array(32).fill(255)]) {
    const { entry, parts } = adoptedEntry(seed, draft, at(5));
    assert.deepEqual([...Buffer.from(parts.token, "base64url")], [...seed]);
    assert.deepEqual(parseToken(parts.token), { key: parts.key, hash: parts.hash });
    assert.deepEqual([entry.hash, entry.tombstones, entry.record.createdAt], [parts.hash, [], 5]);
  }
});

test("it is newly adopted under its own secret, until the grace is over", () => {
  const { entry, parts } = adoptedEntry(randomBytes(32), draft, at(1000));
  assert.equal(isNewlyAdopted(entry, parts.hash, at(1000 + GRACE - 1)), true);
  assert.equal(isNewlyAdopted(entry, parts.hash, at(1000 + GRACE)), false);
  assert.equal(isNewlyAdopted(entry, hashOf(newEntry(draft, at(0)).parts.token), at(1000)), false);
  assert.equal(isNewlyAdopted(undefined, parts.hash, at(1000)), false);
});
