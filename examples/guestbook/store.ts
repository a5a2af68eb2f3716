/**
 * Where the guestbook keeps its sessions:
 *
 *     npm start                                            in memory: lost at a restart
 *     STORE=cookie SESSION_KEY=… npm start                 in sealed cookies
 *     STORE=sqlite:guestbook.db npm start                  in a file
 *     STORE=redis://127.0.0.1:6379 npm start               in Redis, for any number of processes
 *     STORE=postgres://user:password@host/name npm start   in PostgreSQL, likewise
 */
import { cookieStore, keyRing, memoryStore, postgresStore, redisStore, type Store, sqliteStore } from "ringlight";

/** A store, and how to let go of what it holds. */
export interface OpenStore {
  readonly store: Store;
  readonly close: () => unknown;
}

export async function openStore({ STORE = "memory", SESSION_KEY }: NodeJS.ProcessEnv): Promise<OpenStore> {
  if (STORE === "memory") return { store: memoryStore(), close: () => {} };
  if (STORE === "cookie") {
    const keys = SESSION_KEY ? keyRing(SESSION_KEY.split(",")) : undefined;
    return { store: cookieStore({ keys }), close: () => {} };
  }
  if (STORE.startsWith("sqlite:")) {
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(STORE.slice("sqlite:".length));
    return { store: sqliteStore(database), close: () => database.close() };
  }
  if (/^rediss?:/.test(STORE)) {
    const store = redisStore(STORE);
    return { store, close: () => store.close() };
  }
  if (/^postgres(ql)?:/.test(STORE)) {
    const { default: pg } = await import("pg");
    const pool = new pg.Pool({ connectionString: STORE });
    pool.on("error", (error) => console.error(error)); // of an idle connection: the next request takes another
    return { store: postgresStore(pool), close: () => pool.end() };
  }
  throw new Error(`STORE is memory, cookie, sqlite:FILE, redis://… or postgres://…, not ${STORE}`);
}
