/** Checks of the options that are limits. */
import { badOption } from "../errors.ts";

/** Throws `ERR_OPTION` for what is no whole number from `least` to `most`. */
export function checkCount(option: string, value: number, least = 1, most: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const to = most === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${most}`;
  throw badOption(option, `must be a whole number of at least ${least}${to}`);
}

/** Throws `ERR_OPTION` for what is no number of seconds above 0 and up to a day. */
export function checkTimeout(timeout: number): void {
  if (!(typeof timeout === "number" && timeout > 0 && timeout <= 86_400))
    throw badOption("timeout", "must be above 0 and at most 86400 seconds");
}
