/** The two client libraries of PostgreSQL as one: a statement is one call, a transaction is one connection. */
import { createHash } from "node:crypto";
import { badOption } from "../errors.ts";

/** What a statement is given. No arrays, no big integers: every client sends these alike. */
export type SqlValue = string | number | null;

/** The few members that are used of a connection of `pg`. */
export interface PgClient {
  query(
    query: string | { name: string; text: string; values: SqlValue[] },
    values?: SqlValue[],
  ): Promise<{ readonly rows: unknown[] }>;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  release(broken?: boolean): void;
}

/** The few members that are used of `pg`'s Pool. */
export interface PgPool extends Pick<PgClient, "query"> {
  connect(): Promise<PgClient>;
}

/** The few members that are used of what `postgres` (postgres.js) makes. */
export interface PostgresSql extends PostgresTransaction {
  begin(options: string, steps: (sql: PostgresTransaction) => Promise<unknown>): Promise<unknown>;
}

export interface PostgresTransaction {
  unsafe(text: string, values?: SqlValue[], options?: { prepare?: boolean }): PromiseLike<readonly unknown[]>;
}

/** A statement's text, with `$1` and so on, and a name of its own under which a server may keep it prepared. */
export interface Statement {
  readonly text: string;
  readonly name: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** Where a statement runs. */
export interface Sql {
  run(statement: Statement, values: SqlValue[]): Promise<readonly Row[]>;
  /** Runs several statements without values. */
  script(text: string): Promise<void>;
}

/** A database by either client. */
export interface Database extends Sql {
  /** Runs `steps` on one connection, all or nothing; again where the server took them back because of others. */
  together<T>(steps: (sql: Sql) => Promise<T>): Promise<T>;
}

export function statement(text: string): Statement {
  return { text, name: `ringlight_${createHash("sha256").update(text).digest("hex").slice(0, 24)}` };
}

/** Throws `ERR_OPTION` for what is neither client. */
export function databaseOf(client: PgPool | PostgresSql, prepare: boolean | undefined): Database {
  if (prepare !== undefined && typeof prepare !== "boolean") throw badOption("prepare", "must be true or false");
  const given = client as Partial<PgPool & PostgresSql> | null | undefined;
  if (typeof given?.unsafe === "function" && typeof given.begin === "function")
    return overPostgres(client as PostgresSql, prepare ?? true);
  const pool = typeof given?.query === "function" && typeof given.connect === "function";
  if (!pool || "connectionParameters" in given)
    throw badOption("pool", "must be a Pool of pg, not a Client, or what postgres(url) of postgres.js gave");
  return overPg(client as PgPool, prepare ?? false);
}

// One subject's row that somebody holds for ever must not take all connections of the pool.
const NO_LONG_WAIT = "SET LOCAL lock_timeout = '2s'";

// What the server took back whole because of another transaction: 40001 serialization failure, 40P01 deadlock.
const TAKEN_BACK = new Set<unknown>(["40001", "40P01"]);
const MAX_TRIES = 20; // somebody else got on each time; beyond it something is wrong

async function untilKept<T>(run: () => PromiseLike<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (error) {
      if (tries >= MAX_TRIES || !TAKEN_BACK.has((error as { code?: unknown } | null)?.code)) throw error;
    }
  }
}

function overPg(pool: PgPool, prepare: boolean): Database {
  const on = (client: Pick<PgClient, "query">): Sql => ({
    async run({ name, text }, values) {
      const { rows } = await (prepare ? client.query({ name, text, values }) : client.query(text, values));
      return rows as readonly Row[];
    },
    script: async (text) => void (await client.query(text)),
  });
  async function transaction<T>(steps: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken = false;
    const breaks = () => {
      broken = true; // the call that is under way rejects with it; without a listener it would end the process
    };
    client.on("error", breaks);
    try {
      await client.query(`BEGIN ISOLATION LEVEL READ COMMITTED; ${NO_LONG_WAIT}`);
      const result = await steps(on(client));
      await client.query("COMMIT");
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch(breaks);
      throw error;
    } finally {
      client.off("error", breaks);
      client.release(broken);
    }
  }
  return {
    ...on(pool),
    run: (...call) => untilKept(() => on(pool).run(...call)),
    together: (steps) => untilKept(() => transaction(steps)),
  };
}

function overPostgres(client: PostgresSql, prepare: boolean): Database {
  // Prepared only where the client was not made with `prepare: false`.
  const on = (sql: PostgresTransaction): Sql => ({
    run: async ({ text }, values) => (await sql.unsafe(text, values, { prepare })) as readonly Row[],
    script: async (text) => void (await sql.unsafe(text)),
  });
  return {
    ...on(client),
    run: (...call) => untilKept(() => on(client).run(...call)),
    together: <T>(steps: (sql: Sql) => Promise<T>) =>
      untilKept(
        () =>
          client.begin("isolation level read committed", async (sql) => {
            await on(sql).script(NO_LONG_WAIT);
            return steps(on(sql));
          }) as Promise<T>,
      ),
  };
}
