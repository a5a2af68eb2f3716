/** `toConnectStore`: a store of express-session that keeps its sessions in one of ours. */
import { badOption, checkNames } from "../errors.ts";
import { type SessionOptions, settingsOf } from "../session/options.ts";
import type { Store } from "../session/store.ts";
import { connectEngine } from "./to-connect-engine.ts";

/**
 * The options of `toConnectStore`, as those of `wrapSession`; durations in seconds. `timeout` is for sessions whose cookie
 * has no `maxAge`; a `cookie.maxAge` is the session's own idle limit, and its absolute one where that is less.
 */
export interface ToConnectStoreOptions
  extends Pick<
    SessionOptions<object>,
    "timeout" | "absolute" | "refresh" | "grace" | "storeTimeout" | "breaker" | "onEvent" | "now"
  > {}

/** `session.Store` of express-session, as far as it is used: what makes `req.session` of what `get` gave. */
export interface ConnectBase {
  createSession(request: never, session: never): object;
}

const OPTIONS = ["timeout", "absolute", "refresh", "grace", "storeTimeout", "breaker", "onEvent", "now"] as const;

type Done = ((error: unknown, value?: unknown) => void) | undefined;

/**
 * Gives express-session one of our stores: `session({ store: toConnectStore(session.Store, memoryStore()), … })`.
 *
 * `set` sends only what differs from what the request's own `get` gave, so requests at once that change different keys
 * are both kept, and `resave` with nothing changed writes nothing. `set` and `touch` of a session that was destroyed,
 * regenerated or has expired store nothing; that is told as `session.gone` and is no error. A session is kept under a key
 * made of its id by HMAC-SHA256; the store does not know the id. Values are what `JSON.stringify` makes of them.
 *
 * Failures of the store go to the callback as `RinglightError`, with `status` 503: express answers that. Throws
 * `ERR_OPTION` for a store without `adopt`, or whose records are in the cookie, and for options that cannot be.
 */
export function toConnectStore<Base extends ConnectBase>(
  base: abstract new () => Base,
  store: Store,
  options: ToConnectStoreOptions = {},
): Base {
  if (typeof base !== "function" || typeof base.prototype?.createSession !== "function")
    throw badOption("Store", "must be express-session's base class: toConnectStore(session.Store, store)");
  checkNames(options, OPTIONS, "toConnectStore");
  if (typeof store?.adopt !== "function" || store.clock)
    throw badOption("store", "cannot keep a session under a given id: give memoryStore(), sqliteStore(…) or another");
  const engine = connectEngine(settingsOf<object>({ ...options, store }, () => store));

  // express-session itself adds `generate`; `regenerate`, `load` and the events are its base class's.
  class ConnectStore extends (base as unknown as new () => {
    createSession(request: object, session: object): object;
  }) {
    get(sid: string, done: Done): void {
      answer(engine.get(sid), done);
    }
    set(sid: string, session: object, done: Done): void {
      answer(engine.set(sid, session), done);
    }
    touch(sid: string, session: object, done: Done): void {
      answer(engine.touch(sid, session), done);
    }
    destroy(sid: string, done: Done): void {
      answer(engine.destroy(sid), done);
    }
    override createSession(request: object, session: object): object {
      const made = super.createSession(request, session);
      engine.same(made, session);
      return made;
    }
  }
  return new ConnectStore() as unknown as Base;
}

/** Outside of the promise: what a callback throws is its own, and calls it no second time. */
function answer(result: Promise<unknown>, done: Done): void {
  result.then(
    (value) => queueMicrotask(() => done?.(null, value)),
    (error: unknown) => queueMicrotask(() => done?.(error)),
  );
}
