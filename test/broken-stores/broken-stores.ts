/** Stores that each break the contract in one way that has been seen in the field, and the check that must catch it. */
import { applyChange, NO_CHANGES } from "../../src/session/change.ts";
import { restarted } from "../../src/session/expiry.ts";
import { newRecord, type SessionRecord } from "../../src/session/record.ts";
import type { Store } from "../../src/session/store.ts";
import { brokenEpochs } from "./broken-epochs.ts";
import { brokenLists } from "./broken-lists.ts";
import { brokenRecreates } from "./broken-recreates.ts";
import type { BrokenStore } from "./broken-store.ts";
import { brokenSubjects } from "./broken-subjects.ts";
import { plainStore } from "./plain-store.ts";

const EMPTY = { data: new Map(), slots: new Map(), subject: undefined, authenticatedAt: undefined, persist: undefined };
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

export const brokenStores: readonly BrokenStore[] = [
  {
    name: "upsert: an update writes the record back, whether it is still there or not",
    caughtBy: "a change of an ended session stores nothing and brings nothing back",
    open: () => upsert(),
  },
  {
    name: "whole-state write: an update stores what the request read plus its changes",
    caughtBy: "two changes of different keys from one reading are both kept",
    open: () => plainStore({ apply: (_current, change, now, limits) => applyChange(change.base, change, now, limits) }),
  },
  {
    name: "late expiry: a record is dead a second after its deadline",
    caughtBy: "an idle session lives to its deadline and not a moment longer",
    open: () => late(1000),
  },
  {
    name: "collected expiry: only the backend's own clock, which never runs here, ends a session",
    caughtBy: "an expired session cannot be changed, recreated or ended",
    open: () => plainStore({ expired: () => undefined }),
  },
  {
    name: "every reading is a use: whoever watches a session keeps it alive",
    caughtBy: "a reading that is none by the visitor restarts no idle clock",
    open: () => plainStore({ restarted: (record, { now, limits }) => restarted(record, now, limits) }),
  },
  {
    name: "adopted id: a token that is not there becomes a session",
    caughtBy: "a token that was never issued is refused and never adopted",
    open: () =>
      plainStore({
        whenMissing: (token, records, { now }) => {
          records.set(token, newRecord(EMPTY, now));
          return "unknown";
        },
      }),
  },
  {
    name: "empty on error: a token that cannot be read is an empty session",
    caughtBy: "a bent token is no session, whatever it looks like, and never an error",
    open: () => emptyOnError(),
  },
  {
    name: "throws on what visitors send",
    caughtBy: "a bent token is no session, whatever it looks like, and never an error",
    open: () =>
      plainStore({
        whenMissing: (token) => {
          if (!/^[\w-]{43}$/.test(token)) throw new Error("malformed token");
          return "unknown";
        },
      }),
  },
  {
    name: "shared reference: callers get the store's own maps",
    caughtBy: "what a caller holds is not what the store keeps",
    open: () => plainStore({ copy: (record) => record }),
  },
  {
    name: "check, wait, write: an end between the check and the write is undone",
    caughtBy: "a session that ends amid changes and readings stays ended",
    open: () => plainStore({ gap: tick }),
  },
  {
    name: "touch writes all: restarting the idle clock stores the record as it was read",
    caughtBy: "a reading that restarts the idle clock undoes no change",
    open: () => touchWritesAll(),
  },
  {
    name: "last version wins: a serial change does not look at the version",
    caughtBy: "increments at once are all counted",
    open: () => plainStore({ isLate: () => false }),
  },
  {
    name: "always late: a serial change from the newest record is refused too",
    caughtBy: "a serial change from an old reading stores nothing and gives the newest record",
    open: () =>
      plainStore({ isLate: (_record, { serial, base }) => serial && base.version > 0 && !base.data.has('"never"') }),
  },
  {
    name: "the old token lives on after a recreate",
    caughtBy: "a recreated session lives under its new token alone",
    open: () => plainStore({ rotate: () => {} }),
  },
  {
    name: "counted ids",
    caughtBy: "tokens differ, and none is short enough to guess",
    open: () => counted(),
  },
  {
    name: "no absolute limit",
    caughtBy: "no activity carries a session past the absolute limit",
    open: () => forever(),
  },
  {
    name: "the idle clock never restarts",
    caughtBy: "a reading restarts the idle clock, at most once per refresh",
    open: () => plainStore({ restarted: (record) => record, apply: withoutRestart }),
  },
  {
    name: "every reading is a write",
    caughtBy: "a reading restarts the idle clock, at most once per refresh",
    open: () => plainStore({ restarted: (record, { now }) => ({ ...record, usedAt: now }) }),
  },
  {
    name: "anti-forgery secrets survive a sign-in",
    caughtBy: "slots that should not be kept go when the session is recreated",
    open: () =>
      plainStore({
        apply: (current, change, now, limits) => {
          const changed = applyChange(current, change, now, limits);
          return {
            ...changed,
            record: { ...changed.record, slots: new Map([...current.slots, ...changed.record.slots]) },
          };
        },
      }),
  },
  {
    name: "a newer flash goes with the one that was shown",
    caughtBy: "a slot is removed only if it still is what was read",
    open: () =>
      plainStore({
        apply: (current, change, now, limits) => applyChange(current, { ...change, base: current }, now, limits),
      }),
  },
  {
    name: "silent overwriting: the count is always 0",
    caughtBy: "the later of two changes of one key wins, and says that it replaced the other",
    open: () => plainStore({ apply: (...change) => ({ ...applyChange(...change), overwritten: 0 }) }),
  },
  {
    name: "keys of an ordinary object: __proto__ is lost",
    caughtBy: "keys and values of any shape survive",
    open: () => plainStore({ copy: throughObject }),
  },
  {
    name: "only a reading restarts the idle clock",
    caughtBy: "a change restarts the idle clock when that is due, as a reading does",
    open: () => plainStore({ apply: withoutRestart }),
  },
  {
    name: "slots are overwritten in silence",
    caughtBy: "the later of two values of one slot wins, and says that it replaced the other",
    open: () =>
      plainStore({
        apply: (current, change, ...more) => ({
          ...applyChange(current, change, ...more),
          overwritten: applyChange(current, { ...change, slots: new Map() }, ...more).overwritten,
        }),
      }),
  },
  {
    name: "a slot is known by its text alone",
    caughtBy: "a slot that was set anew is kept from who read the one before, though its text is the same",
    open: () =>
      plainStore({
        copy: (record) => ({
          ...record,
          data: new Map(record.data),
          slots: new Map([...record.slots].map(([name, each]) => [name, { ...each, version: 0 }])),
        }),
        apply: (current, change, ...more) => {
          const { record, overwritten } = applyChange(current, change, ...more);
          const slots = new Map([...record.slots].map(([name, each]) => [name, { ...each, version: 0 }]));
          return { record: { ...record, slots }, overwritten };
        },
      }),
  },
  {
    name: "a schema's defaults count as changes",
    caughtBy: "what a schema filled in is stored only where the key still is what was read",
    open: () =>
      plainStore({
        apply: (current, change, ...more) => {
          const set = new Map([...change.fill.set, ...change.set]);
          const unset = new Set([...change.fill.unset, ...change.unset]);
          return applyChange(current, { ...change, set, unset }, ...more);
        },
      }),
  },
  {
    name: "tokens are decoded before they are compared, and a loose decoder lets several spellings pass",
    caughtBy: "a bent token is no session, whatever it looks like, and never an error",
    open: () => looselyDecoding(),
  },
  ...brokenRecreates,
  ...brokenSubjects,
  ...brokenEpochs,
  ...brokenLists,
];

function upsert(): Store {
  const store = plainStore();
  return {
    ...store,
    async update(token, change, context) {
      const result = await store.update(token, change, context);
      if (!("gone" in result) || result.gone !== "unknown") return result;
      const { data, slots, subject, authenticatedAt, persist } = change.base;
      const created = await store.create({ data, slots, subject, authenticatedAt, persist }, context);
      return { token: created, overwritten: 0 };
    },
  };
}

function late(milliseconds: number): Store {
  const store = plainStore();
  return { ...store, read: (token, context) => store.read(token, { ...context, now: context.now - milliseconds }) };
}

function emptyOnError(): Store {
  const store = plainStore();
  return {
    ...store,
    async read(token, context) {
      const result = await store.read(token, context);
      const unreadable = "refused" in result && !/^[\w-]{43}$/.test(token);
      return unreadable ? { record: newRecord(EMPTY, context.now), restarted: false } : result;
    },
  };
}

function touchWritesAll(): Store {
  const sound = plainStore();
  return {
    ...sound,
    async read(token, context) {
      const before = await sound.read(token, context);
      if (!("record" in before) || !before.restarted) return before;
      await tick();
      const base = await sound.read(token, context);
      if (!("record" in base)) return base;
      // the whole record goes back as it was read, over whatever came between
      const { data, slots } = before.record;
      const unset = new Set([...base.record.data.keys()].filter((key) => !data.has(key)));
      await sound.update(
        token,
        { base: base.record, set: data, unset, fill: NO_CHANGES, slots, serial: false, rotation: undefined },
        context,
      );
      return before;
    },
  };
}

function counted(): Store {
  let last = 0;
  return plainStore({ drawToken: () => `session-${++last}` });
}

function forever(): Store {
  const store = plainStore();
  const without = <C extends { limits: { absolute: number } }>(context: C): C => ({
    ...context,
    limits: { ...context.limits, absolute: Number.MAX_SAFE_INTEGER / 1e6 },
  });
  return {
    read: (token, context) => store.read(token, without(context)),
    create: (draft, context) => store.create(draft, without(context)),
    update: (token, change, context) => store.update(token, change, without(context)),
    delete: (token, context) => store.delete(token, without(context)),
  };
}

const withoutRestart: typeof applyChange = (current, change, now, limits) => {
  const changed = applyChange(current, change, now, limits);
  return change.rotation ? changed : { ...changed, record: { ...changed.record, usedAt: current.usedAt } };
};

function throughObject(record: SessionRecord): SessionRecord {
  const object: Record<string, string> = {};
  for (const [key, json] of record.data) object[JSON.parse(key) as string] = json;
  return { ...record, data: new Map(Object.entries(object).map(([key, json]) => [JSON.stringify(key), json])) };
}

function looselyDecoding(): Store {
  const sound = plainStore();
  const strict = (token: string) => Buffer.from(token, "base64url").toString("base64url");
  const spelt = (token: string) => (/^[\w-]{43}$/.test(token) ? strict(token) : token);
  return {
    ...sound,
    read: (token, context) => sound.read(spelt(token), context),
    update: (token, change, context) => sound.update(spelt(token), change, context),
    delete: (token, context) => sound.delete(spelt(token), context),
  };
}
