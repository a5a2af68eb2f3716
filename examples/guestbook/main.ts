import { serve } from "ringlight/node";
import { guestbookApp } from "./app.ts";
import { guestbook } from "./messages.ts";
import { openStore } from "./store.ts";

const { store, close } = await openStore(process.env);
const served = await serve(guestbookApp(guestbook(), { store }), { port: Number(process.env.PORT ?? 3000) });
console.log(`The guestbook is open at ${served.url}`);

// The server stops by itself at these; the store's connections would keep the process alive.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => served.close().then(close));
