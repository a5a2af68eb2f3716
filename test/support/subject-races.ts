/**
 * Random histories of one subject's sessions: sign-ins, renewals, switches and sign-outs at once with the ending of all of
 * them, over several stores on one backend, as processes would. What is promised is checked when all have answered.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseToken } from "../../src/crypto/ids.ts";
import { type Change, NO_CHANGES, type Rotation } from "../../src/session/change.ts";
import type { Draft } from "../../src/session/record.ts";
import type { Store } from "../../src/session/store.ts";
import { LIMITS } from "../../src/testing/contract/bench.ts";

const context = { now: Date.UTC(2026, 0, 1), limits: LIMITS, emit: () => {}, cookieName: "session" };
const none = { data: new Map(), slots: new Map(), authenticatedAt: undefined, persist: undefined };
const nothing = { ...NO_CHANGES, fill: NO_CHANGES, slots: new Map(), serial: false };

/** Repeatable random numbers: mulberry32. */
function randomOf(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One visitor's session through its tokens. */
interface Visitor {
  token: string | undefined;
  /** Every token he was ever given, with the moment at which it was his and the subject's. */
  readonly given: { token: string; subject: string | undefined; at: number; since: number }[];
  /** The moment at which he was told that his session ended. */
  ended: number | undefined;
}

async function history(stores: readonly Store[], seed: number): Promise<void> {
  const random = randomOf(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  let moment = 0;
  const revocations: { began: number; done: number; kept: string | undefined }[] = [];
  const refusedSignIns: string[] = [];
  const visitors: Visitor[] = [];

  async function signIn(visitor: Visitor, subject: string | undefined, epoch?: string): Promise<void> {
    const store = pick(stores);
    const before = visitor.given.at(-1);
    const began = moment++;
    try {
      if (visitor.token === undefined) {
        const token = await store.create({ ...none, subject, epoch } satisfies Draft, context);
        visitor.token = token;
        visitor.given.push({ token, subject, at: moment++, since: began });
        return;
      }
      const read = await store.read(visitor.token, context);
      if (!("record" in read)) return;
      const same = read.record.subject === subject;
      const rotation: Rotation = { subject, persist: undefined, restart: !same, authenticated: !same, epoch };
      const change: Change = { base: read.record, ...nothing, rotation };
      const result = await store.update(visitor.token, change, context);
      if (!("token" in result)) return;
      visitor.token = result.token;
      visitor.given.push({ token: result.token, subject, at: moment++, since: same && before ? before.since : began });
    } catch (error) {
      if ((error as { code?: string }).code !== "ERR_SUBJECT_EPOCH") throw error;
      refusedSignIns.push(epoch ?? "none");
    }
  }

  async function signOut(visitor: Visitor): Promise<void> {
    if (visitor.token === undefined) return;
    const ended = await pick(stores).delete(visitor.token, context);
    if (ended) visitor.ended = moment++;
  }

  async function revoke(kept: Visitor | undefined): Promise<void> {
    const began = moment++;
    const but = kept?.token;
    const token = await pick(stores).deleteAll!("bob", { but }, context);
    if (but !== undefined && token === undefined) return; // itself ended: nobody is promised anything
    revocations.push({ began, done: moment++, kept: token && parseToken(token)!.key });
  }

  for (let i = 0; i < 5; i++) {
    const visitor: Visitor = { token: undefined, given: [], ended: undefined };
    visitors.push(visitor);
    if (i < 3) await signIn(visitor, pick(["bob", "bob", undefined, "alice"]));
  }
  const old = await stores[0]!.subjectEpoch!("bob", context);
  const steps: (() => Promise<void>)[] = [];
  for (const visitor of visitors) {
    steps.push(async () => {
      for (let i = 0; i < 3 && visitor.ended === undefined; i++) {
        const what = random();
        if (what < 0.65)
          await signIn(visitor, pick(["bob", "bob", "bob", "alice", undefined]), random() < 0.3 ? old : undefined);
        else if (what < 0.8) await signOut(visitor);
        else for (let n = random() * 4; n > 0; n--) await pick(stores).subjectEpoch!("bob", context);
      }
    });
  }
  const revokers = 1 + Math.floor(random() * 2);
  for (let i = 0; i < revokers; i++) {
    const kept = random() < 0.3 ? pick(visitors) : undefined;
    steps.push(async () => {
      for (let n = random() * 4; n > 0; n--) await pick(stores).subjectEpoch!("bob", context);
      await revoke(kept);
    });
  }
  await Promise.all(steps.map((step) => step()));

  const story = `history ${seed}`;
  const listed = (await stores[0]!.list!("bob", context)).map(({ handle }) => handle);
  const alive = new Set<string>();
  for (const visitor of visitors) {
    for (const { token, subject, at, since } of visitor.given) {
      const read = await pick(stores).read(token, context);
      if (!("record" in read)) continue;
      const { key } = parseToken(token)!;
      assert.equal(read.record.subject, subject, `${story}: whose session it is`);
      assert.equal(visitor.ended, undefined, `${story}: a session lives that ended`);
      if (subject !== "bob") continue;
      alive.add(key);
      assert.ok(listed.includes(key), `${story}: a session lives that is not listed`);
      for (const revocation of revocations) {
        const escaped = since < revocation.began && at < revocation.began && revocation.kept !== key;
        assert.ok(!escaped, `${story}: a session lives that was the subject's before all were ended`);
        const renewed = visitor.given.some(
          (each) => each.since === since && each.at < revocation.began && revocation.kept !== key,
        );
        assert.ok(!renewed, `${story}: what it was renewed into lives`);
      }
    }
  }
  assert.deepEqual(new Set(listed), alive, `${story}: listed and alive`);
  if (revocations.length > 0) {
    await assert.rejects(
      async () => pick(stores).create({ ...none, subject: "bob", epoch: old }, context),
      { code: "ERR_SUBJECT_EPOCH" },
      `${story}: a sign-in under the epoch of before`,
    );
  }
  for (const store of stores.slice(0, 1)) await store.deleteAll!("bob", {}, context);
  assert.deepEqual(await stores[0]!.list!("bob", context), [], `${story}: after all were ended`);
}

export function testSubjectRaces(
  name: string,
  open: () => readonly Store[] | Promise<readonly Store[]>,
  how: { readonly skip?: string | undefined } = {},
  histories = 150,
): void {
  test(`${name}: in ${histories} random histories what ended stays ended, and what lives is listed`, how, async () => {
    const first = Math.floor(Math.random() * 1e9);
    for (let seed = first; seed < first + histories; seed++) await history(await open(), seed);
  });
}
