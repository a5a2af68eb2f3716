import { testGuestbookPair } from "../support/guestbook-pair.ts";
import { noRedis, redisServer } from "../support/redis-server.ts";

testGuestbookPair("STORE=redis://… npm start", async (t) => ({ STORE: (await redisServer(t)).url }), { skip: noRedis });
