/** `memoryStore`: sessions in this process, gone when it ends. */
import { parseToken } from "../crypto/ids.ts";
import { badOption } from "../errors.ts";
import { deadline, type Limits } from "../session/expiry.ts";
import { copyRecord, type SessionRecord } from "../session/record.ts";
import type { ReadResult, Store, StoreContext } from "../session/store.ts";
import { changeEntry, type Entry, mayEnd, newEntry, readEntry, refusal } from "./entry.ts";
import { expiryWheel } from "./expiry-wheel.ts";
import { type Linked, recencyList } from "./recency-list.ts";

export interface MemoryStoreOptions {
  /**
   * How many sessions are kept, 1 to 16,000,000; default 1,000,000, about 0.7 GB of small sessions. At the bound the least
   * recently used session without a subject goes first, so that a flood of visitors signs nobody out; only where every
   * session has a subject the least recently used of those goes. Each is told as `session.evicted`.
   */
  readonly max?: number | undefined;
}

/** Milliseconds for which an expired session is kept, so that its visitor can be told that it expired. */
const TOLD = 60_000;

/** A session's place in this store: linked for recency, filed for expiry. */
interface Held extends Linked<Held> {
  readonly key: string;
  entry: Entry;
  /** Those of the last use: two `wrapSession` with different limits may share a store. */
  limits: Limits;
  /** The minute under which the expiry wheel has it. */
  slot: number;
}

/**
 * Keeps sessions in this process's memory: for one process, and lost when it restarts. Limits are those of
 * `wrapSession`; expired sessions are collected a few at a time by later operations, never in a sweep and by no timer,
 * so memory is freed only while requests come.
 */
export function memoryStore({ max = 1_000_000 }: MemoryStoreOptions = {}): Store {
  if (!(Number.isInteger(max) && max >= 1 && max <= 16_000_000)) {
    throw badOption("max", "must be a whole number of sessions from 1 to 16,000,000");
  }
  const all = new Map<string, Held>();
  const anonymous = recencyList<Held>();
  const signedIn = recencyList<Held>();
  const wheel = expiryWheel<Held>(forget);

  const listOf = (record: SessionRecord) => (record.subject === undefined ? anonymous : signedIn);

  function forget(held: Held): void {
    all.delete(held.key);
    listOf(held.entry.record).remove(held);
    wheel.remove(held);
  }

  const collectableAt = ({ entry, limits }: Held) => deadline(entry.record, limits) + TOLD;

  function find(token: string): { held: Held | undefined; hash: string } | undefined {
    const parts = parseToken(token);
    return parts && { held: all.get(parts.key), hash: parts.hash };
  }

  function replace(held: Held, entry: Entry, limits: Limits): void {
    if (held.entry.record.subject !== entry.record.subject) listOf(held.entry.record).remove(held);
    held.entry = entry;
    held.limits = limits;
    listOf(entry.record).use(held);
  }

  /** Collects a few of the sessions that are due. */
  function collect({ now }: StoreContext): void {
    wheel.turn(now, collectableAt);
  }

  function makeRoom({ emit }: StoreContext): void {
    while (all.size >= max) {
      const oldest = anonymous.oldest() ?? signedIn.oldest()!;
      forget(oldest);
      emit({ type: "session.evicted", signedIn: oldest.entry.record.subject !== undefined });
    }
  }

  function read(token: string, context: StoreContext): ReadResult {
    const found = find(token);
    if (!found) return { refused: "malformed" };
    const { held, hash } = found;
    if (!held) return { refused: "unknown" };
    const refused = refusal(held.entry, hash, context);
    if (refused !== undefined) return { refused };
    const { entry, result } = readEntry(held.entry, context);
    replace(held, entry, context.limits);
    return result;
  }

  return {
    read(token, context) {
      const result = read(token, context);
      collect(context);
      return result;
    },

    create(draft, context) {
      collect(context);
      makeRoom(context);
      let drawn = newEntry(draft, context);
      while (all.has(drawn.parts.key)) drawn = newEntry(draft, context);
      const { entry, parts } = drawn;
      const held: Held = { key: parts.key, entry, limits: context.limits, slot: 0, older: undefined, newer: undefined };
      all.set(held.key, held);
      listOf(entry.record).use(held);
      wheel.add(held, collectableAt(held));
      return parts.token;
    },

    update(token, change, context) {
      collect(context);
      const found = find(token);
      if (!found?.held) return { gone: found ? "unknown" : "malformed" };
      const { held, hash } = found;
      const refused = refusal(held.entry, hash, context);
      if (refused !== undefined) return { gone: refused };
      if (change.serial && held.entry.record.version !== change.base.version)
        return { conflict: copyRecord(held.entry.record) };
      const { entry, overwritten, token: fresh } = changeEntry(held.entry, held.key, change, context);
      replace(held, entry, context.limits);
      wheel.refile(held, collectableAt(held));
      return { token: fresh ?? token, overwritten };
    },

    delete(token, context) {
      collect(context);
      const found = find(token);
      if (!found?.held || !mayEnd(found.held.entry, found.hash, context)) return false;
      forget(found.held);
      return true;
    },
  };
}
