/**
 * Guarded cookies: what only this server can have written. Signed ones everybody who has the browser can read, sealed
 * ones nobody. Both are bound to the cookie's name and to a time, which holds on this server's clock.
 */

import { SKEW } from "../crypto/seal.ts";

/** How a value is guarded. */
export interface Guard {
  /** What a guarded value begins with; anything else is none. */
  readonly mark: string;
  /** Guards a value from `now` to `until`, in milliseconds; `undefined`: for ever. */
  write(name: string, value: string, now: number, until: number | undefined): string;
  /** The value; `undefined` where this server did not write it under this name, or its time has passed. Never throws. */
  read(name: string, guarded: string, now: number): string | undefined;
}

/** Whether a value written at `issued` to hold until `until` holds at `now`. */
export function holdsAt(now: number, issued: number, until: number | undefined): boolean {
  return issued <= now + SKEW && (until === undefined || now < until);
}
