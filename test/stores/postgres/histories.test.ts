/** What `postgresStore` says in SQL about limits, subjects and epochs is what the steps of `memoryStore` say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseToken } from "../../../src/crypto/ids.ts";
import type { Change } from "../../../src/session/change.ts";
import type { SessionEvent } from "../../../src/session/events.ts";
import type { Limits } from "../../../src/session/expiry.ts";
import type { SessionRecord } from "../../../src/session/record.ts";
import type { ReadResult, Store, StoreContext, UpdateResult } from "../../../src/session/store.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { postgresStore } from "../../../src/stores/postgres.ts";
import { fields, LIMITS, rotation } from "../../../src/testing/contract/bench.ts";
import { postgresServer, withoutPostgres } from "../../support/postgres-server.ts";
import { change, context, draft, NOW, signIn } from "../../support/store-calls.ts";

const skip = withoutPostgres("postgresStore");
const server = postgresServer(skip);

const WHAT = ["create", "enter", "read", "update", "serial", "renew", "sign in", "delete", "list", "end", "end all"];

interface Step {
  readonly what: string;
  /** Which token, of those handed out so far; and which of two subjects. */
  readonly token: number;
  readonly who: number;
  /** Goes by the last reading, if there was one, and not by one of now; of `end all`: spares nobody. */
  readonly stale: boolean;
  readonly persist: number | undefined;
  readonly epoch: boolean;
  /** Seconds before the step. */
  readonly pause: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...WHAT, "read", "read"),
  token: fc.nat(5),
  who: fc.nat(1),
  stale: fc.boolean(),
  persist: fc.constantFrom(undefined, undefined, 90, 7200),
  epoch: fc.boolean(),
  pause: fc.constantFrom(0, 0.5, 20, 59, 60, 1000, 1860, 3000, 20_000),
});
const limits: fc.Arbitrary<Limits> = fc.constantFrom(
  ...[LIMITS, { ...LIMITS, timeout: 100, refresh: 0 }, { ...LIMITS, absolute: 3000 }],
);

/** How long a session is told as expired depends on when it was collected. */
const told = (reason: string) => (reason === "unknown" || reason.startsWith("expired") ? "dead" : reason);
const toldRead = (read: ReadResult) =>
  "refused" in read ? told(read.refused) : { record: read.record, restarted: read.restarted };

class History {
  readonly store: Store;
  readonly subjects: readonly string[];
  readonly tokens: string[] = [];
  readonly bases: Map<string, SessionRecord> = new Map();
  readonly epochs: Map<string, string> = new Map();

  constructor(store: Store, subjects: readonly string[]) {
    this.store = store;
    this.subjects = subjects;
  }

  /** What the store answers to a step, in words that know no token. */
  async play({ what, who, stale, persist, ...step }: Step, at: number, ctx: StoreContext): Promise<unknown> {
    const { store } = this;
    const token = this.tokens[step.token % Math.max(1, this.tokens.length)] ?? "A".repeat(43);
    const subject = this.subjects[who]!;
    const epoch = step.epoch ? this.epochs.get(subject) : undefined;
    const update = async (more: Partial<Change>) => {
      const base = stale ? this.bases.get(token) : await this.read(token, ctx).then(() => this.bases.get(token));
      const set = fields({ [`k${at % 3}`]: at });
      return base && this.toldUpdate(await store.update(token, change(base, { set, ...more }), ctx), token);
    };
    switch (what) {
      case "create":
      case "enter": {
        const bound = { subject: what === "enter" ? subject : undefined, persist, epoch };
        return this.tokens.push(await store.create({ ...draft, data: fields({ at }), ...bound }, ctx));
      }
      case "read":
        return toldRead(await this.read(token, ctx));
      case "update":
        return update({});
      case "serial":
        return update({ serial: true });
      case "renew":
        return update({ rotation: { ...rotation(this.bases.get(token)?.subject), persist } });
      case "sign in":
        return update({ rotation: { ...signIn(subject, epoch), persist } });
      case "delete":
        return store.delete(token, ctx, stale ? this.bases.get(token) : undefined);
      case "end":
        return store.end!(subject, parseToken(token)!.key, ctx);
      case "end all": {
        await this.read(token, ctx); // as a request does; memoryStore reads it once more itself
        const kept = await store.deleteAll!(subject, { but: stale ? undefined : token }, ctx);
        return kept === undefined ? "none" : this.tokens.indexOf(kept);
      }
      default: {
        this.epochs.set(subject, await store.subjectEpoch!(subject, ctx));
        return (await store.list!(subject, ctx)).map(({ handle: _, ...instants }) => instants);
      }
    }
  }

  async read(token: string, ctx: StoreContext): Promise<ReadResult> {
    const result = await this.store.read(token, ctx);
    if ("record" in result) this.bases.set(token, result.record);
    return result;
  }

  toldUpdate(result: UpdateResult, token: string): unknown {
    if ("gone" in result) return told(result.gone);
    if ("conflict" in result) return result.conflict;
    if (result.token !== token) this.tokens.push(result.token);
    return result.overwritten;
  }
}

test("random histories are answered as memoryStore answers them", { skip }, async () => {
  const limit = { maxPerSubject: 2 };
  const stores = [memoryStore(limit), postgresStore(server.pg(), { table: server.table(), ...limit })];
  let runs = 0;
  let now = NOW;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), limits, async (steps, inForce) => {
      const subjects = [`alice${runs}`, `bob${runs++}`];
      const histories = stores.map((store) => new History(store, subjects));
      for (const [at, each] of steps.entries()) {
        now += each.pause * 1000;
        const answers = [];
        for (const history of histories) {
          const events: SessionEvent[] = [];
          const answer = history.play(each, at, context(now, events, inForce));
          answers.push([await answer.catch((error: { code: string }) => error.code), events]);
        }
        assert.deepEqual(answers[1], answers[0], `${at}: ${each.what}`);
      }
    }),
    { numRuns: 150 },
  );
});
