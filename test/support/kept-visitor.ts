/** A visitor of a session with a codec, without a socket: each visit brings its own handler. */
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import * as devalue from "devalue";
import { toFetch } from "../../src/adapters/fetch.ts";
import { type RinglightError, text } from "../../src/index.ts";
import { type RequestOf, stack } from "../../src/ring.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { AnyKeptSession, CodecOptions } from "../../src/session/kept.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import type { Store } from "../../src/session/store.ts";
import { type WithSession, wrapSession } from "../../src/session/wrap-session.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { cookieJar } from "../../src/testing/cookie-jar.ts";

export type Session = WithSession<AnyKeptSession>["request"]["session"];
export type Options = SessionOptions<AnyKeptSession>;

/** What a visit's handler answers, merged over an empty 200. */
export type Page = (session: Session, request: RequestOf<WithSession<AnyKeptSession>>) => unknown;

export interface KeptVisitor {
  /** Visits with the cookies as they are when it begins; gives the status. */
  readonly visit: (page: Page) => Promise<number>;
  /** The session as a handler gets it now. */
  readonly show: () => Promise<Session>;
  /** Begins to answer by other options, with the same store and cookies. */
  readonly restart: (options: Options) => void;
  readonly errors: RinglightError[];
  readonly events: SessionEvent[];
}

export function keptVisitor(store: Store = memoryStore(), options: Options = {}): KeptVisitor {
  const jar = cookieJar();
  const errors: RinglightError[] = [];
  const events: SessionEvent[] = [];
  const pages = new Map<string, Page>();
  const build = (more: Options) => {
    const all = { store, codec: devalue, onEvent: (event: SessionEvent) => void events.push(event), ...more };
    const session = wrapSession(all as CodecOptions<AnyKeptSession>); // without a codec in some tests
    const app = stack.use(session)(async (request) => {
      const answer = (await pages.get(request.uri)!(request.session, request)) as object | undefined;
      return { ...text(""), ...answer };
    });
    return toFetch(app, { onError: (error) => void errors.push(error as RinglightError) });
  };
  let app = build(options);
  const visit = async (page: Page) => {
    const url = `http://localhost/${pages.size}`;
    pages.set(new URL(url).pathname, page);
    const cookie = jar.header(url);
    const response = await app(new Request(url, cookie === "" ? {} : { headers: { cookie } }));
    jar.store(response.headers.getSetCookie(), url);
    return response.status;
  };
  const show = async () => {
    let shown: Session | undefined;
    await visit((session) => {
      shown = session;
    });
    return shown ?? {};
  };
  const restart = (more: Options) => {
    app = build(more);
  };
  return { visit, show, restart, errors, events };
}

/** The stores that need nothing but this process. */
export const STORES: ReadonlyArray<readonly [name: string, open: () => Store]> = [
  ["memoryStore", () => memoryStore()],
  ["sqliteStore", () => sqliteStore(new DatabaseSync(":memory:"))],
  ["cookieStore", () => cookieStore({ keys: randomBytes(32) })],
];
