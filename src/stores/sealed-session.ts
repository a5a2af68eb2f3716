/** A session as its visitor's cookies hold it: opened with its limits looked at, and sealed within its size. */
import type { KeyRing } from "../crypto/keys.ts";
import { SKEW, sealer } from "../crypto/seal.ts";
import { RinglightError } from "../errors.ts";
import { expired, restartDue } from "../session/expiry.ts";
import type { SessionRecord } from "../session/record.ts";
import type { RefusedToken } from "../session/refused.ts";
import type { ReadResult, StoreContext } from "../session/store.ts";
import { cookiesSize, partsOf } from "../session/token-cookies.ts";
import { MAX_TEXT, type Payload, pack, packClock, resealed, unpack, unpackClock } from "./cookie-payload.ts";

export interface SealOptions {
  readonly keys: KeyRing;
  /** Octets of cookies, names included. */
  readonly maxSize: number;
  readonly compress: boolean;
}

/** A session that is within its limits; nothing is said of whether it was revoked. */
export interface Found extends Payload {
  /** Sealed by a key that is no longer the newest. */
  readonly old: boolean;
  /** The sealed text as it came, without the idle clock. */
  readonly sealedText: string;
}

export interface SealedSessions {
  /** What a token holds, or why it is no session. Never throws. */
  open(token: string, context: StoreContext): Found | { readonly refused: RefusedToken };
  /** The token of a payload. Throws `ERR_SESSION_SIZE` for one that does not fit. */
  seal(payload: Payload, context: StoreContext): string;
  /** What a read gives: sealed anew under the newest key, or with a clock that was restarted. */
  answer(found: Found, context: StoreContext): ReadResult;
}

/** Characters of an idle clock, sealed. */
const CLOCK = 98;

export function sealedSessions({ keys, maxSize, compress }: SealOptions): SealedSessions {
  const sessions = sealer(keys, "session");
  const clocks = sealer(keys, "session clock");

  /** The payload with a later idle clock, where that is of this session. */
  function moved(payload: Payload, used: string, { cookieName, emit }: StoreContext): Payload {
    const opened = clocks.open(cookieName, used);
    const clock = "plain" in opened ? unpackClock(opened.plain) : undefined;
    if (!clock) emit({ type: "cookie.ignored" });
    if (clock?.id !== payload.id || clock.usedAt <= payload.record.usedAt) return payload;
    const expiresAt = Math.min(clock.expiresAt, payload.endsAt);
    return { ...payload, record: { ...payload.record, usedAt: clock.usedAt }, expiresAt };
  }

  function seal(payload: Payload, { cookieName }: StoreContext): string {
    const token = sessions.seal(cookieName, pack(payload, compress));
    const size = cookiesSize(cookieName, `${token}~${"x".repeat(CLOCK)}`); // with the clock that a read will add
    if (size > maxSize || textLength(payload.record) > MAX_TEXT) throw tooLarge(payload.record, size, maxSize);
    return token;
  }

  return {
    open(token, context) {
      const { cookieName, now, limits } = context;
      const { data: sealedText, used } = partsOf(token);
      const opened = sessions.open(cookieName, sealedText);
      if ("refused" in opened) return opened;
      const sealed = unpack(opened.plain);
      if (!sealed) return { refused: "malformed" };
      const payload = used === undefined ? sealed : moved(sealed, used, context);
      const { record } = payload;
      if (Math.max(record.createdAt, record.usedAt) > now + SKEW) return { refused: "future" };
      const dead = expired(record, now, limits) ?? pastItsOwn(payload, now);
      return dead ? { refused: dead } : { ...payload, old: opened.old, sealedText };
    },

    seal,

    answer(found, context) {
      const { now, limits, cookieName } = context;
      if (context.peek) return { record: found.record, restarted: false, binding: found.id };
      const due = restartDue(found.record, now, limits);
      const record = due ? { ...found.record, usedAt: now } : found.record;
      const anew = resealed(found, record, limits);
      // One that no longer fits stays under its old key: a read is no place for an error.
      const token = found.old ? fitting(() => seal(anew, context)) : undefined;
      const binding = found.id;
      if (token !== undefined) return { record, restarted: due, token, binding };
      if (!due) return { record, restarted: false, binding };
      const clock = packClock({ id: found.id, usedAt: now, expiresAt: anew.expiresAt });
      return { record, restarted: true, token: `${found.sealedText}~${clocks.seal(cookieName, clock)}`, binding };
    },
  };
}

/** By the limits that were in force when it was sealed. */
function pastItsOwn({ expiresAt, endsAt }: Payload, now: number): RefusedToken | undefined {
  if (now >= endsAt) return "expired-absolute";
  return now >= expiresAt ? "expired-idle" : undefined;
}

/** What `seal` gives, or `undefined` where it does not fit. */
function fitting(seal: () => string): string | undefined {
  try {
    return seal();
  } catch (error) {
    if (error instanceof RinglightError && error.code === "ERR_SESSION_SIZE") return undefined;
    throw error;
  }
}

function textLength({ data, slots }: SessionRecord): number {
  let length = 0;
  for (const [key, json] of data) length += key.length + json.length;
  for (const [name, { json }] of slots) length += name.length + json.length;
  return length;
}

function tooLarge({ data, slots }: SessionRecord, size: number, maxSize: number): RinglightError {
  const sizes = [...data].map(([key, json]) => [JSON.parse(key) as string, json.length] as const);
  for (const [name, { json }] of slots) sizes.push([`the slot ${name}`, json.length]);
  const largest = sizes.sort(([, a], [, b]) => b - a).slice(0, 3);
  const named = largest.map(([key, length]) => `${key.slice(0, 64)} (${length})`).join(", ");
  return new RinglightError(
    "ERR_SESSION_SIZE",
    `the session takes ${size} octets of cookies, ${maxSize} are allowed; its largest keys: ${named}. ` +
      "Store less, raise maxSize, or keep sessions on the server. Nothing was stored.",
  );
}
