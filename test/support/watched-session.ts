/** A visitor with a session that is watched, on a clock and a timer that the test moves. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { ResponseMap } from "../../src/ring.ts";
import { type SessionOptions, settingsOf } from "../../src/session/options.ts";
import type { Store } from "../../src/session/store.ts";
import { type WatchedSession, watchSession } from "../../src/session/watch/watch-session.ts";
import { type AnySession, wrapSession } from "../../src/session/wrap-session.ts";
import { requestMap } from "./request-map.ts";

export const START: number = Date.UTC(2026, 0, 1);

export interface WatchedVisitor {
  /** A request of the visitor's that answers this session; to a store object of its own, where one is given. */
  go(next: unknown, to?: Store): Promise<void>;
  /** Watches the session until the test ends, or the function that it gives is called. */
  watch(every?: number): () => void;
  readonly reasons: readonly string[];
  /** The first reason. */
  readonly told: Promise<string>;
  pass(seconds: number): Promise<void>;
  readonly session: WatchedSession;
  readonly all: SessionOptions<AnySession> & { readonly store: Store; readonly now: () => number };
}

/** A visitor whose session is watched, and the time of both. */
export async function watched(
  t: TestContext,
  store: Store,
  options: SessionOptions<AnySession> = {},
): Promise<WatchedVisitor> {
  t.mock.timers.reset();
  t.mock.timers.enable({ apis: ["setInterval"] });
  let now = START;
  const all = { ...options, now: () => now, store };
  const settings = settingsOf<AnySession>(all, () => store);
  let cookie = "";
  const go = async (next: unknown, to = store): Promise<void> => {
    const app = wrapSession<AnySession>({ ...all, store: to })(() => ({
      status: 200,
      headers: {},
      body: null,
      session: next as AnySession,
    }));
    const { headers }: ResponseMap = await app(requestMap("GET", "/", { headers: cookie === "" ? {} : { cookie } }));
    for (const line of [headers["set-cookie"] ?? []].flat()) cookie = line.split(";")[0]!;
  };
  await go({ user: "bob" });
  const reasons: string[] = [];
  const { promise: told, resolve } = Promise.withResolvers<string>();
  const token = cookie.slice("session=".length);
  const context = { now, limits: settings.limits, emit: () => {}, cookieName: "session" };
  const read = await store.read(token, context);
  assert.ok("record" in read);
  const session: WatchedSession = {
    token,
    binding: read.binding ?? token,
    handle: read.handle,
    subject: "bob",
    cookieName: "session",
  };
  const watch = (every = 30) => {
    const stop = watchSession(settings, session, every, (reason) => {
      reasons.push(reason);
      resolve(reason);
    });
    t.after(stop);
    return stop;
  };
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      now += 1000;
      t.mock.timers.tick(1000);
      await settled();
    }
  };
  return { go, watch, reasons, told, pass, session, all: { ...all, store } };
}

/** Everything that needs no device and no network is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}
