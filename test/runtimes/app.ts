/**
 * What every runtime serves: one small site per store, under the store's name. All of it is built while the module
 * loads, with its keys given, because that is how it is done, and workerd forbids randomness and timers there.
 */
import { keyRing } from "../../src/crypto/keys.ts";
import { json, text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import type { Store } from "../../src/session/store.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { memoryRevocations } from "../../src/stores/revocations.ts";
import { results, sealing } from "./checks.ts";
import { KEY, NAME, PLAIN } from "./known-answers.ts";

const keys = keyRing(KEY);

export const STORES: ReadonlyMap<string, Store> = new Map([
  ["memory", memoryStore()],
  ["cookie", cookieStore({ keys })],
  ["compressed", cookieStore({ keys, compress: true })],
  ["revoking", cookieStore({ keys, revocation: memoryRevocations() })],
]);

interface Visitor {
  user?: string;
  visits?: number;
  notes?: string;
}

function site(store: Store): Handler {
  return stack.use(wrapSession<Visitor>({ store }))(({ uri, queryString, session, sessionStatus, remoteAddress }) => {
    const given = decodeURIComponent(queryString);
    switch (uri.slice(uri.lastIndexOf("/"))) {
      case "/sign-in":
        return { ...text("hello"), session: { ...session, user: given } };
      case "/whoami":
        return json({ user: session.user, notes: session.notes, status: sessionStatus });
      case "/visit":
        return { ...text("seen"), session: ({ visits = 0, ...rest }) => ({ ...rest, visits: visits + 1 }) };
      case "/visits":
        return json(session.visits);
      case "/note":
        return { ...text("kept"), session: { ...session, notes: given.repeat(500) } };
      case "/sign-out":
        return { ...text("bye"), session: null };
      case "/peer":
        return text(String(remoteAddress));
      default:
        return text("not here", 404);
    }
  });
}

const SITES: ReadonlyMap<string, Handler> = new Map([...STORES].map(([name, store]) => [name, site(store)]));

export const app: Handler = (request) => {
  if (request.uri === "/checks") return json(results());
  if (request.uri === "/sealed") return text(sealing.seal(NAME, Buffer.from(PLAIN)));
  return SITES.get(request.uri.split("/")[1]!)?.(request) ?? text("not here", 404);
};
