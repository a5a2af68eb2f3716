/** The two client libraries of PostgreSQL as one: each statement is a call and a transaction of its own. */
import { createHash } from "node:crypto";
import { badOption } from "../errors.ts";

/** What a statement is given. No arrays, no big integers: every client sends these alike. */
export type SqlValue = string | number | null;

/** The one member that is used of `pg`'s Pool. */
export interface PgPool {
  query(
    query: string | { name: string; text: string; values: SqlValue[] },
    values?: SqlValue[],
  ): Promise<{ readonly rows: unknown[] }>;
}

/** The one member that is used of what `postgres` (postgres.js) makes. */
export interface PostgresSql {
  unsafe(text: string, values?: SqlValue[], options?: { prepare?: boolean }): PromiseLike<readonly unknown[]>;
}

/** A statement's text, with `$1` and so on, and a name of its own under which a server may keep it prepared. */
export interface Statement {
  readonly text: string;
  readonly name: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** A database by either client. */
export interface Database {
  /** Runs a statement; again where the server took it back because of others. */
  run(statement: Statement, values: SqlValue[]): Promise<readonly Row[]>;
  /** Runs a statement without values, unprepared. */
  script(text: string): Promise<void>;
}

export function statement(text: string): Statement {
  return { text, name: `ringlight_${createHash("sha256").update(text).digest("hex").slice(0, 24)}` };
}

/** Throws `ERR_OPTION` for what is neither client. */
export function databaseOf(client: PgPool | PostgresSql, prepare: boolean | undefined): Database {
  if (prepare !== undefined && typeof prepare !== "boolean") throw badOption("prepare", "must be true or false");
  const given = client as Partial<PgPool & PostgresSql> | null | undefined;
  if (typeof given?.unsafe === "function") return overPostgres(client as PostgresSql, prepare ?? true);
  if (typeof given?.query !== "function" || "connectionParameters" in given)
    throw badOption("pool", "must be a Pool of pg, not a Client, or what postgres(url) of postgres.js gave");
  return overPg(client as PgPool, prepare ?? false);
}

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
  return {
    async run({ name, text }, values) {
      const ask = () => (prepare ? pool.query({ name, text, values }) : pool.query(text, values));
      return (await untilKept(ask)).rows as readonly Row[];
    },
    script: async (text) => void (await pool.query(text)),
  };
}

function overPostgres(sql: PostgresSql, prepare: boolean): Database {
  return {
    // Prepared only where the client was not made with `prepare: false`.
    run: async ({ text }, values) => (await untilKept(() => sql.unsafe(text, values, { prepare }))) as readonly Row[],
    script: async (text) => void (await sql.unsafe(text)),
  };
}
