/**
 * The store contract: four operations, in Ring's spirit, with two differences. Create is not update, and update is
 * never an upsert: a session that ended stays ended, whoever still holds a copy of it.
 *
 * `ringlight/testing` holds any store to it, concurrency and expiry included.
 */
import type { Awaitable } from "../ring.ts";
import type { Change } from "./change.ts";
import type { SessionEvent } from "./events.ts";
import type { Limits } from "./expiry.ts";
import type { Draft, Fields, SessionRecord } from "./record.ts";
import type { RefusedToken } from "./refused.ts";

/** The guarantees that a store may have to declare it lacks. */
export type Guarantee = "G1" | "G2" | "G3" | "G4" | "G5" | "G6" | "G7" | "G8" | "G9";

/** What every operation is told: the time, the limits in force, and where to say what happened. */
export interface StoreContext {
  /** Milliseconds. Decides at every read; a backend's own expiry only collects garbage. */
  readonly now: number;
  readonly limits: Limits;
  readonly emit: (event: SessionEvent) => void;
  /** The cookie under which the token travels: what a store that seals tokens binds them to. */
  readonly cookieName: string;
  /** This reading is none by the visitor: it restarts no idle clock, and gives no other token. */
  readonly peek?: true | undefined;
}

/** The live record, or why there is none. */
export type ReadResult =
  | {
      readonly record: SessionRecord;
      readonly restarted: boolean;
      /** The token that the session has from now on, where that is another one: its record is in the token itself. */
      readonly token?: string | undefined;
      /** By which the session is known in lists, where the store has them. It authenticates nothing. */
      readonly handle?: string | undefined;
      /**
       * Where the token changes while the session goes on, because its record is in the token: a secret of at least 128
       * bits that stays until the next rotation, and never leaves the server. Absent: the token is that.
       */
      readonly binding?: string | undefined;
    }
  | { readonly refused: RefusedToken };

/** A session as `list` tells it. Instants in milliseconds. */
export interface SessionHandle {
  /** Names the session to `end`, and to nobody else: no token can be made of it. */
  readonly handle: string;
  readonly createdAt: number;
  readonly usedAt: number;
  readonly authenticatedAt: number | undefined;
}

/** What became of a change. */
export type UpdateResult =
  /** Stored; the token is a new one after a rotation, or where the record is in the token itself; else the same. */
  | { readonly token: string; readonly overwritten: number }
  /** No longer there under this token: nothing was stored. */
  | { readonly gone: RefusedToken }
  /** A serial change came too late: nothing was stored; here is the newest record. */
  | { readonly conflict: SessionRecord };

/** The store of one request, whose session another library has found already: no cookie of ours names it. */
export interface BoundStore extends Store {
  /** Stands for the request's session in the operations; `undefined` where there is none. */
  readonly token: string | undefined;
}

/** Where sessions are kept. SPEC.md, 7; held to its promises by `storeContract` of `ringlight/testing`. */
export interface Store {
  /** The guarantees that this store cannot give, each with its reason. Absent: it gives all nine. */
  readonly lacks?: Readonly<Partial<Record<Guarantee, string>>>;
  /** The token may have a part of its own for the idle clock (`session/token-cookies.ts`). Absent: such a part is none of its. */
  readonly clock?: true | undefined;
  /** Behind a network, so that it can be away: after several failures in a row it is left alone for a pause (`breaker`). */
  readonly remote?: true | undefined;
  /**
   * The live record, or why there is none. Restarts the idle clock when that is due, unless `peek` is said. Rejects only
   * when the store is broken: a forged, expired or unknown token is an answer.
   */
  read(token: string, context: StoreContext): Awaitable<ReadResult>;
  /** Keeps a new record under a fresh token, and gives the token. Insert if absent: never over another record. */
  create(draft: Draft, context: StoreContext): Awaitable<string>;
  /** Applies the change in one atomic step, only if the record lives under exactly this token. */
  update(token: string, change: Change, context: StoreContext): Awaitable<UpdateResult>;
  /**
   * Ends the session; `true` when one was ended. A token that was just recreated under the same subject ends it too,
   * so that a sign-out is not lost to a renewal in flight. Unknown is fine. `base` is the record that `read` gave for this
   * token, where there is one: a hint that may save a round trip.
   */
  delete(token: string, context: StoreContext, base?: SessionRecord): Awaitable<boolean>;
  /**
   * Where the store can: `create` under the token that 32 octets stand for, only if no session was ever adopted under
   * it until `until` (milliseconds); within `grace` seconds the same session again, so that requests at once share it;
   * after that refused as `adopted`.
   */
  readonly adopt?:
    | ((seed: Uint8Array, draft: Draft, until: number, context: StoreContext) => Awaitable<ReadResult>)
    | undefined;
  /** Where the store can: the subject's live sessions, the one used last first. */
  readonly list?: ((subject: string, context: StoreContext) => Awaitable<readonly SessionHandle[]>) | undefined;
  /** Where the store can: ends the session of a handle, if it is the subject's; whether one was ended. */
  readonly end?: ((subject: string, handle: string, context: StoreContext) => Awaitable<boolean>) | undefined;
  /**
   * Where the store can: ends all sessions of a subject, whichever request began them before this call; but one, where
   * `but` is its token. Gives the token which that one has from now on, or `undefined` where it is no session of the
   * subject. Where `but` was itself ended, nobody else is. Raises the subject's epoch, where the store has epochs.
   */
  readonly deleteAll?:
    | ((
        subject: string,
        options: { readonly but?: string | undefined },
        context: StoreContext,
      ) => Awaitable<string | undefined>)
    | undefined;
  /**
   * Where the store can: what a sign-in that begins now passes as `epoch`. Another text after each `deleteAll` of the
   * subject; with that one `create`, and `update` to that subject, reject as `ERR_SUBJECT_EPOCH` and store nothing.
   */
  readonly subjectEpoch?: ((subject: string, context: StoreContext) => Awaitable<string>) | undefined;
  /**
   * Where sessions are those of a host (SPEC.md, 7.6): the store of this one request, which the four operations are then
   * asked of. `whose` tells the subject of data, since a host does not know it.
   */
  readonly of?: ((request: object, whose: (data: Fields) => string | undefined) => BoundStore) | undefined;
}
