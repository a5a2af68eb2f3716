/** The options of `wrapSession`, checked when the stack is built. */
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { inProduction } from "../production.ts";
import type { RequestMap } from "../ring.ts";
import { type Breaker, type BreakerOptions, breakerOf } from "./breaker.ts";
import { fromFields, toFields } from "./change.ts";
import type { Codec } from "./codable.ts";
import { checkedCodec } from "./codec-option.ts";
import { type CookieOptions, type SessionCookies, sessionCookies } from "./cookie.ts";
import type { SessionEvent } from "./events.ts";
import type { Limits } from "./expiry.ts";
import { checkHostsOwn } from "./host-options.ts";
import type { ShapeOptions } from "./interpret.ts";
import type { DeepReadonly } from "./json.ts";
import { type LimitOptions, limitsOf } from "./limits.ts";
import { cookieNamesOf, type SessionReader } from "./reader.ts";
import type { Fields } from "./record.ts";
import type { BoundStore, Store } from "./store.ts";
import { type SubjectOption, subjectOf, userOf } from "./subject.ts";

/** The options of `wrapSession`; one that cannot be throws `ERR_OPTION` when it is built. Durations in seconds. */
export interface SessionOptions<Data> extends LimitOptions, CookieOptions, ShapeOptions<Data> {
  /** Where sessions are kept. Default: a `memoryStore()` of its own, lost at restart, for one process. */
  readonly store?: Store | undefined;
  /** What `request.session` is where there is no session. Not stored until it changes. Default `{}`. */
  readonly initial?: Data | undefined;
  /**
   * Whom the session belongs to: any change of it, a sign-in above all, recreates the session. Must be pure. Default:
   * `data.user` where that is a string or a number. If your users are kept under another key, say which, or a visitor's
   * token survives his sign-in (session fixation, CWE-384): `subject: ({ userId }) => userId`.
   */
  readonly subject?: SubjectOption<DeepReadonly<Data>> | undefined;
  /** What happens to a change of a session that ended meanwhile: dropped with an event, or answered 409. Default `"ignore"`. */
  readonly onGone?: "ignore" | "error" | undefined;
  /**
   * Whose session cookies are taken over where no session of this application's comes: `expressSessionReader({ … })` and
   * others of `ringlight/readers/…`. Each value is adopted once, unless the reader or the store declares in `lacks` that
   * it cannot. Default none. The store must have `adopt`: all of ringlight's do but `connectStore`.
   */
  readonly readers?: readonly SessionReader[] | undefined;
  /** Told what happens to sessions; see `SessionEvent`. What it throws is printed and changes nothing. */
  readonly onEvent?: ((event: SessionEvent) => void) | undefined;
  /** How long one store operation may take, in seconds, above 0 and at most 600; a session function's tries together too. Default 2. */
  readonly storeTimeout?: number | undefined;
  /** How a remote store that fails is left alone for a while; see `BreakerOptions`. `false`: it is asked each time. */
  readonly breaker?: BreakerOptions | false | undefined;
  /**
   * Says which requests may go on without a session while the store is down: pages that only read and look the same to
   * everybody, such as `({ method, uri }) => method === "GET" && uri === "/"`. Their `sessionStatus.state` is
   * `"unavailable"`; a response of theirs that would change the session is a 503, and stores nothing. Default: none, each
   * is a 503.
   */
  readonly withoutStore?: ((request: SessionRequest) => boolean) | undefined;
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** The members of a request that the engine looks at. */
export type SessionRequest = Pick<RequestMap, "method" | "uri" | "scheme" | "host" | "headers">;

/** What the engine works with: every option present and checked. */
export interface Settings<Data> {
  readonly store: Store;
  /** The same, where the session is a host's and this is one request's. */
  readonly bound: BoundStore | undefined;
  readonly limits: Limits;
  readonly maxAge: number | undefined;
  readonly cookies: SessionCookies;
  readonly requireHttps: boolean;
  readonly shape: ShapeOptions<Data>;
  readonly codec: Codec | undefined;
  readonly initial: Fields;
  readonly hasInitial: boolean;
  /** Whose session `initial` is: mostly nobody's. */
  readonly initialSubject: string | undefined;
  readonly subject: SubjectOption<DeepReadonly<Data>>;
  readonly onGone: "ignore" | "error";
  readonly readers: readonly SessionReader[];
  readonly emit: (event: SessionEvent) => void;
  readonly storeTimeout: number;
  readonly breaker: Breaker | undefined;
  readonly withoutStore: (request: SessionRequest) => boolean;
  readonly now: () => number;
}

/** The names of all options. */
export const SESSION_OPTIONS = [
  "store",
  "timeout",
  "absolute",
  "refresh",
  "grace",
  "maxAge",
  "cookieName",
  "cookieAttrs",
  "insecure",
  "schema",
  "codec",
  "migrate",
  "initial",
  "subject",
  "onGone",
  "readers",
  "onEvent",
  "storeTimeout",
  "breaker",
  "withoutStore",
  "now",
] as const;

/** Throws `ERR_OPTION` for an unknown, contradictory or impossible option. */
export function settingsOf<Data>(
  options: SessionOptions<Data>,
  defaultStore: () => Store,
  of = "wrapSession",
): Settings<Data> {
  checkNames(options, SESSION_OPTIONS, of);
  const store = options.store === undefined ? defaultStore() : options.store;
  for (const operation of ["read", "create", "update", "delete"] as const) {
    if (typeof store?.[operation] !== "function")
      throw badOption(
        "store",
        `has no ${operation}(): give memoryStore(), cookieStore({ keys }) or another Store; one of express-session's goes into connectStore(…)`,
      );
  }
  checkHostsOwn(options, store, of);
  if (options.insecure !== undefined && typeof options.insecure !== "boolean")
    throw badOption("insecure", "must be true or false");
  checkFunction("subject", options.subject);
  checkFunction("migrate", options.migrate);
  checkFunction("onEvent", options.onEvent);
  checkFunction("withoutStore", options.withoutStore);
  checkFunction("now", options.now);
  if (options.schema !== undefined && typeof options.schema?.["~standard"]?.validate !== "function") {
    throw badOption("schema", "must be a Standard Schema, such as z.object({ … })");
  }
  const onGone = options.onGone ?? "ignore";
  if (onGone !== "ignore" && onGone !== "error") throw badOption("onGone", 'must be "ignore" or "error"');
  const storeTimeout = options.storeTimeout ?? 2;
  if (!(typeof storeTimeout === "number" && storeTimeout > 0 && storeTimeout <= 600))
    throw badOption("storeTimeout", "must be a number of seconds above 0, at most 600");
  const emit = safely(options.onEvent);
  const codec = checkedCodec(options.codec);
  const initial = initialFields(options.initial, codec);
  const cookies = sessionCookies(options);
  const subject = options.subject ?? (userOf as SubjectOption<DeepReadonly<Data>>);
  return {
    store,
    bound: undefined,
    limits: limitsOf(options),
    maxAge: options.maxAge,
    cookies,
    requireHttps: options.insecure !== true && inProduction(),
    shape: { schema: options.schema, migrate: options.migrate, codec },
    codec,
    initial,
    initialSubject: initialSubject(subject, initial, codec),
    hasInitial: options.initial !== undefined,
    subject,
    onGone,
    readers: checkedReaders(options, cookies, store),
    emit,
    storeTimeout,
    breaker: breakerOf(options.breaker, store.remote === true, emit),
    withoutStore: options.withoutStore ?? (() => false),
    now: options.now ?? Date.now,
  };
}

function checkedReaders<Data>(
  { readers = [] }: SessionOptions<Data>,
  cookies: SessionCookies,
  store: Store,
): readonly SessionReader[] {
  if (!Array.isArray(readers)) throw badOption("readers", "must be a list, such as [ringCookieReader({ key, until })]");
  if (readers.length > 0 && typeof store.adopt !== "function")
    throw badOption("readers", "this store cannot adopt sessions: leave readers out, or choose another store");
  for (const reader of readers as readonly SessionReader[]) {
    if (typeof reader?.read !== "function" || !(reader.until instanceof Date))
      throw badOption(
        "readers",
        "each must be a SessionReader with an until, such as ringCookieReader({ key, until })",
      );
    const theirs = cookieNamesOf(reader);
    const own = [cookies.https.name, cookies.http.name].find((name) =>
      theirs.some((each) => each === name || each.startsWith(`${name}.`)),
    );
    if (own !== undefined)
      throw badOption("readers", `the cookie ${own} is this session's own: give another cookieName`);
  }
  return readers;
}

function initialFields(initial: unknown, codec: Codec | undefined): Fields {
  if (initial === undefined) return new Map();
  if (typeof initial !== "object" || initial === null) throw badOption("initial", "must be a plain object");
  try {
    return toFields(initial, codec);
  } catch (error) {
    throw badOption("initial", (error as Error).message);
  }
}

function checkFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") throw badOption(option, "must be a function");
}

function initialSubject<Data>(
  subject: SubjectOption<DeepReadonly<Data>>,
  initial: Fields,
  codec: Codec | undefined,
): string | undefined {
  try {
    return subjectOf(subject, fromFields(initial, codec));
  } catch (error) {
    if (error instanceof RinglightError) throw badOption("initial", error.message);
    throw badOption("subject", `must answer for initial, or {}, too; it threw: ${(error as Error).message}`);
  }
}

function safely(onEvent: ((event: SessionEvent) => void) | undefined): (event: SessionEvent) => void {
  if (!onEvent) return () => {};
  const failed = (error: unknown) => console.error("ringlight: onEvent failed", error);
  return (event) => {
    try {
      const told: unknown = onEvent(event); // may well be a promise: a rejection that nobody takes ends the process
      if (told instanceof Promise) told.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
