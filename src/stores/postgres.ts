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
import { databaseOf, type PgPool, type PostgresSql, type Row, type SqlValue } from "./postgres-client.ts";
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

/** What became of a write. `row`: what stood there where it was not written. */
interface Written {
  readonly stored: boolean;
  readonly row: Row | undefined;
}

/** Seconds that the tables may take before the next operation tries again. */
const MIGRATION_LIMIT = 15;

/** After so many new sessions expired ones are cleared away: of each table far more than came in between. */
const COLLECT_EVERY = 16;

/** Milliseconds for which a sign-in's turn is known: no other one takes as long. */
const TURN_KEPT = 3_600_000;

/**
 * Keeps sessions in PostgreSQL 12 or later, with UTF8 as the database's encoding: `postgresStore(new Pool(…))` of `pg`, or
 * `postgresStore(postgres(url))` of postgres.js. The pool stays yours: its size, its time limits, its end.
 *
 * A reading, a change, a sign-in and a sign-out are one statement each, of one round trip (with postgres.js, two the first
 * time that a connection sees a statement). A reading writes only when the idle clock is due, then in the same statement.
 * A change compares the secret and the version that were read, and is tried again where another request was faster. A
 * sign-in under `maxPerSubject`, and the end of all of a subject's sessions, are two statements. No transaction spans
 * statements, so any pooler will do. A row that holds no entry of this format reads as no session, with the event
 * `store.unreadable`. One new session in sixteen clears away up to a hundred expired
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
    if (typeof text !== "string" || !Number.isFinite(usedAt)) throw renamed();
    const entry = entryOf(text);
    if (entry) return { key, entry: { ...entry, record: { ...entry.record, usedAt } } };
    emit({ type: "store.unreadable" });
    return undefined;
  }

  async function find(key: string, context: StoreContext): Promise<Found | undefined> {
    const [row] = await database.run(sql.find, [key]);
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
    return usable ? found : find(key, context);
  }

  function foundAmong(rows: readonly Row[]): readonly Found[] {
    return rows.flatMap((row) => foundIn(row, String(row.key), { emit: () => {} }) ?? []);
  }

  /**
   * Writes a session that is to be the subject's, whose it was `before` or not. Ends what is crowded out. Rejects, and
   * writes nothing, where the subject may not have it. `eighth` is the statement's value after the columns.
   */
  async function write(
    how: "Insert" | "Rotate" | "Adopt",
    { key, entry }: Found,
    eighth: SqlValue,
    { bound, before }: { readonly bound: Owned; readonly before: string | undefined },
    context: StoreContext,
  ): Promise<Written> {
    const values = [...columns(key, entry, context), eighth];
    const { subject, epoch } = bound;
    const moves = subject !== before && limit.max < Number.POSITIVE_INFINITY;
    if (subject === undefined || !(moves || epoch !== undefined)) {
      const free = { Insert: sql.insert, Rotate: sql.rotate, Adopt: sql.adopt };
      return writtenIn(await database.run(free[how], values));
    }
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const crowded = moves ? await crowdedIn(subjectHash(subject), key, context) : { turn: null, keys: "" };
      const lock = [epoch ?? null, crowded.turn, drawKey(), context.now + TURN_KEPT, crowded.keys];
      const [row] = await database.run(sql[`bound${how}`], [...values, ...lock]);
      const written = writtenIn(row ? [row] : []);
      if (typeof row?.epoch !== "string") continue; // another sign-in was faster
      const stands = how !== "Rotate" || String(written.row?.entry).startsWith(String(eighth));
      if (!written.stored && stands) checkEpoch(epoch, row.epoch);
      for (let i = 0; i < Number(row.evicted); i++) context.emit({ type: "session.evicted", signedIn: true });
      return written;
    }
    throw contended();
  }

  function writtenIn([row]: readonly Row[]): Written {
    if (typeof row?.stored !== "boolean") throw renamed();
    return { stored: row.stored, row: row.entry === null ? undefined : row };
  }

  /** Whom one more session of the subject crowds out, and the turn at which that was so. */
  async function crowdedIn(whose: string, key: string, context: StoreContext) {
    const rows = await database.run(sql.members, [whose]);
    const others = foundAmong(rows.filter((row) => row.key !== null && row.key !== key));
    const crowded = crowdedOut(others, limit, context);
    return { turn: String(rows[0]?.turn ?? ""), keys: crowded.map((session) => session.key).join() };
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
    const [row] = context.peek
      ? await database.run(sql.find, [parts.key])
      : await database.run(sql.read, [parts.key, secretHead(parts.hash), ...clockValues(context)]);
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
        const begun = { bound: draft, before: undefined };
        if (!(await write("Insert", { key: parts.key, entry }, null, begun, context)).stored) continue;
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
        const { key, entry } = found;
        const { record } = entry;
        if (change.serial && record.version !== change.base.version)
          return { conflict: held(copyRecord(record), found) };
        const next = changeEntry(entry, key, change, context);
        const { rotation } = change;
        const written = rotation
          ? await write(
              "Rotate",
              { key, entry: next.entry },
              entryHead(entry),
              { bound: rotation, before: record.subject },
              context,
            )
          : writtenIn(await database.run(sql.replace, [...columns(key, next.entry, context), entryHead(entry)]));
        if (written.stored) return { token: next.token ?? token, overwritten: next.overwritten };
        found = foundIn(written.row, key, context);
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
        found = await find(parts.key, context);
      }
      throw contended();
    },

    async adopt(seed, draft, until, context) {
      const { entry, parts } = adoptedEntry(seed, draft, context);
      const { key, token } = parts;
      const begun = { bound: draft, before: undefined };
      const { stored } = await write("Adopt", { key, entry }, until, begun, context);
      if (stored) {
        collect(context);
        const record = held(copyRecord(entry.record), { key, entry });
        return { record, restarted: false, handle: key, token };
      }
      const found = await find(key, context);
      if (!isNewlyAdopted(found?.entry, parts.hash, context)) return { refused: "adopted" };
      return withToken(await read(token, context), token);
    },

    async list(subject, context) {
      return handlesOf(foundAmong(await database.run(sql.ofSubject, [subjectHash(subject)])), context);
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
      const spared = [whose, kept ? secretHead(kept.hash) : null, ...clockValues(context), kept?.key ?? ""];
      const raised = await database.run(sql.raise, [...spared, drawKey(), drawKey(), context.now + EPOCH_KEPT]);
      if (raised.length === 0) return undefined; // itself ended
      const [row] = await database.run(sql.endAll, [...spared, drawKey()]);
      return row?.subject === whose ? but : undefined;
    },

    async subjectEpoch(subject) {
      const [row] = await database.run(sql.epoch, [subjectHash(subject)]);
      return row ? String(row.epoch) : FIRST_EPOCH;
    },
  };
}

function renamed(): TypeError {
  return new TypeError("the client gave a row without its columns: it must not rename them");
}
