/** The tables of `postgresStore`, and how they come to be. */
import { badOption } from "../errors.ts";
import { type Database, type Sql, statement } from "./postgres-client.ts";
import { checkTable, quotedName } from "./quoted-name.ts";

export interface PostgresTableOptions {
  /**
   * The schema that the tables stand in: 1 to 63 letters, digits and `_`, exactly as written. It must exist. Default: the
   * first of the connection's `search_path`, which is `public` unless you have changed it.
   */
  readonly schema?: string | undefined;
  /**
   * The table's name: 1 to 48 letters, digits and `_`, exactly as written. Default `ringlight_sessions`. Three more,
   * `…_adopted`, `…_epochs` and `…_schema`, stand beside it.
   */
  readonly table?: string | undefined;
}

/** The names of the tables, quoted, with their schema. */
export interface TableNames {
  readonly own: string;
  readonly adopted: string;
  readonly epochs: string;
  readonly versions: string;
}

const VERSION = 1;

/** Held to the end of the transaction: who makes tables waits for who is making them. */
const LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('ringlight', 0))";

/** Throws `ERR_OPTION` for what cannot be a name. */
export function tableNames({ schema, table = "ringlight_sessions" }: PostgresTableOptions): TableNames {
  checkTable(table);
  const before = schema === undefined ? "" : `${quotedName(schema, "schema")}.`;
  const named = (suffix: string) => `${before}${quotedName(`${table}${suffix}`)}`;
  return { own: named(""), adopted: named("_adopted"), epochs: named("_epochs"), versions: named("_schema") };
}

/**
 * The SQL that makes the tables where they are missing, for those who run it themselves (`migrate: false`): statements
 * without values, in one transaction. May run twice, and at once: it waits for the other. Throws `ERR_OPTION` for what
 * cannot be a name.
 *
 * - `table`: `key` (22 characters), `entry` (`entryText`; but `used` counts for its `usedAt`), and of the entry, for the
 *   statements to look at: `subject` (SHA-256, or `''`), `created`, `used` (milliseconds), `persist` (seconds, or
 *   null); `dies`, after which it may be collected (milliseconds, coarse, so that a restart of the idle clock changes
 *   no index)
 * - `table_adopted`: keys under which a session was adopted, until when that must be known
 * - `table_epochs`: subjects whose sessions were all ended, until when that must be known; and where sign-ins wait for
 *   each other
 * - `table_schema`: one row, the version
 */
export function postgresSchema(options: PostgresTableOptions = {}): string {
  const { own, adopted, epochs, versions } = tableNames(options);
  const { table = "ringlight_sessions" } = options;
  const index = (suffix: string) => quotedName(`${table}_${suffix}`);
  return `SET LOCAL client_min_messages = warning;
${LOCK};
CREATE TABLE IF NOT EXISTS ${versions} (version integer NOT NULL);
CREATE TABLE IF NOT EXISTS ${own} (
  key text PRIMARY KEY, entry text NOT NULL, subject text NOT NULL, created float8 NOT NULL,
  used float8 NOT NULL, persist float8, dies float8 NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX IF NOT EXISTS ${index("by_subject")} ON ${own} (subject) WHERE subject <> '';
CREATE INDEX IF NOT EXISTS ${index("by_death")} ON ${own} (dies);
CREATE TABLE IF NOT EXISTS ${adopted} (key text PRIMARY KEY, until float8 NOT NULL);
CREATE INDEX IF NOT EXISTS ${index("adopted_until")} ON ${adopted} (until);
CREATE TABLE IF NOT EXISTS ${epochs} (subject text PRIMARY KEY, epoch text NOT NULL, until float8 NOT NULL);
CREATE INDEX IF NOT EXISTS ${index("epochs_until")} ON ${epochs} (until);
INSERT INTO ${versions} SELECT ${VERSION} WHERE NOT EXISTS (SELECT FROM ${versions});
`;
}

/** Makes what is missing. Rejects with `ERR_OPTION` where the tables are of a newer version than this code knows. */
export async function migrate(database: Database, options: PostgresTableOptions): Promise<void> {
  const { versions } = tableNames(options);
  if ((await versionOf(database, versions)) === VERSION) return;
  await database.together(async (on) => {
    await on.run(statement(LOCK), []);
    // Again: somebody else may just have made them, and CREATE INDEX stands in the way of those who already use them.
    if ((await versionOf(on, versions)) < VERSION) await on.script(postgresSchema(options));
  });
}

/** The version of the tables that are there, 0 for none. */
async function versionOf(on: Sql, versions: string): Promise<number> {
  const [found] = await on.run(statement("SELECT to_regclass($1::text) IS NOT NULL AS there"), [versions]);
  if (!found?.there) return 0;
  const [row] = await on.run(statement(`SELECT max(version) AS version FROM ${versions}`), []);
  const version = Number(row?.version ?? 0);
  if (version <= VERSION) return version;
  const newer = `was made by a newer ringlight (schema ${version}; this one knows ${VERSION}): update it`;
  throw badOption("table", newer);
}

/** The database with its tables: whatever is asked first makes them; where that failed, whatever is asked next. */
export function withTables(database: Database, ready: () => Promise<void>): Database {
  return {
    ...database,
    async run(...call) {
      await ready();
      return database.run(...call);
    },
    async together(steps) {
      await ready();
      return database.together(steps);
    },
  };
}
