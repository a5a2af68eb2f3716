import { cookieStore, keyRing, memoryStore, type Store, sqliteStore } from "ringlight";
import { serve } from "ringlight/node";
import { guestbookApp } from "./app.ts";
import { guestbook } from "./messages.ts";

/**
 * Two that survive a restart: `STORE=cookie SESSION_KEY=… npm start` keeps sessions in sealed cookies,
 * `STORE=sqlite:guestbook.db npm start` in a file.
 */
async function sessionStore({ STORE = "memory", SESSION_KEY }: NodeJS.ProcessEnv): Promise<Store> {
  if (STORE === "memory") return memoryStore();
  if (STORE === "cookie") return cookieStore(SESSION_KEY ? { keys: keyRing(SESSION_KEY.split(",")) } : {});
  if (STORE.startsWith("sqlite:")) {
    const { DatabaseSync } = await import("node:sqlite");
    return sqliteStore(new DatabaseSync(STORE.slice("sqlite:".length)));
  }
  throw new Error(`STORE is memory, cookie or sqlite:FILE, not ${STORE}`);
}

const { url } = await serve(guestbookApp(guestbook(), { store: await sessionStore(process.env) }), {
  port: Number(process.env.PORT ?? 3000),
});
console.log(`The guestbook is open at ${url}`);
