/** Checks of the options that are limits; each throws `ERR_OPTION`. */
import { badOption } from "./errors.ts";

/** For what is no whole number from `least` to `most`. */
export function checkCount(option: string, value: number, least = 1, most: number = Number.MAX_SAFE_INTEGER): void {
  checkWhole(option, "whole number", value, least, most);
}

/** For what is no whole number of at least `least`. */
export function checkOctets(option: string, value: number, least = 0): void {
  checkWhole(option, "whole number of octets", value, least, Number.MAX_SAFE_INTEGER);
}

/** For what is no number of seconds above 0 and up to a day. */
export function checkTimeout(timeout: number): void {
  if (!(typeof timeout === "number" && timeout > 0 && timeout <= 86_400))
    throw badOption("timeout", "must be above 0 and at most 86400 seconds");
}

function checkWhole(option: string, what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const to = most === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${most}`;
  throw badOption(option, `must be a ${what}, at least ${least}${to}`);
}
