/** `postgresStore`: sessions in PostgreSQL, for any number of processes and machines. */
import { drawKey, isKey, parseToken, subjectHash } from "../crypto/ids.ts";
import { badOption, checkNames } from "../errors.ts";
import { copyRecord, type SessionRecord } from "../session/record.ts";
import type { Store, StoreContext } from "../session/store.ts";
import { withinLimit } from "../session/within-limit.ts";
import { contended, MAX_TRIES } from "./contended.ts";
import {
  adoptedEntry,
  changeEntry,
  type Entry,
  handlesOf,
  isNewlyAdopted,
  mayEnd,
  newEntry,
  type Owned,
  refusal,
  withToken,
} from "./entry.ts";
import { entryHead, entryOf, secretHead } from "./entry-text.ts";
import { checkEpoch, EPOCH_KEPT, FIRST_EPOCH } from "./epochs.ts";
import { databaseOf, type PgPool, type PostgresSql, type Row, type Sql } from "./postgres-client.ts";
import { migrate, type PostgresTableOptions, tableNames, withTables } from "./postgres-schema.ts";
import { clockValues, columns, statementsOf } from "./postgres-statements.ts";
import { crowdedOut, SUBJECT_LIMIT_OPTIONS, type SubjectLimitOptions, subjectLimitOf } from "./subject-limit.ts";

/** The options of `postgresStore`. */
export interface PostgresStoreOptions extends PostgresTableOptions, SubjectLimitOptions {
  /**
   * Whether the store makes its tables itself, before the first operation; default `true`. With `false` run what
   * `postgresSchema` gives with a role that may create tables; the store's own needs SELECT, INSERT, UPDATE and DELETE.
   */
  readonly migrate?: boolean | undefined;
  /**
   * Whether the server keeps the statements prepared, per connection, which makes a reading 2 to 3 times cheaper.
   * Default: as the client does by itself, so not with `pg`, and with `postgres` unless it was made with
   * `prepare: false`. Say `true` with `pg` where no pooler of transactions stands between (PgBouncer before 1.21).
   */
  readonly prepare?: boolean | undefined;
}

/** A store whose tables can be made ahead of the first request. */
export interface PostgresStore extends Store {
  /**
   * Makes the tables where they are missing, whatever `migrate` says: when an application starts, to fail there. May run
   * twice and at once. Rejects with `ERR_OPTION` where they are of a newer version, else with the client's error.
   */
  readonly migrate: () => Promise<void>;
}

/** A row as it was found. */
interface Found {
  readonly key: string;
  readonly entry: Entry;
}

/** What became of a row's replacement. */
type Replaced = { readonly stored: true } | { readonly stored: false; readonly newest: Found | undefined };

/** Seconds that the tables may take before the next operation tries again. */
const MIGRATION_LIMIT = 15;

/** After so many new sessions expired ones are cleared away: of each table far more than came in between. */
const COLLECT_EVERY = 16;

/**
 * Keeps sessions in PostgreSQL 12 or later, with UTF8 as the database's encoding: `postgresStore(new Pool(…))` of `pg`, or
 * `postgresStore(postgres(url))` of postgres.js. The pool stays yours: its size, its time limits, its end.
 *
 * A reading, a change, a sign-in and a sign-out are one statement each, of one round trip (with postgres.js, two the first
 * time that a connection sees a statement). A reading writes only when the idle clock is due, then in the same statement.
 * A change compares the secret and the version that were read, and is tried again where another request was faster. A
 * sign-in with an `epoch` or under `maxPerSubject`, and the end of all of a subject's sessions, are a short transaction on
 * a connection of their own: the subject's sign-ins then wait for each other. A row that holds no entry of this format
 * reads as no session, with the event `store.unreadable`. One new session in sixteen clears away up to a hundred expired
 * rows beside its request, which does not wait for that; where it fails, `store.failed` says so.
 *
 * Makes its tables before the first operation, so that an application starts while the database is down. Throws
 * `ERR_OPTION` for a pool, a name or another option that cannot be. A sign-in that may not be rejects with
 * `ERR_SUBJECT_FULL` or `ERR_SUBJECT_EPOCH`, a change that others overtook a thousand times with `ERR_UPDATE_CONFLICT`.
 */
export function postgresStore(pool: PgPool | PostgresSql, options: PostgresStoreOptions = {}): PostgresStore {
  checkNames(options, ["schema", "table", "migrate", "prepare", ...SUBJECT_LIMIT_OPTIONS], "postgresStore");
  if (options.migrate !== undefined && typeof options.migrate !== "boolean")
    throw badOption("migrate", "must be true or false");
  const limit = subjectLimitOf(options);
  const sql = statementsOf(tableNames(options));
  const bare = databaseOf(pool, options.prepare);
  let made: Promise<void> | undefined;
  const tables = () => {
    // A connection that swallows it must not hold up all that follow for ever.
    made ??= withinLimit(migrate(bare, options), MIGRATION_LIMIT).catch((error: unknown) => {
      made = undefined; // the next one tries again
      throw error;
    });
    return made;
  };
  const database = options.migrate === false ? bare : withTables(bare, tables);
  /** What was read for a record that a request now holds: so that its change needs no reading of its own. */
  const readFor = new WeakMap<SessionRecord, Found>();
  let untilCollect = Math.floor(Math.random() * COLLECT_EVERY); // so that processes do not all at the same time

  function foundIn(row: Row | undefined, key: string, { emit }: Pick<StoreContext, "emit">): Found | undefined {
    if (!row) return undefined;
    const { entry: text, used } = row;
    const usedAt = Number(used);
    if (typeof text !== "string" || !Number.isFinite(usedAt))
      throw new TypeError("the client gave a row without its columns: it must not rename them");
    const entry = entryOf(text);
    if (entry) return { key, entry: { ...entry, record: { ...entry.record, usedAt } } };
    emit({ type: "store.unreadable" });
    return undefined;
  }

  async function find(on: Sql, key: string, context: StoreContext): Promise<Found | undefined> {
    const [row] = await on.run(sql.find, [key]);
    return foundIn(row, key, context);
  }

  function held(record: SessionRecord, found: Found): SessionRecord {
    readFor.set(record, found);
    return record;
  }

  /** What was read for `base`, if it still stands for a live session of the token; else what is there now. */
  async function known(
    { key, hash }: { readonly key: string; readonly hash: string },
    base: SessionRecord | undefined,
    context: StoreContext,
  ): Promise<Found | undefined> {
    const found = base && readFor.get(base);
    const usable = found?.key === key && refusal(found.entry, hash, context) === undefined;
    return usable ? found : find(database, key, context);
  }

  async function ofSubject(on: Sql, whose: string): Promise<readonly Found[]> {
    const rows = await on.run(sql.ofSubject, [whose]);
    return rows.flatMap((row) => foundIn(row, String(row.key), { emit: () => {} }) ?? []);
  }

  async function insert(on: Sql, key: string, entry: Entry, context: StoreContext): Promise<{ stored: boolean }> {
    return { stored: (await on.run(sql.insert, columns(key, entry, context))).length > 0 };
  }

  async function replace(
    on: Sql,
    { key, entry: before }: Found,
    entry: Entry,
    rotates: boolean,
    context: StoreContext,
  ): Promise<Replaced> {
    const values = [...columns(key, entry, context), entryHead(before)];
    const [row] = await on.run(rotates ? sql.rotate : sql.replace, values);
    if (row?.stored === true) return { stored: true };
    return { stored: false, newest: foundIn(row, key, context) };
  }

  /** Gives the subject's epoch; until the transaction ends, nobody else gets past here for this subject. */
  async function lock(on: Sql, whose: string, { now }: StoreContext): Promise<string> {
    const [row] = await on.run(sql.lock, [whose, FIRST_EPOCH, now]);
    return String(row!.epoch);
  }

  /**
   * Writes a session that becomes the subject's, whose it was `before` or not. Ends what is crowded out. Rejects, and
   * writes nothing, where the subject may not have it.
   */
  async function bind<Written extends { readonly stored: boolean }>(
    { subject, epoch }: Owned,
    before: string | undefined,
    key: string,
    context: StoreContext,
    write: (on: Sql) => Promise<Written>,
  ): Promise<Written> {
    const moves = subject !== before && limit.max < Number.POSITIVE_INFINITY;
    if (subject === undefined || !(moves || epoch !== undefined)) return write(database);
    const whose = subjectHash(subject);
    const { written, evicted } = await database.together(async (on) => {
      const current = await lock(on, whose, context);
      const written = await write(on);
      if (!written.stored) return { written, evicted: 0 };
      checkEpoch(epoch, current);
      const others = moves ? (await ofSubject(on, whose)).filter((session) => session.key !== key) : [];
      const crowded = crowdedOut(others, limit, context);
      for (const { key: oldest } of crowded) await on.run(sql.evict, [oldest, whose]);
      return { written, evicted: crowded.length };
    });
    for (let i = 0; i < evicted; i++) context.emit({ type: "session.evicted", signedIn: true });
    return written;
  }

  /** Clears some expired rows away, beside the request. */
  function collect({ now, emit }: StoreContext): void {
    if (untilCollect-- > 0) return;
    untilCollect = COLLECT_EVERY - 1;
    database.run(sql.collect, [now]).catch(() => emit({ type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }));
  }

  const read: Store["read"] = async (token, context) => {
    const parts = parseToken(token);
    if (!parts) return { refused: "malformed" };
    const [row] = await database.run(sql.read, [parts.key, secretHead(parts.hash), ...clockValues(context)]);
    const restarted = row?.restarted === true;
    const found = foundIn(restarted ? { ...row, used: context.now } : row, parts.key, context);
    const refused = refusal(found?.entry, parts.hash, context);
    if (!found || refused) return { refused: refused ?? "unknown" };
    return { record: held(copyRecord(found.entry.record), found), restarted, handle: found.key };
  };

  return {
    remote: true,
    migrate: () => migrate(bare, options),
    read,

    async create(draft, context) {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const { entry, parts } = newEntry(draft, context);
        const written = await bind(draft, undefined, parts.key, context, (on) => insert(on, parts.key, entry, context));
        if (!written.stored) continue;
        collect(context);
        return parts.token;
      }
      throw contended();
    },

    async update(token, change, context) {
      const parts = parseToken(token);
      if (!parts) return { gone: "malformed" };
      let found = await known(parts, change.base, context);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const refused = refusal(found?.entry, parts.hash, context);
        if (!found || refused) return { gone: refused ?? "unknown" };
        const seen: Found = found;
        const { record } = seen.entry;
        if (change.serial && record.version !== change.base.version)
          return { conflict: held(copyRecord(record), seen) };
        const { rotation } = change;
        const next = changeEntry(seen.entry, seen.key, change, context);
        const write = (on: Sql) => replace(on, seen, next.entry, rotation !== undefined, context);
        const written = await (rotation ? bind(rotation, record.subject, seen.key, context, write) : write(database));
        if (written.stored) return { token: next.token ?? token, overwritten: next.overwritten };
        found = written.newest;
      }
      throw contended();
    },

    async delete(token, context, base) {
      const parts = parseToken(token);
      if (!parts) return false;
      let found = await known(parts, base, context);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        if (!found || !mayEnd(found.entry, parts.hash, context)) return false;
        if ((await database.run(sql.remove, [found.key, entryHead(found.entry)])).length > 0) return true;
        found = await find(database, parts.key, context);
      }
      throw contended();
    },

    async adopt(seed, draft, until, context) {
      const { entry, parts } = adoptedEntry(seed, draft, context);
      const { key, token } = parts;
      const { stored } = await bind(draft, undefined, key, context, async (on) => {
        return { stored: (await on.run(sql.adopt, [...columns(key, entry, context), until])).length > 0 };
      });
      if (stored) {
        collect(context);
        const record = held(copyRecord(entry.record), { key, entry });
        return { record, restarted: false, handle: key, token };
      }
      const found = await find(database, key, context);
      if (!isNewlyAdopted(found?.entry, parts.hash, context)) return { refused: "adopted" };
      return withToken(await read(token, context), token);
    },

    async list(subject, context) {
      return handlesOf(await ofSubject(database, subjectHash(subject)), context);
    },

    async end(subject, handle, context) {
      if (!isKey(handle)) return false;
      const ended = await database.run(sql.end, [handle, subjectHash(subject), ...clockValues(context)]);
      return ended.length > 0;
    },

    async deleteAll(subject, { but }, context) {
      const whose = subjectHash(subject);
      const kept = but === undefined ? undefined : parseToken(but);
      if (but !== undefined && !kept) return undefined;
      return database.together(async (on) => {
        await lock(on, whose, context);
        const found = kept && (await find(on, kept.key, context));
        if (kept && (!found || refusal(found.entry, kept.hash, context))) return undefined; // itself ended
        const own = found?.entry.record.subject === subject;
        await on.run(sql.endAll, [whose, own ? found.key : "", drawKey(), context.now + EPOCH_KEPT]);
        return own ? but : undefined;
      });
    },

    async subjectEpoch(subject) {
      const [row] = await database.run(sql.epoch, [subjectHash(subject)]);
      return row ? String(row.epoch) : FIRST_EPOCH;
    },
  };
}
