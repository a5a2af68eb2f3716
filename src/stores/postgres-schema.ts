/** The tables of `postgresStore`, and how they come to be. */
import { badOption } from "../errors.ts";
import { type Database, statement } from "./postgres-client.ts";
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

/** Throws `ERR_OPTION` for what cannot be a name. */
export function tableNames({ schema, table = "ringlight_sessions" }: PostgresTableOptions): TableNames {
  checkTable(table);
  const before = schema === undefined ? "" : `${quotedName(schema, "schema")}.`;
  const named = (suffix: string) => `${before}${quotedName(`${table}${suffix}`)}`;
  return { own: named(""), adopted: named("_adopted"), epochs: named("_epochs"), versions: named("_schema") };
}

/**
 * The SQL that makes the tables where there are none, for those who run it themselves (`migrate: false`): one statement
 * without values. May run twice, and at once: it waits for the other. Throws `ERR_OPTION` for what cannot be a name.
 *
 * - `table`: `key` (22 characters), `entry` (`entryText`; but `used` counts for its `usedAt`), and of the entry, for the
 *   statements to look at: `subject` (SHA-256, or `''`), `created`, `used` (milliseconds), `persist` (seconds, or
 *   null); `dies`, after which it may be collected (milliseconds, coarse, so that a restart of the idle clock changes
 *   no index)
 * - `table_adopted`: keys under which a session was adopted, until when that must be known
 * - `table_epochs`: of a subject the epoch, and the `turn` of the last sign-in that had to look at others'; until when
 *   they must be known
 * - `table_schema`: one row, the version
 */
export function postgresSchema(options: PostgresTableOptions = {}): string {
  const { own, adopted, epochs, versions } = tableNames(options);
  const { table = "ringlight_sessions" } = options;
  const index = (suffix: string) => quotedName(`${table}_${suffix}`);
  return `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('ringlight', 0));
  PERFORM set_config('client_min_messages', 'warning', true);
  CREATE TABLE IF NOT EXISTS ${versions} (version integer NOT NULL);
  IF NOT EXISTS (SELECT FROM ${versions}) THEN
    CREATE TABLE ${own} (
      key text PRIMARY KEY, entry text NOT NULL, subject text NOT NULL, created float8 NOT NULL,
      used float8 NOT NULL, persist float8, dies float8 NOT NULL
    ) WITH (fillfactor = 85);
    CREATE INDEX ${index("by_subject")} ON ${own} (subject) WHERE subject <> '';
    CREATE INDEX ${index("by_death")} ON ${own} (dies);
    CREATE TABLE ${adopted} (key text PRIMARY KEY, until float8 NOT NULL);
    CREATE INDEX ${index("adopted_until")} ON ${adopted} (until);
    CREATE TABLE ${epochs} (
      subject text PRIMARY KEY, epoch text NOT NULL, turn text NOT NULL, until float8 NOT NULL
    );
    CREATE INDEX ${index("epochs_until")} ON ${epochs} (until);
    INSERT INTO ${versions} VALUES (${VERSION});
  END IF;
END $$;
`;
}

/** Makes the tables where there are none. Rejects with `ERR_OPTION` where they are of a newer version than this code knows. */
export async function migrate(database: Database, options: PostgresTableOptions): Promise<void> {
  const { versions } = tableNames(options);
  const [found] = await database.run(statement("SELECT to_regclass($1::text) IS NOT NULL AS there"), [versions]);
  if (!found?.there) return database.script(postgresSchema(options));
  const [row] = await database.run(statement(`SELECT max(version) AS version FROM ${versions}`), []);
  const version = Number(row?.version ?? 0);
  if (version <= VERSION) return;
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
  };
}
