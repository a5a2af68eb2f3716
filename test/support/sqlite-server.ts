/** A program of its own over an SQLite file: serves a few pages on a free port until it is killed. Arguments: file, keys. */
import { DatabaseSync } from "node:sqlite";
import { serve } from "../../src/adapters/node.ts";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { type AnySession, wrapSession } from "../../src/session/wrap-session.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";

const store = sqliteStore(new DatabaseSync(process.argv[2]!));
const app = stack.use(wrapSession<AnySession>({ store }))(({ uri, session }) => {
  if (uri === "/login") return { ...text("in"), session: { ...session, user: "bob" } };
  if (uri === "/logout") return { ...text("out"), session: null };
  if (uri === "/count") return { ...text("one more"), session: (s) => ({ ...s, n: Number(s.n ?? 0) + 1 }) };
  return text(JSON.stringify(session));
});
const { url } = await serve(app, { port: 0 });
console.log(url);
