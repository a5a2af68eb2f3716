/** `redisStore`: sessions in Redis or Valkey, for any number of processes; single, Sentinel or Cluster. */
import { drawKey, isKey, parseToken } from "../crypto/ids.ts";
import { badOption, checkNames } from "../errors.ts";
import { expired } from "../session/expiry.ts";
import type { SessionRecord } from "../session/record.ts";
import type { ReadResult, Store, StoreContext } from "../session/store.ts";
import { contended, MAX_TRIES } from "./contended.ts";
import {
  adoptedEntry,
  changeEntry,
  handlesOf,
  isNewlyAdopted,
  isOwn,
  mayEnd,
  newEntry,
  readEntry,
  refusal,
  withToken,
} from "./entry.ts";
import { entryHead, secretHead } from "./entry-text.ts";
import { connectionOf, type RedisClient } from "./redis-client.ts";
import { unsafeMemory } from "./redis-memory.ts";
import { redisSessions } from "./redis-sessions.ts";
import { redisSteps } from "./redis-steps.ts";
import { connectByUrl } from "./redis-url.ts";
import { type Found, hasCommit, newCommit } from "./redis-value.ts";
import { SUBJECT_LIMIT_OPTIONS, type SubjectLimitOptions, subjectLimitOf } from "./subject-limit.ts";

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
  /**
   * Closes the connection that a URL opened, after at most a second for what is under way; a client of yours stays yours
   * to close. May be called twice.
   */
  close(): Promise<void>;
}

const KNOWN = ["prefix", "waitReplicas", ...SUBJECT_LIMIT_OPTIONS] as const;

/**
 * Keeps sessions in Redis from 7.0, Valkey or what speaks as they do: `redisStore(client)` of `redis` (node-redis),
 * `ioredis` or `iovalkey`, single, Sentinel or Cluster; or `redisStore("redis://…")`, for which `redis`, `ioredis` or
 * `iovalkey` must be installed.
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
 * `ERR_SUBJECT_EPOCH` where a sign-in may not be, with `ERR_UPDATE_CONFLICT` where others were faster a thousand times.
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
  const sessions = redisSessions(steps, limit);
  /** What was read for a record that a request now holds: so that its change needs no reading of its own. */
  const readFor = new WeakMap<SessionRecord, Found>();
  let checked = false;

  function held(record: SessionRecord, found: Found): SessionRecord {
    readFor.set(record, found);
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

  async function read(token: string, context: StoreContext): Promise<ReadResult> {
    checkMemory(context);
    const parts = parseToken(token);
    if (!parts) return { refused: "malformed" };
    const found = await sessions.find(parts.key, context);
    const refused = refusal(found?.entry, parts.hash, context);
    if (!found || refused) return { refused: refused ?? "unknown" };
    const { entry, result } = readEntry(found.entry, context);
    if (entry !== found.entry) sessions.refresh(found, entry, context);
    return { ...result, record: held(result.record, { ...found, entry }), handle: found.key };
  }

  return {
    remote: true,
    read,

    async create(draft, context) {
      checkMemory(context);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const { entry, parts } = newEntry(draft, context);
        if (await sessions.begin(entry, parts.key, draft.epoch, context)) return parts.token;
      }
      throw contended();
    },

    async update(token, change, context) {
      const parts = parseToken(token);
      if (!parts) return { gone: "malformed" };
      const { key, hash } = parts;
      const known = readFor.get(change.base);
      const usable = known?.key === key && refusal(known.entry, hash, context) === undefined;
      let found = usable ? known : await sessions.find(key, context);
      const commit = newCommit(context.now);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const refused = refusal(found?.entry, hash, context);
        if (!found || refused) return { gone: refused ?? "unknown" };
        const { record } = found.entry;
        if (change.serial && record.version !== change.base.version) return { conflict: held(record, found) };
        const next = changeEntry(found.entry, key, change, context);
        const done = { token: next.token ?? token, overwritten: next.overwritten };
        const written = await sessions.replace(found, next.entry, change, commit, context);
        if (written === "written") return done;
        found = sessions.understood(key, written.there, context);
        if (hasCommit(found, commit)) {
          // The client had sent it before; on a Cluster the steps after it are still to be taken.
          const { subject: before } = record;
          if (steps.cluster && before !== undefined && before !== next.entry.record.subject)
            await steps.unlist(before, [key]);
          return done;
        }
        // In the index, and gone meanwhile. While a record is there its key stays: another sign-in may be between its steps.
        const { subject } = next.entry.record;
        if (steps.cluster && !found && subject !== undefined) await steps.unlist(subject, [key]);
      }
      throw contended();
    },

    async delete(token, context, base) {
      const parts = parseToken(token);
      if (!parts) return false;
      const { key, hash } = parts;
      const known = base && readFor.get(base);
      const subject = known?.key === key ? known.entry.record.subject : undefined;
      const first = await steps.remove(key, secretHead(hash), subject);
      let found = sessions.understood(key, first.there, context);
      if (!found) return false;
      if (first.removed) {
        const whose = found.entry.record.subject;
        if (whose !== undefined && whose !== subject) await steps.unlist(whose, [key]);
        return expired(found.entry.record, context.now, context.limits) === undefined;
      }
      for (let tries = 0; found && tries < MAX_TRIES; tries++) {
        if (!mayEnd(found.entry, hash, context)) return false;
        const { removed, there } = await steps.remove(key, entryHead(found.entry), found.entry.record.subject);
        if (removed) return true;
        found = sessions.understood(key, there, context);
      }
      return false;
    },

    async adopt(seed, draft, until, context) {
      checkMemory(context);
      const { entry, parts } = adoptedEntry(seed, draft, context);
      const adopted = await sessions.adopt(entry, parts.key, until, context);
      if (adopted !== "written") {
        const found = sessions.understood(parts.key, adopted.there, context);
        if (!isNewlyAdopted(found?.entry, parts.hash, context)) return { refused: "adopted" };
      }
      return withToken(await read(parts.token, context), parts.token);
    },

    async list(subject, context) {
      const all = await sessions.ofSubject(subject, context);
      return handlesOf(
        all.filter(({ entry }) => entry.record.subject === subject), // not those that are becoming his
        context,
      );
    },

    async end(subject, handle, context) {
      if (!isKey(handle)) return false;
      let found = await sessions.find(handle, context);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        if (!found || !isOwn(found.entry, subject, context)) return false;
        const { removed, there } = await steps.remove(handle, secretHead(found.entry.hash), subject);
        if (removed) return true;
        found = sessions.understood(handle, there, context);
      }
      return false;
    },

    async deleteAll(subject, { but }, context) {
      const parts = but === undefined ? undefined : parseToken(but);
      const found = parts && (await sessions.find(parts.key, context));
      if (but !== undefined && (!parts || refusal(found?.entry, parts.hash, context))) return undefined; // itself ended
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
