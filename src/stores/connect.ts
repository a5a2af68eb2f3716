/** `connectStore`: sessions in a store that was written for express-session. */
import { parseToken } from "../crypto/ids.ts";
import { badOption, checkNames } from "../errors.ts";
import type { RefusedToken } from "../session/refused.ts";
import type { Store, StoreContext } from "../session/store.ts";
import { withinLimit } from "../session/within-limit.ts";
import { type CallbackStore, connectRecord, destroyIn, setIn, textFrom } from "./connect-host.ts";
import { changeEntry, collectableAt, type Entry, mayEnd, newEntry, readEntry, refusal } from "./entry.ts";
import { entryOf, entryText } from "./entry-text.ts";
import { makeTurns, type Turn, type Turns } from "./turns.ts";

/** The options of `connectStore`. */
export interface ConnectStoreOptions {
  /**
   * How many processes write to the store. Such a store can only replace a whole record, so two processes at once lose
   * each other's changes, and nothing here can see it: by default, `"many"`, that is declared as lacking. `"one"` is your
   * word that this process alone uses it; then nothing is lacking.
   */
  readonly processes?: "one" | "many" | undefined;
  /**
   * How long one call of the store, and the wait for other operations on the same session, may take, in seconds, above 0
   * and at most 600. Default 2, as `storeTimeout`; give both the same.
   */
  readonly callTimeout?: number | undefined;
}

/** What get and set without a comparison between them cannot give, where others get and set as well. */
const LACKS: NonNullable<Store["lacks"]> = {
  G1: "the store replaces whole records: of two processes that change one session at once, one loses, and no event tells",
  G2: "a reading that restarts the idle clock replaces the whole record, and can undo what another process just wrote",
  G3: "the store sets what is not there: a change in flight in one process brings back what another has just ended",
  G4: "the store cannot compare before it sets: two processes can both count from the same number",
};

/** Of one host: several `connectStore` over it in this process take turns as well. */
const turnsOf = new WeakMap<CallbackStore, Turns>();

/**
 * Keeps sessions in a store of express-session: `connectStore(new RedisStore({ client }))`. Each session is one record,
 * under 22 characters of its own, with the whole session as text; the token's secret is in it as a hash alone. The store
 * keeps it until a minute after it can be used; whether it can, this process's clock says. No lists: such stores have no
 * index.
 *
 * Operations on one session take turns in this process. A call that does not answer within `callTimeout` is
 * `ERR_STORE_TIMEOUT`: after a `get` nothing is written any more; a `set` or `destroy` may still take place, so until it
 * answers, or the session's time is over, every other change of that session is refused as `ERR_STORE_UNAVAILABLE`, and
 * none is lost in silence. What the store gives that is no such record reads as no session, with the event
 * `store.unreadable`. Throws `ERR_OPTION` for what is no such store, and for an option that cannot be.
 */
export function connectStore(host: CallbackStore, options: ConnectStoreOptions = {}): Store {
  checkNames(options, ["processes", "callTimeout"], "connectStore");
  const { processes = "many", callTimeout = 2 } = options;
  for (const operation of ["get", "set", "destroy"] as const) {
    if (typeof host?.[operation] !== "function")
      throw badOption("store", `has no ${operation}(): give a store for express-session`);
  }
  if (processes !== "one" && processes !== "many") throw badOption("processes", 'must be "one" or "many"');
  if (!(typeof callTimeout === "number" && callTimeout > 0 && callTimeout <= 600))
    throw badOption("callTimeout", "must be a number of seconds above 0, at most 600");
  const turns = turnsOf.get(host) ?? makeTurns();
  turnsOf.set(host, turns);

  async function find(key: string, { emit }: StoreContext): Promise<Entry | undefined> {
    const found = await withinLimit(textFrom(host, key), callTimeout);
    if (!found) return undefined;
    const entry = entryOf(found.text);
    if (!entry) emit({ type: "store.unreadable" });
    return entry;
  }

  function inTurn<T>(key: string, { now }: StoreContext, operation: (turn: Turn) => Promise<T>): Promise<T> {
    return turns.take(key, now, callTimeout, operation);
  }

  async function keep(key: string, entry: Entry, { now, limits }: StoreContext, turn: Turn): Promise<void> {
    const until = collectableAt(entry, limits);
    const write = setIn(host, key, connectRecord(entryText(entry), until - now));
    turn.holdFor(write, until);
    await withinLimit(write, callTimeout);
  }

  return {
    ...(processes === "many" ? { lacks: LACKS } : {}),
    remote: true,

    async read(token, context) {
      const parts = parseToken(token);
      if (!parts) return { refused: "malformed" };
      const look = async () => {
        const found = await find(parts.key, context);
        const refused = refusalOf(found, parts.hash, context);
        if (refused !== undefined) return { refused };
        return { found: found!, ...readEntry(found!, context) };
      };
      const seen = await look();
      if ("refused" in seen) return { refused: seen.refused };
      if (seen.entry === seen.found) return seen.result;
      return inTurn(parts.key, context, async (turn) => {
        const newest = await look(); // it may have been changed or ended meanwhile
        if ("refused" in newest) return { refused: newest.refused };
        if (newest.entry !== newest.found) await keep(parts.key, newest.entry, context, turn);
        return newest.result;
      });
    },

    // A key of 128 random bits is new; such a store has no "insert if absent".
    async create(draft, context) {
      const { entry, parts } = newEntry(draft, context);
      await inTurn(parts.key, context, (turn) => keep(parts.key, entry, context, turn));
      return parts.token;
    },

    async update(token, change, context) {
      const parts = parseToken(token);
      if (!parts) return { gone: "malformed" };
      return inTurn(parts.key, context, async (turn) => {
        const found = await find(parts.key, context);
        const gone = refusalOf(found, parts.hash, context);
        if (gone !== undefined) return { gone };
        const { record } = found!;
        if (change.serial && record.version !== change.base.version) return { conflict: record };
        const { entry, overwritten, token: fresh } = changeEntry(found!, parts.key, change, context);
        await keep(parts.key, entry, context, turn);
        return { token: fresh ?? token, overwritten };
      });
    },

    async delete(token, context) {
      const parts = parseToken(token);
      if (!parts) return false;
      return inTurn(parts.key, context, async (turn) => {
        const found = await find(parts.key, context);
        if (!found || !mayEnd(found, parts.hash, context)) return false;
        const write = destroyIn(host, parts.key);
        turn.holdFor(write, collectableAt(found, context.limits));
        await withinLimit(write, callTimeout);
        return true;
      });
    },
  };
}

function refusalOf(found: Entry | undefined, hash: string, context: StoreContext): RefusedToken | undefined {
  return found ? refusal(found, hash, context) : "unknown";
}
