/** The time limits of `wrapSession`, checked when the stack is built. */
import { MAX_LIFETIME } from "../cookies/grammar.ts";
import { badOption } from "../errors.ts";
import type { Limits } from "./expiry.ts";

export interface LimitOptions {
  /**
   * Inactivity after which the session dies, in seconds, by the server's clock: 1 to 34,560,000. Default 1800, 30
   * minutes, as Luminus has it (NIST SP 800-63B, AAL2).
   */
  readonly timeout?: number | undefined;
  /**
   * Age at which it dies however active it is, in seconds: `timeout` to 34,560,000. Default 43,200, 12 hours (NIST SP
   * 800-63B, AAL2; OWASP ASVS 5, 7.3.2), or `timeout` if that is more.
   */
  readonly absolute?: number | undefined;
  /**
   * The idle clock is restarted at most once per so many seconds, so that reads do not become writes. 0 restarts it at
   * each request. At most `timeout`; default the least of 60, `timeout / 30` and `maxAge / 2`. A session lives
   * `timeout + refresh` after its last restart, so it never dies early.
   */
  readonly refresh?: number | undefined;
  /** How long a recreated session's old token is known as such, in seconds, 0 to 600. Default 60. */
  readonly grace?: number | undefined;
  /**
   * Makes the cookie persistent: its Max-Age in whole seconds, 1 to 34,560,000, sent again whenever the idle clock
   * restarts. It asks the browser and ends no session: that is what `timeout` and `absolute` do. Default: no Max-Age,
   * the cookie goes with the browser session.
   */
  readonly maxAge?: number | undefined;
}

/** Fills in the defaults. Throws `ERR_OPTION` for what is out of bounds. */
export function limitsOf({ timeout = 1800, absolute, refresh, grace = 60, maxAge }: LimitOptions): Limits {
  checkSeconds("timeout", timeout, 1);
  const life = absolute ?? Math.max(43_200, timeout);
  checkSeconds("absolute", life, 1);
  if (life < timeout)
    throw badOption("absolute", `must be at least timeout (${timeout} s): raise it, or lower timeout`);
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge >= 1 && maxAge <= MAX_LIFETIME)) {
    throw badOption("maxAge", `must be a whole number of seconds from 1 to ${MAX_LIFETIME} (400 days)`);
  }
  const pause = refresh ?? Math.min(60, timeout / 30, (maxAge ?? Number.POSITIVE_INFINITY) / 2);
  checkSeconds("refresh", pause, 0);
  if (pause > timeout) throw badOption("refresh", `must be at most timeout (${timeout} s)`);
  checkSeconds("grace", grace, 0);
  if (grace > 600) throw badOption("grace", "must be at most 600 seconds: an old token should be forgotten soon");
  return { timeout, absolute: life, refresh: pause, grace };
}

function checkSeconds(option: string, value: number, least: number): void {
  if (typeof value === "number" && value >= least && value <= MAX_LIFETIME) return;
  const hint = value > MAX_LIFETIME ? "; are these milliseconds?" : "";
  throw badOption(option, `must be a number of seconds, at least ${least}, at most ${MAX_LIFETIME} (400 days)${hint}`);
}
