/** Stores that break what a recreate must do. */
import { applyChange } from "../../src/session/change.ts";
import type { SessionRecord } from "../../src/session/record.ts";
import type { Store } from "../../src/session/store.ts";
import type { BrokenStore } from "./broken-store.ts";
import { plainStore } from "./plain-store.ts";

const BOUND = "what a session is bound to stays until it is recreated, and is no other session's";

export const brokenRecreates: readonly BrokenStore[] = [
  {
    name: "a session's binding changes with every write",
    caughtBy: BOUND,
    open: () => bound(({ version }, token) => `${token}${version}`),
  },
  {
    name: "a session's binding changes with the idle clock",
    caughtBy: BOUND,
    open: () => bound(({ usedAt }, token) => `${token}${usedAt}`),
  },
  {
    name: "a session's binding outlives a recreate",
    caughtBy: BOUND,
    open: () => bound(({ createdAt }) => `${createdAt}`),
  },
  {
    name: "a renewal forgets the session's own limit",
    caughtBy: "a recreate gives the session the limit of its own that it says, or none",
    open: () => plainStore({ apply: afterRotation((record) => ({ ...record, persist: undefined })) }),
  },
  {
    name: "a recreate keeps the limit that the session had before, whatever it says",
    caughtBy: "a recreate gives the session the limit of its own that it says, or none",
    open: () => plainStore({ apply: afterRotation((record, { persist }) => ({ ...record, persist })) }),
  },
  {
    name: "a recreate drops the slots that came with it",
    caughtBy: "a change that comes with a recreate is stored with it: values, slots and a higher version",
    open: () => plainStore({ apply: afterRotation((record, { slots }) => ({ ...record, slots })) }),
  },
  {
    name: "a recreate leaves the version as it was",
    caughtBy: "a change that comes with a recreate is stored with it: values, slots and a higher version",
    open: () => plainStore({ apply: afterRotation((record, { version }) => ({ ...record, version })) }),
  },
  {
    name: "a recreate leaves the idle clock as it was",
    caughtBy: "a recreate restarts the idle clock, whether or not it is due",
    open: () => plainStore({ apply: afterRotation((record, { usedAt }) => ({ ...record, usedAt })) }),
  },
  {
    name: "a renewal forgets when the subject proved who he is",
    caughtBy: "when the subject proved who he is survives a renewal, and goes with him",
    open: () => plainStore({ apply: afterRotation((record) => ({ ...record, authenticatedAt: undefined })) }),
  },
  {
    name: "a sign-out keeps when the subject proved who he is",
    caughtBy: "when the subject proved who he is survives a renewal, and goes with him",
    open: () =>
      plainStore({
        apply: afterRotation((record, { authenticatedAt }) => ({
          ...record,
          authenticatedAt: record.authenticatedAt ?? authenticatedAt,
        })),
      }),
  },
  {
    name: "an old token's chain is followed past a sign-in",
    caughtBy: "a token from before a renewal does not end the session that somebody signed in to after it",
    open: () => chained(),
  },
  {
    name: "an old token is told as recreated though the session has expired",
    caughtBy: "once a recreated session has expired, its old token is no longer told as recreated",
    open: () => toldTooLong(),
  },
];

/** Undoes a part of what a recreate does to the record. */
function afterRotation(mend: (record: SessionRecord, before: SessionRecord) => SessionRecord): typeof applyChange {
  return (current, change, now, limits) => {
    const changed = applyChange(current, change, now, limits);
    return change.rotation ? { ...changed, record: mend(changed.record, current) } : changed;
  };
}

function chained(): Store {
  const sound = plainStore();
  const next = new Map<string, { readonly token: string; readonly renewal: boolean }>();
  const newest = (token: string): string => (next.has(token) ? newest(next.get(token)!.token) : token);
  return {
    ...sound,
    async update(token, change, context) {
      const result = await sound.update(token, change, context);
      const renewal = change.rotation?.subject === change.base.subject;
      if ("token" in result && change.rotation) next.set(token, { token: result.token, renewal });
      return result;
    },
    delete: (token, context) => sound.delete(next.get(token)?.renewal ? newest(token) : token, context),
  };
}

function toldTooLong(): Store {
  const sound = plainStore();
  const old = new Map<string, number>();
  return {
    ...sound,
    async read(token, context) {
      const result = await sound.read(token, context);
      return "refused" in result && context.now < (old.get(token) ?? 0) ? { refused: "recreated" } : result;
    },
    async update(token, change, context) {
      const result = await sound.update(token, change, context);
      if ("token" in result && change.rotation) old.set(token, context.now + context.limits.grace * 1000);
      return result;
    },
  };
}

/** Answers every reading with a binding of its own. */
function bound(bindingOf: (record: SessionRecord, token: string) => string): Store {
  const store = plainStore();
  return {
    ...store,
    async read(token, context) {
      const result = await store.read(token, context);
      return "record" in result ? { ...result, binding: bindingOf(result.record, token) } : result;
    },
  };
}
