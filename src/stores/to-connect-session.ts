/** A session as express-session has it, and as a store keeps it. */
import { createHmac } from "node:crypto";
import { MAX_LIFETIME } from "../cookies/grammar.ts";
import { fromFields, parseStored } from "../session/change.ts";
import type { Limits } from "../session/expiry.ts";
import type { Fields, SessionRecord } from "../session/record.ts";

/** The slot that holds the session's cookie: what express-session's `Cookie` is as JSON, without `expires`. */
export const COOKIE_SLOT = "express-session";

/** A session's own cookie, as far as it decides here. */
export interface ConnectCookie {
  /** Its JSON text, as the slot has it. */
  readonly json: string;
  /** The session's own idle limit in seconds; `undefined` where the browser session is the limit. */
  readonly maxAge: number | undefined;
}

/** What express-session hands to `set`, or what `get` handed out: what is said here is what is stored. */
export interface ConnectSession {
  readonly data: Fields;
  readonly cookie: ConnectCookie;
}

/**
 * The 32 octets that stand for an id of express-session: of a random one nobody can tell them, and of them nobody the
 * id, so that who reads the store signs in as nobody.
 */
export function seedOf(sid: string): Uint8Array {
  return createHmac("sha256", "ringlight express-session id").update(sid).digest();
}

/** What `JSON.stringify` makes of a session, as every store of express-session does. Throws what that throws. */
export function takeApart(session: object): ConnectSession {
  const { cookie, ...data } = JSON.parse(JSON.stringify(session)) as Record<string, unknown>;
  const fields = Object.entries(data).map(([key, value]) => [JSON.stringify(key), JSON.stringify(value)] as const);
  return { data: new Map(fields), cookie: cookieOf(cookie) };
}

/** Its cookie alone. */
export function takeCookie({ cookie }: { readonly cookie?: unknown }): ConnectCookie {
  return cookieOf(JSON.parse(JSON.stringify(cookie ?? {})));
}

/** A session of its own for each call, as express-session's `createSession` takes it. */
export function putTogether(record: SessionRecord, now: number): { cookie: object; [key: string]: unknown } {
  const { json, maxAge } = storedCookie(record);
  // Of the clock that express-session goes by; it counts from the last use.
  const expires = maxAge === undefined ? null : new Date(Date.now() + record.usedAt + maxAge * 1000 - now);
  const cookie = { originalMaxAge: null, ...(JSON.parse(json) as object), expires };
  return { ...fromFields(record.data), cookie };
}

/** The cookie that a record was stored with. */
export function storedCookie({ slots }: SessionRecord): ConnectCookie {
  const json = slots.get(COOKIE_SLOT)?.json ?? "{}";
  return { json, maxAge: secondsOf((parseStored(json) as CookieJson).originalMaxAge) };
}

interface CookieJson {
  readonly originalMaxAge?: unknown;
  readonly expires?: unknown;
}

function cookieOf(cookie: unknown): ConnectCookie {
  const { expires, originalMaxAge, ...rest } = (cookie ?? {}) as CookieJson;
  const age = typeof originalMaxAge === "number" ? originalMaxAge : millisecondsTo(expires);
  return { json: JSON.stringify({ ...rest, originalMaxAge: age }), maxAge: secondsOf(age) };
}

/** For who hands in an `expires` alone. */
function millisecondsTo(expires: unknown): number | null {
  const instant = typeof expires === "string" ? Date.parse(expires) : Number.NaN;
  return Number.isNaN(instant) ? null : instant - Date.now();
}

function secondsOf(originalMaxAge: unknown): number | undefined {
  return typeof originalMaxAge === "number" ? Math.min(originalMaxAge / 1000, MAX_LIFETIME) : undefined;
}

const NEAR = 1; // second: express-session reads its clock twice for one maxAge

/** Whether both cookies say the same. */
export function sameCookie(a: ConnectCookie, b: ConnectCookie): boolean {
  if (a.json === b.json) return true;
  if (a.maxAge === undefined || b.maxAge === undefined) return false;
  return Math.abs(a.maxAge - b.maxAge) < NEAR && rest(a) === rest(b);
}

function rest({ json }: ConnectCookie): string {
  return JSON.stringify({ ...(JSON.parse(json) as object), originalMaxAge: null });
}

/** The limits of a session with this cookie: its `maxAge` is the idle limit, and raises the absolute one to itself. */
export function limitsFor({ maxAge }: ConnectCookie, limits: Limits): Limits {
  if (maxAge === undefined) return limits;
  const absolute = Math.max(limits.absolute, maxAge);
  return { ...limits, timeout: maxAge, absolute, refresh: Math.min(limits.refresh, maxAge / 30) };
}

/** Under which a session gets another cookie: lives by either, and its idle clock begins anew. */
export function limitsOfBoth(a: Limits, b: Limits): Limits {
  return {
    ...a,
    timeout: Math.max(a.timeout, b.timeout),
    absolute: Math.max(a.absolute, b.absolute),
    refresh: 0,
  };
}

/** Under which a record is read whose own limits are in it, and its idle clock stays as it is. */
export function widest(limits: Limits): Limits {
  return { ...limits, timeout: MAX_LIFETIME, absolute: MAX_LIFETIME, refresh: MAX_LIFETIME };
}
