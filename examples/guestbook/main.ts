import { serve } from "ringlight/node";
import { guestbookApp } from "./app.ts";
import { guestbook } from "./messages.ts";

const { url } = await serve(guestbookApp(guestbook()), { port: Number(process.env.PORT ?? 3000) });
console.log(`The guestbook is open at ${url}`);
