/** Readers: how another application's session cookies are taken over, so that replacing it signs nobody out. */

/** What a reader makes of a value that it trusts. */
export interface Foreign {
  /** The session's data: plain JSON, or what the option `codec` keeps. */
  readonly data: object;
  /**
   * 32 octets derived from the value by HMAC under the reader's key: the same for every spelling of one value, and
   * nobody else can tell them. The adopted session's token is made of them, so one value is adopted once.
   */
  readonly seed: Uint8Array;
}

/** Opens the session cookies of another application. */
export interface SessionReader {
  /** The name of the other application's cookie, and where it was set: both are needed to remove it. */
  readonly cookieName: string;
  readonly path: string;
  readonly domain: string | undefined;
  /** From then on nothing is adopted any more. */
  readonly until: Date;
  /** What the value holds; `undefined` for one that is forged, broken, or none. Never throws. */
  read(value: string): Foreign | undefined;
}
