/** What holds of `maxPerSubject` on every store that has it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change } from "../../src/session/change.ts";
import { NO_CHANGES } from "../../src/session/change.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Draft } from "../../src/session/record.ts";
import type { Store, StoreContext } from "../../src/session/store.ts";
import type { SubjectLimitOptions } from "../../src/stores/subject-limit.ts";
import { LIMITS } from "../../src/testing/contract/bench.ts";

const draft = (subject?: string): Draft => ({
  ...{ data: new Map(), slots: new Map(), authenticatedAt: undefined, persist: undefined },
  subject,
});

/** A store, and a clock that each look at moves on by a millisecond: so that sessions begin one after the other. */
async function opened(open: (options: SubjectLimitOptions) => Store | Promise<Store>, options: SubjectLimitOptions) {
  const store = await open(options);
  const events: SessionEvent[] = [];
  let now = Date.UTC(2026, 0, 1);
  const context = (seconds = 0): StoreContext => {
    now += 1 + seconds * 1000;
    return { now, limits: LIMITS, emit: (event) => void events.push(event), cookieName: "session" };
  };
  const lives = async (token: string) => "record" in (await store.read(token, context()));
  const signIn = async (subject: string) => store.create(draft(subject), context());
  async function become(token: string, subject: string | undefined) {
    const read = await store.read(token, context());
    assert.ok("record" in read);
    const rotation = { subject, persist: undefined, restart: subject !== read.record.subject, authenticated: true };
    const nothing = { ...NO_CHANGES, fill: NO_CHANGES, slots: new Map(), serial: false };
    const change: Change = { base: read.record, ...nothing, rotation };
    const result = await store.update(token, change, context());
    assert.ok("token" in result);
    return result.token;
  }
  return { store, events, context, lives, signIn, become };
}

export function testSubjectLimit(
  name: string,
  open: (options: SubjectLimitOptions) => Store | Promise<Store>,
  how: { readonly skip?: string | undefined } = {},
): void {
  test(`${name}, maxPerSubject: the session that began longest ago makes room, told as evicted`, how, async () => {
    const { store, events, context, lives, signIn, become } = await opened(open, { maxPerSubject: 2 });
    const [first, second] = [await signIn("bob"), await signIn("bob")];
    const [alice, visitor] = [await signIn("alice"), (await store.create(draft(), context())) as string];
    await lives(first); // used last, and still the oldest
    const third = await signIn("bob");
    assert.deepEqual(await Promise.all([first, second, third, alice, visitor].map(lives)), [
      false,
      true,
      true,
      true,
      true,
    ]);
    assert.deepEqual(events, [{ type: "session.evicted", signedIn: true }]);
    const fourth = await become(visitor, "bob");
    assert.deepEqual(await Promise.all([second, third, fourth].map(lives)), [false, true, true]);
    assert.equal((await store.list!("bob", context())).length, 2);
  });

  test(`${name}, maxPerSubject: with "refuse" a sign-in too many is an error, and stores nothing`, how, async () => {
    const { store, context, lives, signIn, become } = await opened(open, { maxPerSubject: 2, whenFull: "refuse" });
    const [first, second] = [await signIn("bob"), await signIn("bob")];
    const visitor = (await store.create(draft(), context())) as string;
    await assert.rejects(signIn("bob"), { code: "ERR_SUBJECT_FULL", status: 409 });
    await assert.rejects(become(visitor, "bob"), { code: "ERR_SUBJECT_FULL" });
    assert.deepEqual(await Promise.all([first, second, visitor].map(lives)), [true, true, true]);
    assert.equal((await store.list!("bob", context())).length, 2);
    await store.delete(first, context());
    assert.equal(await lives(await become(visitor, "bob")), true, "once there is room");
    assert.equal(await lives(await become(second, "bob")), true, "proving again who he is, which takes no room");
  });

  test(`${name}, maxPerSubject: what is past its time, or another's now, takes no room`, how, async () => {
    const { context, lives, signIn, become } = await opened(open, { maxPerSubject: 2, whenFull: "refuse" });
    const first = await signIn("bob");
    await signIn("bob");
    await become(first, undefined);
    const third = await signIn("bob");
    await become(third, "alice");
    await signIn("bob");
    context(LIMITS.timeout + LIMITS.refresh);
    assert.equal(await lives(await signIn("bob")), true);
    assert.equal(await lives(await signIn("bob")), true);
  });

  test(`${name}, maxPerSubject: of 20 sign-ins at once never more live than may`, how, async () => {
    for (const whenFull of ["end-oldest", "refuse"] as const) {
      const { store, context, lives, signIn, become } = await opened(open, { maxPerSubject: 3, whenFull });
      const visitors = await Promise.all(Array.from({ length: 10 }, () => store.create(draft(), context())));
      const attempts = await Promise.allSettled([
        ...visitors.map((visitor) => become(visitor, "bob")),
        ...visitors.map(() => signIn("bob")),
      ]);
      const tokens = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
      const alive = (await Promise.all(tokens.map(lives))).filter((live) => live).length;
      assert.equal(alive, (await store.list!("bob", context())).length, "alive and listed");
      assert.ok(alive <= 3 && alive >= 1, `${alive} live`);
      if (whenFull === "refuse") assert.equal(tokens.length, 3, "let in");
    }
  });

  test(`${name}, maxPerSubject: an adoption that is refused is not spent`, how, async () => {
    const { store, context, lives, signIn } = await opened(open, { maxPerSubject: 1, whenFull: "refuse" });
    const first = await signIn("bob");
    const seed = new Uint8Array(32).fill(9);
    const adopt = async () => store.adopt!(seed, draft("bob"), context().now + 3_600_000, context());
    await assert.rejects(adopt(), { code: "ERR_SUBJECT_FULL" });
    await store.delete(first, context());
    const adopted = await adopt();
    assert.ok("record" in adopted && (await lives(adopted.token!)));
    assert.equal((await store.list!("bob", context())).length, 1);
  });

  test(`${name}, maxPerSubject: what cannot be a limit throws when the store is made`, how, async () => {
    for (const maxPerSubject of [0, 1.5, -1, Number.NaN, 10_001, "2" as never])
      await assert.rejects(async () => open({ maxPerSubject }), { code: "ERR_OPTION", option: "maxPerSubject" });
    await assert.rejects(async () => open({ whenFull: "refuse" }), { code: "ERR_OPTION", option: "whenFull" });
    await assert.rejects(async () => open({ maxPerSubject: 1, whenFull: "no" as never }), { option: "whenFull" });
  });
}
