import { cookieStore, keyRing, memoryStore, type Store } from "ringlight";
import { serve } from "ringlight/node";
import { guestbookApp } from "./app.ts";
import { guestbook } from "./messages.ts";

/** `STORE=cookie SESSION_KEY=… npm start` keeps sessions in sealed cookies, so that a restart signs nobody out. */
function sessionStore({ STORE = "memory", SESSION_KEY }: NodeJS.ProcessEnv): Store {
  if (STORE === "memory") return memoryStore();
  if (STORE === "cookie") return cookieStore(SESSION_KEY ? { keys: keyRing(SESSION_KEY.split(",")) } : {});
  throw new Error(`STORE is memory or cookie, not ${STORE}`);
}

const { url } = await serve(guestbookApp(guestbook(), { store: sessionStore(process.env) }), {
  port: Number(process.env.PORT ?? 3000),
});
console.log(`The guestbook is open at ${url}`);
