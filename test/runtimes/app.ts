/**
 * What every runtime serves: one small site per store, under the store's name. All of it is built while the module
 * loads, with its keys given, because that is how it is done, and workerd forbids randomness and timers there.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { keyRing } from "../../src/crypto/keys.ts";
import { sessionOf, siteDefaults, wrapDefaults } from "../../src/defaults/index.ts";
import { wrapContext } from "../../src/middleware/context.ts";
import { wrapFile } from "../../src/middleware/file.ts";
import { formatted, wrapFormats } from "../../src/middleware/formats.ts";
import { wrapInternalError } from "../../src/middleware/internal-error.ts";
import { byteArrayStore, type FileStore, tempFileStore } from "../../src/middleware/multipart-params.ts";
import { json, redirect, text } from "../../src/response.ts";
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

/** Whole sites, of wrapDefaults: with forms of both kinds, and data. By where their uploads go. */
export const WHOLE: ReadonlyMap<string, Handler> = new Map([
  ["in-files", whole("/in-files", tempFileStore())],
  ["in-memory", whole("/in-memory", byteArrayStore())],
]);

function whole<Stored extends string | Uint8Array>(path: string, store: FileStore<Stored>): Handler {
  return stack
    .use(wrapInternalError({ log: () => {} }))
    .use(wrapContext(path))
    .use(
      wrapDefaults(siteDefaults, {
        session: sessionOf<Visitor, string>(),
        params: { multipart: { store } },
        static: { files: { root: `${process.env.TMPDIR ?? ""}/static`, optional: true } },
      }),
    )
    .use(wrapFormats())(async (request) => {
    const { method, uri, session, flash, formParams, multipartParams, nestedParams, queryParams } = request;
    if (uri === "/broken") throw new Error("the inside");
    if (method !== "POST") return formatted({ user: session.user, flash, query: queryParams.q });
    const { user, file } = { ...formParams, ...multipartParams };
    const digest = typeof file === "object" && "stored" in file ? await digestOf(file.stored) : "";
    const flashed = `${JSON.stringify(nestedParams.form.a)} ${digest}`;
    return { ...redirect(path), session: { ...session, user: String(user) }, flash: flashed };
  });
}

async function digestOf(stored: string | Uint8Array): Promise<string> {
  const octets = typeof stored === "string" ? await readFile(stored) : stored;
  return createHash("sha256").update(octets).digest("hex");
}

export const app: Handler = (request) => {
  if (request.uri === "/checks") return json(results());
  if (request.uri === "/sealed") return text(sealing.seal(NAME, Buffer.from(PLAIN)));
  if (request.uri === "/folder") return text(mistakeOf(() => wrapFile("not-there")));
  const name = request.uri.split("/")[1]!;
  return (SITES.get(name) ?? WHOLE.get(name))?.(request) ?? text("not here", 404);
};

function mistakeOf(run: () => unknown): string {
  try {
    run();
    return "none";
  } catch (error) {
    return String(error);
  }
}
