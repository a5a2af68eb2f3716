/** The session as hosts' handlers have it: an object to write to, of which the engine sees what differs. */
import { badOption } from "../errors.ts";
import { checkKeys, checkPlain, valueError } from "../session/json.ts";
import type { AnySession } from "../session/wrap-session.ts";
import type { SessionCookieView } from "./session-cookie.ts";

/** As the callbacks of express-session: the error, where there was one. */
export type Done = (error?: unknown) => void;

/** What a session can do beside holding data. Under these names there are no data. */
export interface SessionMethods<Data extends object = object> {
  /**
   * Names this session until it is renewed or ends, in logs and maps; it authenticates nothing. `undefined` where there is
   * none, and after one is begun or renewed until the next request.
   */
  readonly id: string | undefined;
  /** Whether no session came with the request. */
  readonly isNew: boolean;
  readonly cookie: SessionCookieView;
  /**
   * Applies a function to the newest stored value when the session is stored, again if somebody else was faster, so that
   * no count is lost: `session.update((s) => ({ ...s, n: s.n + 1 }))`. It must be synchronous and pure. Here it is applied
   * to what this request has, at once.
   */
  update(change: (current: Data) => Data): void;
  /** A new token for what follows, and no data: the object that is `session` from now on is empty. The old token is dead when it is stored. */
  regenerate(done?: Done): Promise<void>;
  /** The same, but what is under these names is there again. */
  regenerate(keep: readonly string[], done?: Done): Promise<void>;
  /**
   * Stores now what would be stored before the response's head: for what happens before that, or tells others. The
   * cookie goes with the head. Rejects, or tells `done`, where the store is broken; nothing is stored then.
   */
  save(done?: Done): Promise<void>;
  /** Ends the session now, on the server; the cookie is removed with the head. From then on `session` is `null`. */
  destroy(done?: Done): Promise<void>;
  /** Reads the session anew and forgets what was not stored: `session` is another object from now on. */
  reload(done?: Done): Promise<void>;
  /** Does nothing: reading has restarted the idle clock. */
  touch(): void;
}

/** `req.session`: the data, and what can be done with them. */
export type LentSession<Data extends object = AnySession> = Written<Data> & SessionMethods<Data>;

// Of no declared shape: anything, as express-session has it. An index signature of JSON would hide the methods.
// biome-ignore lint/suspicious/noExplicitAny: it is what is meant
type Written<Data> = string extends keyof Data ? { [key: string]: any } : Data;

/** Who does it. */
export interface Keeper {
  readonly id: string | undefined;
  readonly isNew: boolean;
  readonly cookie: SessionCookieView;
  update(change: (current: never) => unknown): void;
  regenerate(keep: readonly string[]): void;
  save(): Promise<void>;
  destroy(): Promise<void>;
  reload(): Promise<void>;
}

/** The methods; each host may add the names of its own habit by a class that extends this one. */
export class Session {
  readonly #keeper: Keeper; // no property: whoever prints, spreads or freezes a session sees its data and nothing else

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }
  get id(): string | undefined {
    return this.#keeper.id;
  }
  get isNew(): boolean {
    return this.#keeper.isNew;
  }
  get cookie(): SessionCookieView {
    return this.#keeper.cookie;
  }
  update(change: (current: never) => unknown): void {
    this.#keeper.update(change);
  }
  regenerate(...given: readonly [Done?] | readonly [readonly string[], Done?]): Promise<void> {
    const [keep, done] = typeof given[0] === "object" ? [given[0], given[1] as Done | undefined] : [[], given[0]];
    this.#keeper.regenerate(keep);
    return told(Promise.resolve(), done);
  }
  save(done?: Done): Promise<void> {
    return told(this.#keeper.save(), done);
  }
  destroy(done?: Done): Promise<void> {
    return told(this.#keeper.destroy(), done);
  }
  reload(done?: Done): Promise<void> {
    return told(this.#keeper.reload(), done);
  }
  touch(): void {}
}

// A key like any other: `Object.assign(session, JSON.parse(text))` must not exchange what a session can do.
Object.defineProperty(Session.prototype, "__proto__", {
  get() {
    return Object.getPrototypeOf(this);
  },
  set(value: unknown) {
    Object.defineProperty(this, "__proto__", { value, writable: true, enumerable: true, configurable: true });
  },
  configurable: true,
});

/**
 * With a callback the promise never rejects: its error is the callback's. Without, nobody need wait: what could not be
 * stored is tried again with the head, whose answer is the error then.
 */
function told(stored: Promise<void>, done: Done | undefined): Promise<void> {
  stored.catch(() => {});
  if (typeof done !== "function") return stored;
  return stored.then(
    () => queueMicrotask(done), // outside of the promise: what it throws is its own
    (error: unknown) => queueMicrotask(() => done(error ?? new Error("the session could not be stored"))),
  );
}

/** A kind of session object: its class, and the names that are taken by it. */
export interface SessionKind {
  make(data: object, keeper: Keeper): Session;
  /** Under these names nothing is handed out, and what is stored there stays. */
  readonly taken: ReadonlySet<string>;
  /** The same as a record's fields have them. */
  readonly takenKeys: ReadonlySet<string>;
}

/** Makes the kind of a class. Assigning to one of its names throws, in sloppy code too. */
export function sessionKind(of: typeof Session): SessionKind {
  const taken = new Set<string>();
  for (let type: object | null = of.prototype; type && type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    for (const [name, described] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
      if (name === "constructor" || name === "__proto__" || taken.has(name)) continue;
      taken.add(name);
      const get = described.get ?? (() => described.value);
      const set = described.set ?? refuse(name);
      Object.defineProperty(of.prototype, name, { get, set, enumerable: false, configurable: true });
    }
  }
  return {
    taken,
    takenKeys: new Set([...taken].map((name) => JSON.stringify(name))),
    make(data, keeper) {
      const session = new of(keeper);
      put(session, data, taken);
      return session;
    },
  };
}

function refuse(name: string): (value: unknown) => void {
  return () => {
    throw badOption(`session.${name}`, "is the session's own: keep the value under another name");
  };
}

/** Makes `data` the session's, in place of what it holds. */
export function put(session: object, data: object, taken: ReadonlySet<string>): void {
  const [to, from] = [session as Record<string, unknown>, data as Readonly<Record<string, unknown>>];
  for (const key of Object.keys(to)) if (!Object.hasOwn(from, key)) delete to[key];
  for (const key of Object.keys(from)) if (!taken.has(key)) to[key] = from[key];
}

/** The session's data as a plain object. Throws `ERR_SESSION_VALUE` for keys that would be dropped. */
export function dataOf(session: object): Record<string, unknown> {
  checkKeys(session, "session");
  return { ...session };
}

/** Throws `ERR_SESSION_VALUE` for what is no object of data, `ERR_OPTION` for data under the session's own names. */
export function checkReplacement(next: unknown, { taken }: SessionKind): void {
  if (typeof next !== "object" || next === null)
    throw valueError("session", `a ${typeof next} is no session`, "assign an object, or null to end it");
  if (!(next instanceof Session)) checkPlain(next, "session");
  const own = Object.keys(next).find((name) => taken.has(name));
  if (own !== undefined) refuse(own)(undefined);
}
