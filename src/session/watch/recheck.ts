/** The option `recheck` of whoever watches sessions. */
import { badOption } from "../../errors.ts";

/** Seconds after which a session that another process ended is noticed, where nothing else is said. */
export const RECHECK = 30;

/** 1 to 3600 seconds; 0 for `false`. Throws `ERR_OPTION`. */
export function recheckOf(given: unknown): number {
  if (given === undefined) return RECHECK;
  if (given === false) return 0;
  if (typeof given === "number" && given >= 1 && given <= 3600) return given;
  throw badOption("recheck", "must be 1 to 3600 seconds, or false");
}
