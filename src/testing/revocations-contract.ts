/**
 * The contract of `Revocations` as data, for any test runner:
 *
 * ```ts
 * for (const check of revocationsContract) test(check.name, () => check.run(() => memoryRevocations()));
 * ```
 */
import type { Awaitable } from "../ring.ts";
import type { Revocations } from "../stores/revocations.ts";
import { expect, expectSame } from "./contract/bench.ts";

/** One promise of `Revocations`, and how it is checked. */
export interface RevocationsCheck {
  /** A sentence that is true of what passes. */
  readonly name: string;
  /** Opens what knows nothing yet. Rejects with what went wrong. Instants are the check's own, in milliseconds. */
  readonly run: (open: () => Awaitable<Revocations>) => Promise<void>;
}

const NOW = Date.UTC(2026, 0, 1);
const LATER = NOW + 86_400_000;

/** Every check, in order. */
export const revocationsContract: readonly RevocationsCheck[] = [
  {
    name: "nothing is known of what did not end",
    async run(open) {
      const store = await open();
      await store.end("other", { at: NOW }, LATER);
      await store.raise("other", NOW, LATER);
      for (const [id, subject] of [
        ["id", "bob"],
        ["id", undefined],
        [undefined, "bob"],
        ["Other", "Other"],
      ] as const) {
        const known = await store.look(id, subject, NOW);
        expectSame(known.ended, undefined, "ended");
        expectSame(known.epoch, 0, "epoch");
      }
    },
  },
  {
    name: "an id ends once, and everybody else is told how it ended first",
    async run(open) {
      const store = await open();
      const ends = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          store.end("id", { at: NOW + i, next: `next ${i}`, sameSubject: true }, LATER),
        ),
      );
      const winners = ends.filter((before) => before === undefined);
      expectSame(winners.length, 1, "how many ended it");
      const { ended } = await store.look("id", undefined, NOW);
      expect(ended !== undefined, "the id should be known as ended");
      for (const before of ends) if (before) expectSame(before.next, ended.next, "what the others were told");
      expectSame(ended.sameSubject, true, "sameSubject");
    },
  },
  {
    name: "what is said of an ended id comes back whole",
    async run(open) {
      const store = await open();
      const said = { at: NOW, next: "next", nextUntil: LATER, sameSubject: false, epoch: 7 };
      await store.end("adopted id", said, LATER);
      const { ended } = await store.look("adopted id", undefined, NOW);
      for (const key of ["at", "next", "nextUntil", "sameSubject", "epoch"] as const)
        expectSame(ended?.[key], said[key], key);
    },
  },
  {
    name: "an entry is known until its time and not forgotten before",
    async run(open) {
      const store = await open();
      await store.end("id", { at: NOW }, LATER);
      await store.raise("bob", NOW, LATER);
      const known = await store.look("id", "bob", LATER - 1);
      expect(known.ended !== undefined && known.epoch > 0, "both should be known a moment before their time");
      const after = await store.look("id", "bob", LATER);
      expect(after.ended === undefined && after.epoch === 0, "neither should count from then on");
    },
  },
  {
    name: "an epoch only rises, each raise to another, and never below the instant that is given",
    async run(open) {
      const store = await open();
      const raised = await Promise.all(Array.from({ length: 20 }, () => store.raise("bob", NOW, LATER)));
      const epochs = raised.map(({ epoch }) => epoch);
      expectSame(new Set(epochs).size, 20, "different epochs");
      expect(Math.min(...epochs) >= NOW, "an epoch should be no smaller than the instant");
      for (const { before, epoch } of raised) expect(before < epoch, "each should be above the one before");
      expectSame((await store.look(undefined, "bob", NOW)).epoch, Math.max(...epochs), "what is known after");
      const { epoch } = await store.raise("bob", NOW + 3_600_000, LATER);
      expect(epoch >= NOW + 3_600_000, "a later raise should reach its instant");
      expect((await store.raise("bob", NOW, LATER)).epoch > epoch, "an earlier instant should not lower it");
      expectSame((await store.look(undefined, "alice", NOW)).epoch, 0, "another subject's epoch");
    },
  },
  {
    name: "of raises that ask for an unchanged epoch one alone is done",
    async run(open) {
      const store = await open();
      const raised = await Promise.all(Array.from({ length: 20 }, () => store.raise("bob", NOW, LATER, 0)));
      expectSame(raised.filter(({ before, epoch }) => epoch > before).length, 1, "how many were done");
      const { epoch } = await store.look(undefined, "bob", NOW);
      for (const { before, epoch: given } of raised)
        expect(before === 0 || (before === epoch && given === epoch), "the others should be told what stands");
    },
  },
];
