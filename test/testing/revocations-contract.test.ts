import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryRevocations, type Revocations } from "../../src/stores/revocations.ts";
import { revocationsContract } from "../../src/testing/revocations-contract.ts";

for (const check of revocationsContract) {
  test(`memoryRevocations: ${check.name}`, () => check.run(() => memoryRevocations()));
}

/** One that answers later, and breaks the contract in one way. */
const broken: Array<[what: string, caughtBy: string, breaks: (sound: Revocations) => Partial<Revocations>]> = [
  [
    "ids are not told apart by case",
    "nothing is known of what did not end",
    (sound) => ({
      end: (id, ...rest) => sound.end(id.toLowerCase(), ...rest),
      look: (id, ...rest) => sound.look(id?.toLowerCase(), ...rest),
    }),
  ],
  [
    "everybody is told that he ended it",
    "an id ends once, and everybody else is told how it ended first",
    () => ({ end: () => undefined }),
  ],
  [
    "a field is lost on the way",
    "what is said of an ended id comes back whole",
    (sound) => ({ end: (id, { nextUntil: _, ...ended }, until) => sound.end(id, ended, until) }),
  ],
  [
    "entries are forgotten early",
    "an entry is known until its time and not forgotten before",
    (sound) => ({ end: (id, ended, until) => sound.end(id, ended, until - 1000) }),
  ],
  [
    "the epoch is the instant",
    "an epoch only rises, each raise to another, and never below the instant that is given",
    () => ({ raise: (_subject, now) => ({ before: 0, epoch: now }) }),
  ],
  [
    "an epoch that was raised meanwhile is raised again",
    "of raises that ask for an unchanged epoch one alone is done",
    (sound) => ({ raise: (subject, now, until) => sound.raise(subject, now, until) }),
  ],
];
for (const [what, caughtBy, breaks] of broken) {
  test(`where ${what}, it is caught`, async () => {
    const check = revocationsContract.find(({ name }) => name === caughtBy)!;
    const open = () => {
      const sound = memoryRevocations();
      return { ...sound, ...breaks(sound) };
    };
    await assert.rejects(check.run(open));
  });
}
