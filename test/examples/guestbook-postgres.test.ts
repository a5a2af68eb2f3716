import { testGuestbookPair } from "../support/guestbook-pair.ts";
import { postgresServer, withoutPostgres } from "../support/postgres-server.ts";

const without = withoutPostgres("the guestbook over PostgreSQL");
const server = postgresServer(without);
testGuestbookPair("STORE=postgres://… npm start", async () => ({ STORE: server.url() }), {
  skip: without || undefined,
});
