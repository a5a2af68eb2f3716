/** `sqliteStore`: sessions in an SQLite file, which survive a restart and a kill. */
import { drawKey, isKey, parseToken, subjectHash } from "../crypto/ids.ts";
import { badOption, checkNames } from "../errors.ts";
import { expired } from "../session/expiry.ts";
import type { RefusedToken } from "../session/refused.ts";
import type { Store, StoreContext } from "../session/store.ts";
import {
  adoptedEntry,
  changeEntry,
  collectableAt,
  type Entry,
  handlesOf,
  isNewlyAdopted,
  mayEnd,
  newEntry,
  type Owned,
  readEntry,
  refusal,
  withToken,
} from "./entry.ts";
import { entryOf, entryText } from "./entry-text.ts";
import { checkEpoch, EPOCH_KEPT, FIRST_EPOCH } from "./epochs.ts";
import { checkTable, quotedName } from "./quoted-name.ts";
import { createSchema, prepare, type SqliteDatabase } from "./sqlite-schema.ts";
import { crowdedOut, SUBJECT_LIMIT_OPTIONS, type SubjectLimitOptions, subjectLimitOf } from "./subject-limit.ts";

/** The options of `sqliteStore`. */
export interface SqliteStoreOptions extends SubjectLimitOptions {
  /**
   * The table's name: 1 to 48 letters, digits and `_`. Default `ringlight_sessions`. Three more, `…_adopted`,
   * `…_epochs` and `…_schema`, stand beside it.
   */
  readonly table?: string | undefined;
}

/** A row as it was found: the text is what a change compares with. */
interface Found {
  readonly key: string;
  readonly hash: string;
  readonly text: string;
  readonly entry: Entry;
}

/** How many expired sessions a new one clears away, and an adopted one spent adoptions besides: more than it adds. */
const BATCH = 4;

/**
 * Keeps sessions in an SQLite database: `sqliteStore(new DatabaseSync("sessions.db"))` of `node:sqlite`, or a database of
 * better-sqlite3 or libsql. For one machine, any number of processes on it; sessions survive a restart and a kill -9.
 *
 * Sets `journal_mode = WAL`, so that readers and a writer do not wait for each other, and a `busy_timeout` of 1000 ms,
 * for a second process that writes; then the call fails as `ERR_STORE_UNAVAILABLE`. How far a power cut may take back is
 * the database's `synchronous` to say: FULL, SQLite's default, takes nothing back.
 *
 * A change is one statement that compares what was read, so it is atomic without a transaction; a sign-in and the end of
 * all of a subject's sessions are a savepoint. Either works inside a transaction of yours too. A row that holds no entry
 * of this format reads as no session, with the event `store.unreadable`.
 *
 * Throws `ERR_OPTION` when made with a database or table that cannot be; makes its tables where they are missing. A
 * sign-in that may not be rejects with `ERR_SUBJECT_FULL` or `ERR_SUBJECT_EPOCH`.
 */
export function sqliteStore(database: SqliteDatabase, options: SqliteStoreOptions = {}): Store {
  checkNames(options, ["table", ...SUBJECT_LIMIT_OPTIONS], "sqliteStore");
  const limit = subjectLimitOf(options);
  const { table = "ringlight_sessions" } = options;
  if (typeof database?.prepare !== "function" || typeof database.exec !== "function")
    throw badOption("database", "must be an open database, such as new DatabaseSync(file) of node:sqlite");
  checkTable(table);
  database.exec("PRAGMA busy_timeout = 1000");
  prepare(database, "PRAGMA journal_mode = WAL").get();
  createSchema(database, table);
  const [own, adopted, epochs] = [quotedName(table), quotedName(`${table}_adopted`), quotedName(`${table}_epochs`)];
  const sql = {
    find: prepare(database, `SELECT entry FROM ${own} WHERE key = ?`),
    insert: prepare(
      database,
      `INSERT INTO ${own} (key, entry, subject, dies) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    replace: prepare(database, `UPDATE ${own} SET entry = ?, subject = ?, dies = ? WHERE key = ? AND entry = ?`),
    remove: prepare(database, `DELETE FROM ${own} WHERE key = ? AND entry = ?`),
    removeAll: prepare(database, `DELETE FROM ${own} WHERE subject = ? AND key <> ?`),
    end: prepare(database, `DELETE FROM ${own} WHERE key = ?`),
    ofSubject: prepare(database, `SELECT key, entry FROM ${own} WHERE subject = ?`),
    collect: prepare(
      database,
      `DELETE FROM ${own} WHERE key IN (SELECT key FROM ${own} WHERE dies <= ? ORDER BY dies LIMIT ${BATCH})`,
    ),
    epoch: prepare(database, `SELECT epoch FROM ${epochs} WHERE subject = ?`),
    raise: prepare(database, `INSERT OR REPLACE INTO ${epochs} (subject, epoch, until) VALUES (?, ?, ?)`),
    forgetEpochs: prepare(
      database,
      `DELETE FROM ${epochs} WHERE subject IN (SELECT subject FROM ${epochs} WHERE until <= ? LIMIT ${BATCH})`,
    ),
    adopt: prepare(database, `INSERT INTO ${adopted} (key, until) VALUES (?, ?) ON CONFLICT DO NOTHING`),
    forget: prepare(
      database,
      `DELETE FROM ${adopted} WHERE key IN (SELECT key FROM ${adopted} WHERE until <= ? LIMIT ${BATCH})`,
    ),
  };

  function find(token: string, { emit }: StoreContext): Found | { readonly refused: RefusedToken } {
    const parts = parseToken(token);
    if (!parts) return { refused: "malformed" };
    const row = sql.find.get(parts.key) as { readonly entry: string } | undefined;
    if (!row) return { refused: "unknown" };
    const entry = entryOf(row.entry);
    if (!entry) {
      emit({ type: "store.unreadable" });
      return { refused: "unknown" };
    }
    return { ...parts, text: row.entry, entry };
  }

  function insert(key: string, entry: Entry, context: StoreContext): boolean {
    return changed(sql.insert.run(key, entryText(entry), ...columns(entry, context)));
  }

  /** All or nothing, as one writer; begins with a write, so that it waits for others before it reads. */
  function together<T>(steps: () => T): T {
    database.exec("SAVEPOINT ringlight");
    try {
      const result = steps();
      database.exec("RELEASE ringlight");
      return result;
    } catch (error) {
      database.exec("ROLLBACK TO ringlight; RELEASE ringlight");
      throw error;
    }
  }

  /**
   * Writes a session that becomes the subject's, whose it was `before` or not; whether it was written. Ends what is
   * crowded out. Throws, and writes nothing, where the subject may not have it.
   */
  function bind(
    { subject, epoch }: Owned,
    before: string | undefined,
    key: string,
    context: StoreContext,
    write: () => boolean,
  ): boolean {
    const moves = subject !== before && limit.max < Number.POSITIVE_INFINITY;
    if (subject === undefined || !(moves || epoch !== undefined)) return write();
    const evicted = together(() => {
      if (!write()) return undefined;
      checkEpoch(epoch, epochOf(subject));
      const others = moves ? ofSubject(subject).filter((session) => session.key !== key) : [];
      const crowded = crowdedOut(others, limit, context);
      for (const { key: oldest } of crowded) sql.end.run(oldest);
      return crowded;
    });
    for (const _ of evicted ?? []) context.emit({ type: "session.evicted", signedIn: true });
    return evicted !== undefined;
  }

  function epochOf(subject: string): string {
    const row = sql.epoch.get(subjectHash(subject)) as { readonly epoch: string } | undefined;
    return row?.epoch ?? FIRST_EPOCH;
  }

  function ofSubject(subject: string): readonly { readonly key: string; readonly entry: Entry }[] {
    const rows = sql.ofSubject.all(subjectHash(subject)) as readonly { readonly key: string; readonly entry: string }[];
    return rows.flatMap(({ key, entry: text }) => {
      const entry = entryOf(text);
      return entry ? [{ key, entry }] : [];
    });
  }

  /** Whether the row still was what was found. */
  function replace({ key, text }: Found, entry: Entry, context: StoreContext): boolean {
    return changed(sql.replace.run(entryText(entry), ...columns(entry, context), key, text));
  }

  function read(token: string, context: StoreContext): ReturnType<Store["read"]> {
    const found = find(token, context);
    if ("refused" in found) return found;
    const refused = refusal(found.entry, found.hash, context);
    if (refused) return { refused };
    const { entry, result } = readEntry(found.entry, context);
    if (entry === found.entry || replace(found, entry, context)) return { ...result, handle: found.key };
    return read(token, context); // somebody was faster: it may be gone
  }

  return {
    read,

    create(draft, context) {
      sql.collect.run(context.now);
      let drawn = newEntry(draft, context);
      const written = () => insert(drawn.parts.key, drawn.entry, context);
      while (!bind(draft, undefined, drawn.parts.key, context, written)) drawn = newEntry(draft, context);
      return drawn.parts.token;
    },

    update(token, change, context) {
      for (;;) {
        const found = find(token, context);
        if ("refused" in found) return { gone: found.refused };
        const refused = refusal(found.entry, found.hash, context);
        if (refused) return { gone: refused };
        const { record } = found.entry;
        if (change.serial && record.version !== change.base.version) return { conflict: record };
        const next = changeEntry(found.entry, found.key, change, context);
        const written = () => replace(found, next.entry, context);
        const { rotation } = change;
        if (rotation ? bind(rotation, record.subject, found.key, context, written) : written())
          return { token: next.token ?? token, overwritten: next.overwritten };
      }
    },

    delete(token, context) {
      for (;;) {
        const found = find(token, context);
        if ("refused" in found || !mayEnd(found.entry, found.hash, context)) return false;
        if (changed(sql.remove.run(found.key, found.text))) return true;
      }
    },

    adopt(seed, draft, until, context) {
      const { entry, parts } = adoptedEntry(seed, draft, context);
      sql.collect.run(context.now);
      sql.forget.run(context.now);
      const written = () => changed(sql.adopt.run(parts.key, until)) && insert(parts.key, entry, context);
      if (!bind(draft, undefined, parts.key, context, written)) {
        const found = find(parts.token, context);
        if ("refused" in found || !isNewlyAdopted(found.entry, parts.hash, context)) return { refused: "adopted" };
      }
      const result = read(parts.token, context) as Awaited<ReturnType<Store["read"]>>;
      return withToken(result, parts.token);
    },

    list(subject, context) {
      return handlesOf(ofSubject(subject), context);
    },

    end(subject, handle, { now, limits }) {
      if (!isKey(handle)) return false;
      for (;;) {
        const row = sql.find.get(handle) as { readonly entry: string } | undefined;
        const entry = row && entryOf(row.entry);
        if (entry?.record.subject !== subject || expired(entry.record, now, limits)) return false;
        if (changed(sql.remove.run(handle, row!.entry))) return true;
      }
    },

    deleteAll(subject, { but }, context) {
      return together(() => {
        sql.forgetEpochs.run(context.now);
        const found = but === undefined ? undefined : find(but, context);
        if (found && ("refused" in found || refusal(found.entry, found.hash, context))) return undefined; // itself ended
        const kept = found && "entry" in found && found.entry.record.subject === subject ? found.key : "";
        sql.raise.run(subjectHash(subject), drawKey(), context.now + EPOCH_KEPT);
        sql.removeAll.run(subjectHash(subject), kept);
        return kept === "" ? undefined : but;
      });
    },

    subjectEpoch: epochOf,
  };
}

function columns(entry: Entry, { limits }: StoreContext): readonly [subject: string, dies: number] {
  const { subject } = entry.record;
  return [subject === undefined ? "" : subjectHash(subject), Math.ceil(collectableAt(entry, limits))];
}

function changed({ changes }: { readonly changes: number | bigint }): boolean {
  return Number(changes) > 0;
}
