/** `memoryStore`: sessions in this process, gone when it ends. */
import { drawKey, parseToken } from "../crypto/ids.ts";
import { badOption, checkNames } from "../errors.ts";
import type { Limits } from "../session/expiry.ts";
import { copyRecord, type SessionRecord } from "../session/record.ts";
import type { ReadResult, Store, StoreContext } from "../session/store.ts";
import {
  adoptedEntry,
  changeEntry,
  collectableAt,
  type Entry,
  handlesOf,
  isNewlyAdopted,
  isOwn,
  mayEnd,
  newEntry,
  type Owned,
  readEntry,
  refusal,
  withToken,
} from "./entry.ts";
import { checkEpoch, EPOCH_KEPT, FIRST_EPOCH } from "./epochs.ts";
import { expiryWheel } from "./expiry-wheel.ts";
import { forgetSome } from "./forget-some.ts";
import { type Linked, recencyList } from "./recency-list.ts";
import { subjectIndex } from "./subject-index.ts";
import { crowdedOut, SUBJECT_LIMIT_OPTIONS, type SubjectLimitOptions, subjectLimitOf } from "./subject-limit.ts";

/** The options of `memoryStore`. */
export interface MemoryStoreOptions extends SubjectLimitOptions {
  /**
   * How many sessions are kept, 1 to 16,000,000; default 1,000,000, about 0.7 GB of small sessions. At the bound the least
   * recently used session without a subject goes first, so that a flood of visitors signs nobody out; only where every
   * session has a subject the least recently used of those goes. Each is told as `session.evicted`.
   */
  readonly max?: number | undefined;
}

/** A session's place in this store: linked for recency, filed for expiry. */
interface Held extends Linked<Held> {
  readonly key: string;
  entry: Entry;
  /** Those of the last use: two `wrapSession` with different limits may share a store. */
  limits: Limits;
  /** The one under which the expiry wheel has it. */
  minute: number;
}

/**
 * Keeps sessions in this process's memory: for one process, and lost when it restarts. Limits are those of
 * `wrapSession`; expired sessions are collected a few at a time by later operations, never in a sweep and by no timer,
 * so memory is freed only while requests come. Throws `ERR_OPTION` for a `max` out of its bounds. A sign-in
 * that may not be rejects with `ERR_SUBJECT_FULL` or `ERR_SUBJECT_EPOCH`.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  checkNames(options, ["max", ...SUBJECT_LIMIT_OPTIONS], "memoryStore");
  const { max = 1_000_000 } = options;
  if (!(Number.isInteger(max) && max >= 1 && max <= 16_000_000)) {
    throw badOption("max", "must be a whole number of sessions from 1 to 16,000,000");
  }
  const limit = subjectLimitOf(options);
  const all = new Map<string, Held>();
  const anonymous = recencyList<Held>();
  const signedIn = recencyList<Held>();
  const bySubject = subjectIndex<Held>(({ entry }) => entry.record.subject);
  /** Keys under which a session was adopted, until when that must be known. */
  const adopted = new Map<string, number>();
  /** Of subjects whose sessions were all ended. */
  const epochs = new Map<string, { readonly epoch: string; readonly until: number }>();
  const wheel = expiryWheel<Held>(forget);

  const listOf = (record: SessionRecord) => (record.subject === undefined ? anonymous : signedIn);

  function forget(held: Held): void {
    all.delete(held.key);
    bySubject.remove(held);
    listOf(held.entry.record).remove(held);
    wheel.remove(held);
  }

  const dueAt = ({ entry, limits }: Held) => collectableAt(entry, limits);

  function find(token: string): { held: Held | undefined; hash: string } | undefined {
    const parts = parseToken(token);
    return parts && { held: all.get(parts.key), hash: parts.hash };
  }

  function replace(held: Held, entry: Entry, limits: Limits): void {
    const moved = held.entry.record.subject !== entry.record.subject;
    if (moved) listOf(held.entry.record).remove(held);
    if (moved) bySubject.remove(held);
    held.entry = entry;
    if (moved) bySubject.add(held);
    held.limits = limits;
    listOf(entry.record).use(held);
  }

  /** Collects a few of the sessions that are due. */
  function collect({ now }: StoreContext): void {
    wheel.turn(now, dueAt);
  }

  function makeRoom({ emit }: StoreContext): void {
    while (all.size >= max) {
      const oldest = anonymous.oldest() ?? signedIn.oldest()!;
      forget(oldest);
      emit({ type: "session.evicted", signedIn: oldest.entry.record.subject !== undefined });
    }
  }

  /** Makes sure that a session may become the subject's, whose it was `before` or not. Throws where it may not. */
  function admit({ subject, epoch }: Owned, before: string | undefined, context: StoreContext): void {
    if (subject === undefined) return;
    checkEpoch(epoch, epochs.get(subject)?.epoch);
    if (subject === before) return;
    for (const held of crowdedOut(bySubject.of(subject), limit, context)) {
      forget(held);
      context.emit({ type: "session.evicted", signedIn: true });
    }
  }

  function keep(entry: Entry, key: string, { limits }: StoreContext): void {
    const held: Held = { key, entry, limits, minute: 0, older: undefined, newer: undefined };
    all.set(key, held);
    listOf(entry.record).use(held);
    bySubject.add(held);
    wheel.add(held, dueAt(held));
  }

  function read(token: string, context: StoreContext): ReadResult {
    const found = find(token);
    if (!found) return { refused: "malformed" };
    const { held, hash } = found;
    if (!held) return { refused: "unknown" };
    const refused = refusal(held.entry, hash, context);
    if (refused !== undefined) return { refused };
    const { entry, result } = readEntry(held.entry, context);
    if (!context.peek) replace(held, entry, context.limits);
    return { ...result, handle: held.key };
  }

  return {
    read(token, context) {
      const result = read(token, context);
      collect(context);
      return result;
    },

    create(draft, context) {
      collect(context);
      admit(draft, undefined, context);
      makeRoom(context);
      let drawn = newEntry(draft, context);
      while (all.has(drawn.parts.key)) drawn = newEntry(draft, context);
      keep(drawn.entry, drawn.parts.key, context);
      return drawn.parts.token;
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
      if (change.rotation) admit(change.rotation, held.entry.record.subject, context);
      const { entry, overwritten, token: fresh } = changeEntry(held.entry, held.key, change, context);
      replace(held, entry, context.limits);
      wheel.refile(held, dueAt(held));
      return { token: fresh ?? token, overwritten };
    },

    delete(token, context) {
      collect(context);
      const found = find(token);
      if (!found?.held || !mayEnd(found.held.entry, found.hash, context)) return false;
      forget(found.held);
      return true;
    },

    adopt(seed, draft, until, context) {
      collect(context);
      const { entry, parts } = adoptedEntry(seed, draft, context);
      forgetSome(adopted, (instant) => instant, context.now);
      if (!adopted.has(parts.key) && !all.has(parts.key)) {
        admit(draft, undefined, context);
        makeRoom(context);
        adopted.set(parts.key, until);
        keep(entry, parts.key, context);
      } else if (!isNewlyAdopted(all.get(parts.key)?.entry, parts.hash, context)) {
        return { refused: "adopted" };
      }
      const result = read(parts.token, context);
      return withToken(result, parts.token);
    },

    list(subject, context) {
      collect(context);
      return handlesOf(bySubject.of(subject), context);
    },

    end(subject, handle, context) {
      collect(context);
      const held = all.get(handle);
      if (!held || !isOwn(held.entry, subject, context)) return false;
      forget(held);
      return true;
    },

    deleteAll(subject, { but }, context) {
      collect(context);
      if (but !== undefined && "refused" in read(but, context)) return undefined; // itself ended
      const kept = but === undefined ? undefined : find(but)?.held;
      forgetSome(epochs, ({ until }) => until, context.now);
      epochs.set(subject, { epoch: drawKey(), until: context.now + EPOCH_KEPT });
      const own = kept?.entry.record.subject === subject;
      for (const held of bySubject.of(subject)) if (!own || held !== kept) forget(held);
      return own ? but : undefined;
    },

    subjectEpoch: (subject) => epochs.get(subject)?.epoch ?? FIRST_EPOCH,
  };
}
