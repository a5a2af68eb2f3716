/** Short words for calling a store without an application around it. */
import assert from "node:assert/strict";
import { type Change, NO_CHANGES, type Rotation } from "../../src/session/change.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Limits } from "../../src/session/expiry.ts";
import type { Draft, SessionRecord } from "../../src/session/record.ts";
import type { Store, StoreContext } from "../../src/session/store.ts";
import { LIMITS, rotation } from "../../src/testing/contract/bench.ts";

export const NOW: number = Date.UTC(2026, 0, 1);

export const draft: Draft = {
  data: new Map(),
  slots: new Map(),
  subject: undefined,
  authenticatedAt: undefined,
  persist: undefined,
};

export function context(now: number = NOW, events: SessionEvent[] = [], limits: Limits = LIMITS): StoreContext {
  return { now, limits, emit: (event) => void events.push(event), cookieName: "session" };
}

/** A change of nothing, but for `more`. */
export function change(base: SessionRecord, more: Partial<Change> = {}): Change {
  return { base, ...NO_CHANGES, fill: NO_CHANGES, slots: new Map(), serial: false, rotation: undefined, ...more };
}

export function signIn(subject: string, epoch?: string): Rotation {
  return { ...rotation(subject), restart: true, authenticated: true, epoch };
}

/** The record of a session that must be live. */
export async function recordOf(store: Store, token: string, now: number = NOW): Promise<SessionRecord> {
  const result = await store.read(token, context(now));
  assert.ok("record" in result, `the session should live: ${JSON.stringify(result)}`);
  return result.record;
}

export async function lives(store: Store, token: string): Promise<boolean> {
  return "record" in (await store.read(token, context()));
}

/** The code with which a call rejects, or `stored`. */
export async function codeOf(call: unknown): Promise<string> {
  try {
    await call;
    return "stored";
  } catch (error) {
    return (error as { code: string }).code;
  }
}
