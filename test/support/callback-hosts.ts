/** Stores of express-session for tests, on servers that a test file starts and stops. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import connectPgSimple from "connect-pg-simple";
import { RedisStore } from "connect-redis";
import session from "express-session";
import memorystore from "memorystore";
import pg from "pg";
import type { CallbackStore } from "../../src/stores/connect-host.ts";
import { embeddedPostgres } from "./embedded-postgres.ts";
import { wholeFile } from "./ending.ts";
import { singleClients } from "./redis-clients.ts";
import { freePort, noRedis, redisServer } from "./redis-server.ts";

const file = wholeFile();

/** Opens a store: an empty one, or one more over the same sessions where the name was used before (not memorystore). */
export type Open = (name: string) => Promise<CallbackStore>;

/** A kind of store, and its server. */
export interface Host {
  readonly name: string;
  /** Why it cannot run here. */
  readonly without: string | false;
  readonly start: () => Promise<Open>;
}

export const memory: Host = {
  name: "memorystore",
  without: false,
  start: async () => {
    const MemoryStore = memorystore(session);
    return async () => new MemoryStore({});
  },
};

export const redis: Host = {
  name: "connect-redis",
  without: noRedis ?? false,
  async start() {
    const server = await redisServer(file);
    return async (name) => new RedisStore({ client: await singleClients.redis!(file, server), prefix: `${name}:` });
  },
};

export const postgres: Host = {
  name: "connect-pg-simple",
  without: missing("embedded-postgres for this platform", !hasPostgres()),
  async start() {
    const folder = mkdtempSync(join(tmpdir(), "postgres-"));
    const port = await freePort();
    const EmbeddedPostgres = await embeddedPostgres();
    const server = new EmbeddedPostgres({
      ...{ databaseDir: join(folder, "data"), port, user: "postgres", password: "secret", persistent: false },
      ...{ authMethod: "password", initdbFlags: ["--encoding=UTF8", "--locale=C"] },
      ...{ createPostgresUser: process.getuid?.() === 0, onLog: () => {}, onError: () => {} },
    });
    if (process.getuid?.() === 0) spawnSync("chmod", ["755", folder]);
    await server.initialise();
    await server.start();
    const connection = { host: "127.0.0.1", port, user: "postgres", password: "secret", database: "postgres" };
    const pool = new pg.Pool({ ...connection, max: 8 });
    pool.on("error", () => {}); // an idle connection that the server's end cuts
    file.after(async () => {
      await pool.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    const PgStore = connectPgSimple(session);
    return async (name) => {
      const tableName = `t_${name.replaceAll(/\W/g, "_")}`;
      await pool.query(
        `CREATE TABLE IF NOT EXISTS ${tableName} (sid varchar PRIMARY KEY, sess json NOT NULL, expire timestamp(6) NOT NULL)`,
      );
      return new PgStore({ pool, tableName, pruneSessionInterval: false });
    };
  },
};

/** For `test(…, { skip })`; with CI=true that is a failure instead. */
function missing(what: string, isMissing: boolean): string | false {
  if (!isMissing) return false;
  const words = `the tests of a store need ${what}, which is not there`;
  if (process.env.CI === "true") throw new Error(words);
  return words;
}

function hasPostgres(): boolean {
  try {
    return existsSync(new URL(import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
  } catch {
    return false;
  }
}
