/**
 * A second, plain store that keeps the contract, with every step open to be broken: tokens are keys of a Map, old
 * tokens point to the record's new one. It shares the pure steps of `session/` with the memory store, and nothing else.
 */
import { randomBytes } from "node:crypto";
import { applyChange, type Change } from "../../src/session/change.ts";
import { expired, restarted } from "../../src/session/expiry.ts";
import { type Draft, newRecord, type SessionRecord } from "../../src/session/record.ts";
import type { RefusedToken } from "../../src/session/refused.ts";
import type { Store, StoreContext } from "../../src/session/store.ts";

export interface Steps {
  readonly drawToken: () => string;
  readonly expired: (record: SessionRecord, context: StoreContext) => RefusedToken | undefined;
  readonly restarted: (record: SessionRecord, context: StoreContext) => SessionRecord;
  readonly apply: typeof applyChange;
  readonly copy: (record: SessionRecord) => SessionRecord;
  readonly isLate: (record: SessionRecord, change: Change) => boolean;
  /** Runs between the decision and the write. */
  readonly gap: (() => Promise<void>) | undefined;
  readonly whenMissing: (token: string, records: Map<string, SessionRecord>, context: StoreContext) => RefusedToken;
  readonly rotate: (token: string, records: Map<string, SessionRecord>) => void;
  /** The same for one session of many that end together. */
  readonly remove: (token: string, records: Map<string, SessionRecord>) => void;
  readonly mayKeep: (record: SessionRecord, subject: string) => boolean;
  /** Where the session to be kept was itself ended. */
  readonly whenEnded: (subject: string, records: Map<string, SessionRecord>) => undefined;
}

const sound: Steps = {
  drawToken: () => randomBytes(32).toString("base64url"),
  expired: (record, { now, limits }) => expired(record, now, limits),
  restarted: (record, { now, limits, peek }) => (peek ? record : restarted(record, now, limits)),
  apply: applyChange,
  copy: (record) => ({ ...record, data: new Map(record.data), slots: new Map(record.slots) }),
  isLate: (record, change) => change.serial && record.version !== change.base.version,
  gap: undefined,
  whenMissing: () => "unknown",
  rotate: (token, records) => records.delete(token),
  remove: (token, records) => records.delete(token),
  mayKeep: (record, subject) => record.subject === subject,
  whenEnded: () => undefined,
};

interface Tombstone {
  readonly successor: string;
  readonly until: number;
  readonly sameSubject: boolean;
}

export function plainStore(broken: Partial<Steps> = {}): Store {
  const steps: Steps = { ...sound, ...broken };
  const records = new Map<string, SessionRecord>();
  const tombstones = new Map<string, Tombstone>();

  function find(token: string, context: StoreContext): SessionRecord | RefusedToken {
    const record = records.get(token);
    if (record) return steps.expired(record, context) ?? record;
    const tombstone = tombstones.get(token);
    const isFresh = tombstone && context.now < tombstone.until && isLive(tombstone.successor, context);
    return isFresh ? "recreated" : steps.whenMissing(token, records, context);
  }

  /** Whether the session that a token became, however often it was recreated since, lives. */
  function isLive(token: string, context: StoreContext): boolean {
    const record = records.get(token);
    if (record) return steps.expired(record, context) === undefined;
    const tombstone = tombstones.get(token);
    return tombstone !== undefined && isLive(tombstone.successor, context);
  }

  function successor(token: string): string {
    const tombstone = tombstones.get(token);
    return tombstone?.sameSubject ? successor(tombstone.successor) : token;
  }

  return {
    async read(token, context) {
      const found = find(token, context);
      if (typeof found === "string") return { refused: found };
      const record = steps.restarted(found, context);
      if (record !== found) {
        if (steps.gap) await steps.gap();
        records.set(token, record);
      }
      return { record: steps.copy(record), restarted: record !== found };
    },
    async create(draft: Draft, { now }) {
      const token = steps.drawToken();
      records.set(token, steps.copy(newRecord(draft, now)));
      return token;
    },
    async update(token, change, context) {
      const found = find(token, context);
      if (typeof found === "string") return { gone: found };
      if (steps.isLate(found, change)) return { conflict: steps.copy(found) };
      const { record, overwritten } = steps.apply(found, change, context.now, context.limits);
      if (steps.gap) await steps.gap();
      if (!change.rotation) {
        records.set(token, record);
        return { token, overwritten };
      }
      const fresh = steps.drawToken();
      records.set(fresh, record);
      const sameSubject = change.rotation.subject === found.subject;
      tombstones.set(token, { successor: fresh, until: context.now + context.limits.grace * 1000, sameSubject });
      steps.rotate(token, records);
      return { token: fresh, overwritten };
    },
    async delete(token, context) {
      const last = successor(token);
      const found = find(last, context);
      records.delete(last);
      return typeof found !== "string";
    },
    async deleteAll(subject, { but }, context) {
      const found = but === undefined ? undefined : find(but, context);
      if (typeof found === "string") return steps.whenEnded(subject, records);
      const kept = found && steps.mayKeep(found, subject) ? but : undefined;
      for (const [token, record] of records)
        if (record.subject === subject && token !== kept) steps.remove(token, records);
      return kept;
    },
  };
}
