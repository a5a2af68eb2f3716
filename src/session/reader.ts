/** Readers: how another application's session cookies are taken over, so that replacing it signs nobody out. */
import type { Awaitable } from "../ring.ts";

/** What a reader makes of a value that it trusts. */
export interface Foreign {
  /** The session's data: plain JSON, or what the option `codec` keeps. */
  readonly data: object;
  /**
   * 32 octets derived from the value by HMAC under the reader's key: the same for every spelling of one value, and
   * nobody else can tell them. The adopted session's token is made of them, so one value is adopted once. Where two
   * visitors can have one value, they must be drawn anew each time, and the reader says so in `lacks`.
   */
  readonly seed: Uint8Array;
  /** Where the session is not in the value: what is done with the record in the other application's store. */
  readonly record?: ForeignRecord | undefined;
}

/** The record of a session in the other application's store. What these reject with is a 503, as is what takes too long. */
export interface ForeignRecord {
  /** Whether it is there now: not signed out of, nor expired. */
  isThere(): Awaitable<boolean>;
  /** Ends it there, once it is adopted here. Absent: it is left. */
  readonly end?: (() => Awaitable<void>) | undefined;
}

/** A value that is genuine, and whose record is not in the other application's store: it ended there, or was adopted. */
export interface ForeignGone {
  readonly goneSeed: Uint8Array;
}

/** What comes with the value that is to be read. */
export interface ReadBeside {
  /** The first value that the request has under another cookie's name, as sent. */
  readonly cookie: (name: string) => string | undefined;
  /** The engine's clock, in milliseconds. */
  readonly now: number;
  /** How long requests at once share what one of them adopts, in seconds: the option `grace`. */
  readonly grace: number;
}

/** Opens the session cookies of another application. */
export interface SessionReader {
  /** The name of the other application's cookie, and where it was set: both are needed to remove it. */
  readonly cookieName: string;
  readonly path: string;
  readonly domain: string | undefined;
  /** Other cookies of the same session, set in the same place: they are removed with it. Default none. */
  readonly otherCookies?: readonly string[] | undefined;
  /** From then on nothing is adopted any more. */
  readonly until: Date;
  /** What adopting its sessions cannot give, with the reason, as a store declares it. Absent: each value is adopted once. */
  readonly lacks?: { readonly G3: string } | undefined;
  /**
   * What the value holds, `""` where only one of the other cookies came; `undefined` for one that is forged, broken, or
   * none. Never throws. A promise only where another store must be asked: it rejects when that store is broken.
   */
  read(value: string, beside: ReadBeside): Awaitable<Foreign | ForeignGone | undefined>;
}

/** Cookies of another application that came, and where they were set: what is needed to remove them. */
export interface ForeignCookies {
  readonly names: readonly string[];
  readonly path: string;
  readonly domain: string | undefined;
}

/** The names of all cookies that a reader reads and removes. */
export function cookieNamesOf({ cookieName, otherCookies = [] }: SessionReader): readonly string[] {
  return [cookieName, ...otherCookies];
}
