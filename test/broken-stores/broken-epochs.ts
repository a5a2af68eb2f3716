/** Stores that let a sign-in with the old password in. */
import { memoryStore } from "../../src/stores/memory.ts";
import type { BrokenStore } from "./broken-store.ts";

export const brokenEpochs: readonly BrokenStore[] = [
  {
    name: "an epoch is refused that still is",
    caughtBy: "an epoch that still is lets a session begin, or become the subject's",
    open: () => {
      let draws = 0;
      return { ...memoryStore(), subjectEpoch: () => `epoch ${draws++}` };
    },
  },
  {
    name: "a new session asks for no epoch",
    caughtBy: "an epoch that has passed lets nobody in, and stores nothing",
    open: () => {
      const store = memoryStore();
      return { ...store, create: ({ epoch: _, ...draft }, context) => store.create(draft, context) };
    },
  },
  {
    name: "a visitor who signs in asks for no epoch",
    caughtBy: "an epoch that has passed lets nobody in, and stores nothing",
    open: () => {
      const store = memoryStore();
      return {
        ...store,
        update: (token, change, context) =>
          store.update(
            token,
            change.rotation ? { ...change, rotation: { ...change.rotation, epoch: undefined } } : change,
            context,
          ),
      };
    },
  },
  {
    name: "the epoch stays when all of a subject's sessions end a second time",
    caughtBy: "each ending of all sessions passes an epoch, of that subject alone",
    open: () => {
      const store = memoryStore();
      const first = new Map<string, string>();
      return {
        ...store,
        async subjectEpoch(subject, context) {
          const epoch = await store.subjectEpoch!(subject, context);
          if (epoch !== "" && !first.has(subject)) first.set(subject, epoch);
          return first.get(subject) ?? epoch;
        },
      };
    },
  },
];
