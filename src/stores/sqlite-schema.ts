/** The tables of `sqliteStore`, and how they come to be. */
import { badOption } from "../errors.ts";
import { quotedName } from "./quoted-name.ts";

/** The few members that are used of a database: `node:sqlite`, better-sqlite3 and libsql have them. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): {
    // Whatever the library's types take: here it is texts and numbers.
    get(...values: never[]): unknown;
    all(...values: never[]): readonly unknown[];
    run(...values: never[]): { readonly changes: number | bigint };
  };
}

/** A prepared statement. */
export interface SqliteStatement {
  get(...values: readonly (string | number)[]): unknown;
  all(...values: readonly (string | number)[]): readonly unknown[];
  run(...values: readonly (string | number)[]): { readonly changes: number | bigint };
}

export function prepare(database: SqliteDatabase, sql: string): SqliteStatement {
  return database.prepare(sql) as unknown as SqliteStatement;
}

const VERSION = 2;

/**
 * Makes what is missing. May run twice, and in several processes at once: every statement asks first. A table of a newer
 * version than this code knows throws `ERR_OPTION`.
 *
 * - `table`: `key` (22 characters), `entry` (`entryText`), `subject` (SHA-256, or `''`), `dies` (milliseconds)
 * - `table_adopted`: keys under which a session was adopted, until when that must be known
 * - `table_epochs` (since version 2): of subjects whose sessions were all ended, until when that must be known
 * - `table_schema`: one row, the version
 */
export function createSchema(database: SqliteDatabase, table: string): void {
  const own = quotedName(table);
  const [adopted, epochs, schema] = [
    quotedName(`${table}_adopted`),
    quotedName(`${table}_epochs`),
    quotedName(`${table}_schema`),
  ];
  database.exec(`CREATE TABLE IF NOT EXISTS ${schema} (version INTEGER NOT NULL)`);
  const row = prepare(database, `SELECT max(version) AS version FROM ${schema}`).get() as { version: number | null };
  if ((row.version ?? 0) > VERSION)
    throw badOption(
      "table",
      `was made by a newer ringlight (schema ${row.version}; this one knows ${VERSION}): update it`,
    );
  database.exec(`
    CREATE TABLE IF NOT EXISTS ${own} (
      key TEXT NOT NULL PRIMARY KEY, entry TEXT NOT NULL, subject TEXT NOT NULL, dies INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS ${quotedName(`${table}_by_subject`)} ON ${own} (subject) WHERE subject <> '';
    CREATE INDEX IF NOT EXISTS ${quotedName(`${table}_by_death`)} ON ${own} (dies);
    CREATE TABLE IF NOT EXISTS ${adopted} (key TEXT NOT NULL PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS ${epochs} (
      subject TEXT NOT NULL PRIMARY KEY, epoch TEXT NOT NULL, until INTEGER NOT NULL
    ) WITHOUT ROWID;
    UPDATE ${schema} SET version = ${VERSION} WHERE version < ${VERSION};
    INSERT INTO ${schema} SELECT ${VERSION} WHERE NOT EXISTS (SELECT 1 FROM ${schema});
  `);
}
