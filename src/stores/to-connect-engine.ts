/**
 * What the four operations of a store of express-session are on a `Store`.
 *
 * express-session hands the whole session to `set`, and several requests hold one session at once. So what `get` gave is
 * remembered by the very object that a request holds, and `set` sends only what differs from it.
 */

import { deleteAnswer, readAnswer, updateAnswer } from "../session/answers.ts";
import { callStore } from "../session/calls.ts";
import { applyChange, type Change, difference, isEmpty, NO_CHANGES } from "../session/change.ts";
import { expired, type Limits, restartDue } from "../session/expiry.ts";
import type { Settings } from "../session/options.ts";
import type { Draft, Fields, SessionRecord } from "../session/record.ts";
import type { RefusedToken } from "../session/refused.ts";
import type { ReadResult, StoreContext } from "../session/store.ts";
import { forgetSome } from "./forget-some.ts";
import {
  COOKIE_SLOT,
  type ConnectCookie,
  type ConnectSession,
  limitsFor,
  limitsOfBoth,
  putTogether,
  sameCookie,
  seedOf,
  storedCookie,
  takeApart,
  takeCookie,
  widest,
} from "./to-connect-session.ts";

/** The operations; `session` is the object that a request holds. Each rejects with what went wrong. */
export interface ConnectEngine {
  get(sid: string): Promise<object | undefined>;
  set(sid: string, session: object): Promise<void>;
  touch(sid: string, session: object): Promise<void>;
  destroy(sid: string): Promise<void>;
  /** `copy` stands for what `session` does: it was made of it. */
  same(copy: object, session: object): void;
}

/** What a request's session was when it was last read or written. */
interface Base {
  readonly token: string;
  readonly record: SessionRecord;
  readonly data: Fields;
  readonly cookie: ConnectCookie;
}

/** No request takes longer, so that nothing in flight brings a session back: 10 minutes, in milliseconds. */
const IN_FLIGHT = 600_000;

const COOKIE_NAME = "connect.sid"; // stores that seal tokens, which no such store is, would bind them to it

export function connectEngine(settings: Settings<object>): ConnectEngine {
  const { store, emit } = settings;
  const bases = new WeakMap<object, Base>();
  const last = new WeakMap<object, Promise<void>>();
  /** Ids that were ended before there was a session under them, until when that must be known. */
  const ended = new Map<string, number>();

  /** The operations of one request on its session, in the order in which it asked for them. */
  function inOrder(session: object, operation: () => Promise<void>): Promise<void> {
    const done = (last.get(session) ?? Promise.resolve()).then(operation);
    last.set(
      session,
      done.catch(() => {}),
    );
    return done;
  }

  const under = (context: StoreContext, limits: Limits): StoreContext => ({ ...context, limits });
  const limitsOf = (cookie: ConnectCookie) => limitsFor(cookie, settings.limits);

  function readUnder(token: string, limits: Limits): Promise<ReadResult> {
    return callStore(settings, COOKIE_NAME, readAnswer, (context) => store.read(token, under(context, limits)));
  }

  /** Live by the limits that are in it; its idle clock stays as it is. */
  async function read(token: string): Promise<Base | { readonly refused: RefusedToken }> {
    const result = await readUnder(token, widest(settings.limits));
    if ("refused" in result) return result;
    const { record } = result;
    const cookie = storedCookie(record);
    const refused = expired(record, settings.now(), limitsOf(cookie));
    if (refused === undefined) return { token, record, data: record.data, cookie };
    // A store that collects by the limits it was told last must not keep it for the widest.
    await callStore(settings, COOKIE_NAME, deleteAnswer, (context) =>
      store.delete(token, under(context, widest(settings.limits)), record),
    );
    return { refused };
  }

  /** Restarts the idle clock where that is due; why there is no session, where there is none. */
  async function restart(base: Base): Promise<RefusedToken | undefined> {
    const result = await readUnder(base.token, limitsOf(base.cookie));
    return "refused" in result ? result.refused : undefined;
  }

  /** The end of a request that changed nothing. */
  async function use(base: Base): Promise<void> {
    // A local store is told the session's own limits each time: it collects by those that it was told last.
    if (!store.remote || restartDue(base.record, settings.now(), limitsOf(base.cookie))) await restart(base);
  }

  /** Sends what differs from the base; nothing where nothing does. */
  async function change(session: object, base: Base, next: ConnectSession): Promise<void> {
    const fields = difference(base.data, next.data);
    const moved = !sameCookie(base.cookie, next.cookie);
    if (isEmpty(fields) && !moved) return use(base);
    const over = moved ? await restart(base) : undefined; // a longer limit does not bring back what has expired
    if (over !== undefined) return emit({ type: "session.gone", reason: over });
    const slots = new Map(moved ? [[COOKIE_SLOT, { json: next.cookie.json, keep: true }]] : []);
    const own = limitsOf(base.cookie);
    const limits = moved ? limitsOfBoth(own, limitsOf(next.cookie)) : own;
    const asked: Change = { base: base.record, ...fields, fill: NO_CHANGES, slots, serial: false, rotation: undefined };
    const result = await callStore(settings, COOKIE_NAME, updateAnswer, (context) =>
      store.update(base.token, asked, under(context, limits)),
    );
    if ("gone" in result) return emit({ type: "session.gone", reason: result.gone });
    if ("token" in result && result.overwritten > 0) emit({ type: "session.overwritten", count: result.overwritten });
    const { record } = applyChange(base.record, asked, settings.now(), limits);
    bases.set(session, { ...base, record, ...next, cookie: moved ? next.cookie : base.cookie });
  }

  /** Stores a session that nothing was read of: a new one, or one in place of whatever lives under its id. */
  async function begin(session: object, token: string, seed: Uint8Array, next: ConnectSession): Promise<void> {
    if (ended.has(token)) return emit({ type: "session.gone", reason: "unknown" });
    const limits = limitsOf(next.cookie);
    const draft: Draft = {
      ...{ data: next.data, slots: new Map([[COOKIE_SLOT, { json: next.cookie.json, keep: true }]]) },
      ...{ subject: undefined, authenticatedAt: undefined, persist: undefined },
    };
    const until = settings.now() + limits.absolute * 1000 + IN_FLIGHT;
    const result = await callStore(settings, COOKIE_NAME, adoptAnswer(token), (context) =>
      store.adopt!(seed, draft, until, under(context, limits)),
    );
    const found = "record" in result ? baseOf(token, result.record) : await read(token);
    if ("refused" in found) return emit({ type: "session.gone", reason: found.refused });
    if (ended.has(token)) return end(token); // while it began
    bases.set(session, found);
    const isNew = "record" in result && found.record.version === 1 && isEmpty(difference(found.data, next.data));
    if (isNew) emit({ type: "session.created" });
    else await change(session, found, next);
  }

  async function end(token: string): Promise<void> {
    const now = settings.now();
    forgetSome(ended, (until) => until, now);
    const wasThere = await callStore(settings, COOKIE_NAME, deleteAnswer, (context) =>
      store.delete(token, under(context, widest(context.limits))),
    );
    if (wasThere) emit({ type: "session.ended" });
    else ended.set(token, now + IN_FLIGHT);
  }

  async function touch(session: object, token: string, cookie: ConnectCookie): Promise<void> {
    if (isOver(cookie)) return end(token);
    const known = bases.get(session);
    const base = known?.token === token ? known : await read(token);
    if ("refused" in base) return;
    await change(session, base, { data: base.data, cookie });
  }

  return {
    async get(sid) {
      const base = await read(tokenOf(seedOf(sid)));
      if ("refused" in base) return void emit({ type: "session.refused", reason: base.refused });
      const session = putTogether(base.record, settings.now());
      bases.set(session, base);
      return session;
    },
    async set(sid, session) {
      const next = takeApart(session); // as it is at this instant
      const seed = seedOf(sid);
      const token = tokenOf(seed);
      await inOrder(session, async () => {
        if (isOver(next.cookie)) return end(token);
        const base = bases.get(session);
        await (base?.token === token ? change(session, base, next) : begin(session, token, seed, next));
      });
    },
    async touch(sid, session) {
      const cookie = takeCookie(session);
      await inOrder(session, () => touch(session, tokenOf(seedOf(sid)), cookie));
    },
    destroy: async (sid) => end(tokenOf(seedOf(sid))),
    same(copy, session) {
      const base = bases.get(session);
      if (base) bases.set(copy, base);
    },
  };
}

function baseOf(token: string, record: SessionRecord): Base {
  return { token, record, data: record.data, cookie: storedCookie(record) };
}

/** A handler let the cookie expire at once: other stores of express-session end the session then. */
function isOver({ maxAge }: ConnectCookie): boolean {
  return maxAge !== undefined && maxAge <= 0;
}

function tokenOf(seed: Uint8Array): string {
  return Buffer.from(seed).toString("base64url");
}

/** A session is adopted under the token that its seed stands for, or the store is none for this. */
function adoptAnswer(token: string): (answer: unknown) => void {
  return (answer) => {
    readAnswer(answer);
    const { token: given = token } = answer as { readonly token?: string };
    if (given !== token) throw new TypeError("the store's adopt() gave another token than the seed's");
  };
}
