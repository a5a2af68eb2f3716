/** `redisStore`: sessions in Redis or Valkey, for any number of processes; single, Sentinel or Cluster. */
import { drawKey, parseToken } from "../crypto/ids.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import type { Change } from "../session/change.ts";
import { absoluteDeadline, expired } from "../session/expiry.ts";
import type { SessionRecord } from "../session/record.ts";
import type { ReadResult, Store, StoreContext } from "../session/store.ts";
import {
  adoptedEntry,
  changeEntry,
  collectableAt,
  type Entry,
  handlesOf,
  isNewlyAdopted,
  mayEnd,
  newEntry,
  readEntry,
  refusal,
} from "./entry.ts";
import { entryHead, secretHead } from "./entry-text.ts";
import { connectionOf, type RedisClient } from "./redis-client.ts";
import { unsafeMemory } from "./redis-memory.ts";
import { type Binding, redisSteps, type Write, type Written } from "./redis-steps.ts";
import { connectByUrl } from "./redis-url.ts";
import { type Found, foundOf, guardOf, hasCommit, newCommit, valueText } from "./redis-value.ts";
import { crowdedOut, SUBJECT_LIMIT_OPTIONS, type SubjectLimitOptions, subjectLimitOf } from "./subject-limit.ts";

/** The options of `redisStore`. */
export interface RedisStoreOptions extends SubjectLimitOptions {
  /** What all keys begin with: at most 64 letters, digits and `_ . : -`. Default `ringlight:`. */
  readonly prefix?: string | undefined;
  /**
   * How many replicas must have a change before it counts as stored, 0 to 10, default 0. A failover can take back what no
   * replica had, the end of a session among it; this narrows that. Where fewer answer within a second, the call fails as
   * `ERR_STORE_UNAVAILABLE`, though the change may be there.
   */
  readonly waitReplicas?: number | undefined;
}

/** A store that has a connection to close. */
export interface RedisStore extends Store {
  /** Closes the connection that a URL opened; a client of yours stays yours to close. */
  close(): Promise<void>;
}

const KNOWN = ["prefix", "waitReplicas", ...SUBJECT_LIMIT_OPTIONS];
const MAX_TRIES = 1000; // the engine's time limit comes first; this ends what it has given up

/**
 * Keeps sessions in Redis from 7.0, Valkey or what speaks as they do: `redisStore(client)` of `redis` (node-redis),
 * `ioredis` or `iovalkey`, single, Sentinel or Cluster; or `redisStore("redis://…")`, for which `redis` or `ioredis` must
 * be installed.
 *
 * A read is one GET, a change one script that compares before it writes, a sign-in and a sign-out too; on a Cluster a
 * sign-in takes three steps. When a read restarts the idle clock it does not wait for that write, which goes out at most
 * once per `refresh` and session.
 *
 * Redis must not evict sessions: `maxmemory-policy` `noeviction` or `volatile-ttl`; another is told as `store.unsafe`. How
 * far a crash may take changes back is the server's `appendfsync` to say. A value that is no entry of this format reads as
 * no session, with the event `store.unreadable`.
 *
 * Throws `ERR_OPTION` when made with a client or an option that cannot be. Rejects with `ERR_SUBJECT_FULL` or
 * `ERR_SUBJECT_EPOCH` where a sign-in may not be.
 */
export function redisStore(client: RedisClient | string, options: RedisStoreOptions = {}): RedisStore {
  checkNames(options, KNOWN, "redisStore");
  const { prefix = "ringlight:", waitReplicas = 0 } = options;
  if (typeof prefix !== "string" || !/^[\w.:-]{0,64}$/.test(prefix))
    throw badOption("prefix", "must be at most 64 letters, digits and _ . : -");
  if (!(Number.isInteger(waitReplicas) && waitReplicas >= 0 && waitReplicas <= 10))
    throw badOption("waitReplicas", "must be a whole number from 0 to 10");
  const limit = subjectLimitOf(options);
  const opened = typeof client === "string" ? connectByUrl(client) : undefined;
  const connection = opened?.connection ?? connectionOf(client as RedisClient);
  const waitFor = waitReplicas > 0 ? ["wait", String(waitReplicas), "1000"] : undefined;
  const steps = redisSteps(connection, prefix, limit.max, waitFor);
  /** What was found for the records that were given out: a change needs no second reading. */
  const given = new WeakMap<SessionRecord, Found>();
  let checked = false;

  function give(found: Found, record: SessionRecord): SessionRecord {
    given.set(record, found);
    return record;
  }

  /** Once, and beside what was asked for. */
  function checkMemory({ emit }: StoreContext): void {
    if (checked) return;
    checked = true;
    const tell = (info: string) => {
      const remedy = unsafeMemory(info);
      if (remedy) emit({ type: "store.unsafe", remedy });
    };
    steps.memory().then(tell, () => {}); // not allowed to ask, or away: then the operation beside it tells
  }

  function background(work: Promise<unknown>, { emit }: StoreContext): void {
    work.catch(() => emit({ type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }));
  }

  function understood(key: string, value: unknown, { emit }: StoreContext): Found | undefined {
    if (value === null || value === undefined || value === false) return undefined;
    const found = foundOf(key, value);
    if (!found) emit({ type: "store.unreadable" });
    return found;
  }

  async function find(key: string, context: StoreContext): Promise<Found | undefined> {
    checkMemory(context);
    return understood(key, await readable(steps.read(key)), context);
  }

  function toWrite(key: string, guard: string, entry: Entry, text: string, { now, limits }: StoreContext): Write {
    return { key, guard, text, ttl: Math.max(1, Math.ceil(collectableAt(entry, limits) - now)) };
  }

  function indexTtl({ record }: Entry, { now, limits }: StoreContext): number {
    return Math.max(1, Math.ceil(absoluteDeadline(record, limits) + 60_000 - now));
  }

  /** Binds, ending what is crowded out, until there is room. */
  async function bind(step: Write, binding: Binding, context: StoreContext): Promise<Written> {
    const { subject } = binding;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const answer = await steps.bind(step, tries === 0 ? binding : { ...binding, unbound: undefined });
      if (answer !== "full") {
        if ("there" in answer) return answer;
        if (isTimeToTidy(answer.listed)) background(sessionsOf(subject, context), context);
        return "written";
      }
      const sessions = await sessionsOf(subject, context);
      const dead = sessions.filter((session) => !isLive(session, context));
      const crowded = crowdedOut(sessions, limit, context);
      await steps.wipe(
        subject,
        [...dead, ...crowded].map(({ key }) => key),
      );
      for (const _ of crowded) context.emit({ type: "session.evicted", signedIn: true });
    }
    throw contended();
  }

  /** What is on a subject's list and there, whoever's it is; what is gone is taken off. */
  async function sessionsOf(subject: string, context: StoreContext): Promise<readonly Found[]> {
    const keys = await steps.members(subject);
    const values = await Promise.all(keys.map((key) => readable(steps.read(key))));
    const gone = keys.filter((_, i) => values[i] === null || values[i] === undefined); // a key is never used again
    if (gone.length > 0) await steps.unlist(subject, gone);
    return keys.flatMap((key, i) => understood(key, values[i], context) ?? []);
  }

  /** Writes a change of an entry that is there: its subject's lists follow. */
  function replace(
    { entry: { record } }: Found,
    entry: Entry,
    step: Write,
    { rotation }: Change,
    context: StoreContext,
  ): Promise<Written> {
    const { subject } = entry.record;
    const before = record.subject;
    if (rotation && subject !== undefined) {
      // Also under the same subject: with a `persist` the session may last longer than his list was to.
      const ttl = indexTtl(entry, context);
      return bind(step, { subject, epoch: rotation.epoch, ttl, before, unbound: undefined }, context);
    }
    return before !== undefined && before !== subject ? steps.release(step, before) : steps.write(step);
  }

  async function create(entry: Entry, key: string, epoch: string | undefined, context: StoreContext): Promise<boolean> {
    const { subject } = entry.record;
    const commit = newCommit(context.now);
    const text = valueText(entry, "", commit);
    const isMine = (there: unknown) => hasCommit(foundOf(key, there), commit);
    if (subject === undefined) {
      const written = await steps.write(toWrite(key, "", entry, text, context));
      return written === "written" || isMine(written.there);
    }
    const first: Entry = { ...entry, record: { ...entry.record, subject: undefined } };
    const unbound = toWrite(key, "", first, valueText(first, ""), context);
    const step = toWrite(key, connection.cluster ? entryHead(first) : "", entry, text, context);
    const binding = { subject, epoch, ttl: indexTtl(entry, context), before: undefined, unbound };
    try {
      const bound = await bind(step, binding, context);
      return bound === "written" || isMine(bound.there);
    } catch (error) {
      if (connection.cluster) background(steps.remove(key, entryHead(first), undefined), context);
      throw error;
    }
  }

  async function read(token: string, context: StoreContext): Promise<ReadResult> {
    const parts = parseToken(token);
    if (!parts) return { refused: "malformed" };
    const found = await find(parts.key, context);
    if (!found) return { refused: "unknown" };
    const refused = refusal(found.entry, parts.hash, context);
    if (refused) return { refused };
    const { entry, result } = readEntry(found.entry, context);
    if (!("record" in result)) return result;
    if (entry !== found.entry) {
      const step = toWrite(found.key, guardOf(found), entry, valueText(entry, found.commits), context);
      background(steps.refresh(step, entry.record.subject, indexTtl(entry, context)), context);
    }
    return { ...result, record: give({ ...found, entry }, result.record), handle: found.key };
  }

  return {
    remote: true,
    read,

    async create(draft, context) {
      checkMemory(context);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const { entry, parts } = newEntry(draft, context);
        if (await create(entry, parts.key, draft.epoch, context)) return parts.token;
      }
      throw contended();
    },

    async update(token, change, context) {
      const parts = parseToken(token);
      if (!parts) return { gone: "malformed" };
      const known = given.get(change.base);
      let found = known?.key === parts.key ? known : await find(parts.key, context);
      const commit = newCommit(context.now);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        if (found && refusal(found.entry, parts.hash, context) && found === known)
          found = await find(parts.key, context);
        if (!found) return { gone: "unknown" };
        const refused = refusal(found.entry, parts.hash, context);
        if (refused) return { gone: refused };
        const { record } = found.entry;
        if (change.serial && record.version !== change.base.version) return { conflict: give(found, record) };
        const { entry, overwritten, token: fresh } = changeEntry(found.entry, found.key, change, context);
        const done = { token: fresh ?? token, overwritten };
        const step = toWrite(found.key, guardOf(found), entry, valueText(entry, found.commits, commit), context);
        const written = await replace(found, entry, step, change, context);
        if (written === "written") return done;
        const there = understood(found.key, written.there, context);
        if (hasCommit(there, commit)) return done;
        // Listed, and gone meanwhile. While it is there the list keeps it: another sign-in may be between its steps.
        const { subject } = entry.record;
        if (connection.cluster && !there && subject !== undefined) await steps.unlist(subject, [found.key]);
        found = there;
      }
      throw contended();
    },

    async delete(token, context, base) {
      const parts = parseToken(token);
      if (!parts) return false;
      const { key, hash } = parts;
      const known = base && given.get(base);
      const subject = known?.key === key ? known.entry.record.subject : undefined;
      const first = await steps.remove(key, secretHead(hash), subject);
      let found = understood(key, first.there, context);
      if (!found) return false;
      if (first.removed) {
        const whose = found.entry.record.subject;
        if (whose !== undefined && whose !== subject) await steps.unlist(whose, [key]);
        return !expired(found.entry.record, context.now, context.limits);
      }
      for (let tries = 0; found && tries < MAX_TRIES; tries++) {
        if (!mayEnd(found.entry, hash, context)) return false;
        const { removed, there } = await steps.remove(key, guardOf(found), found.entry.record.subject);
        if (removed) return true;
        found = understood(key, there, context);
      }
      return false;
    },

    async adopt(seed, draft, until, context) {
      checkMemory(context);
      const { entry, parts } = adoptedEntry(seed, draft, context);
      const { key } = parts;
      const { subject } = draft;
      const first: Entry = { ...entry, record: { ...entry.record, subject: undefined } };
      const unbound = toWrite(key, "", first, valueText(first, ""), context);
      const markerTtl = Math.max(1, Math.ceil(until - context.now));
      const adopted = await steps.adopt(unbound, markerTtl);
      if (adopted !== "written") {
        const found = understood(key, adopted.there, context);
        if (!isNewlyAdopted(found?.entry, parts.hash, context)) return { refused: "adopted" };
      } else if (subject !== undefined) {
        const step = toWrite(key, entryHead(first), entry, valueText(entry, ""), context);
        const binding = {
          subject,
          epoch: undefined,
          ttl: indexTtl(entry, context),
          before: undefined,
          unbound: undefined,
        };
        try {
          await bind(step, binding, context);
        } catch (error) {
          background(steps.remove(key, entryHead(first), undefined), context);
          throw error;
        }
      }
      const result = await read(parts.token, context);
      return "record" in result ? { ...result, token: parts.token } : result;
    },

    async list(subject, context) {
      const sessions = await sessionsOf(subject, context);
      return handlesOf(
        sessions.filter(({ entry }) => entry.record.subject === subject), // not those that are becoming his
        context,
      );
    },

    async end(subject, handle, context) {
      if (!/^[\w-]{22}$/.test(handle)) return false;
      let found = await find(handle, context);
      for (let tries = 0; found && tries < MAX_TRIES; tries++) {
        const { record, hash } = found.entry;
        if (record.subject !== subject || expired(record, context.now, context.limits)) return false;
        const { removed, there } = await steps.remove(handle, secretHead(hash), subject);
        if (removed) return true;
        found = understood(handle, there, context);
      }
      return false;
    },

    async deleteAll(subject, { but }, context) {
      const parts = but === undefined ? undefined : parseToken(but);
      const found = parts && (await find(parts.key, context));
      if (but !== undefined && (!found || refusal(found.entry, parts!.hash, context))) return undefined; // itself ended
      const kept = found?.entry.record.subject === subject ? found.key : undefined;
      const keys = await steps.raise(subject, drawKey());
      await steps.wipe(
        subject,
        keys.filter((key) => key !== kept),
      );
      return kept === undefined ? undefined : but;
    },

    subjectEpoch: (subject) => steps.epoch(subject),

    close: async () => opened?.close(),
  };
}

function isLive({ entry }: Found, { now, limits }: StoreContext): boolean {
  return expired(entry.record, now, limits) === undefined;
}

/** A key that holds another type is as unreadable as other text. */
function readable(value: Promise<unknown>): Promise<unknown> {
  return value.catch((error) => {
    if (/^WRONGTYPE/.test((error as Error | undefined)?.message ?? "")) return "";
    throw error;
  });
}

/** After 16, 32, 48, 64, 96, 128, 192 … listed sessions: those that are gone are looked for, at a cost that stays in proportion. */
function isTimeToTidy(listed: number): boolean {
  return listed >= 16 && listed % Math.max(16, 2 ** Math.floor(Math.log2(listed)) / 2) === 0;
}

function contended(): RinglightError {
  const words = "other requests changed the session faster, again and again; nothing was stored";
  return new RinglightError("ERR_UPDATE_CONFLICT", words, { status: 503 });
}
