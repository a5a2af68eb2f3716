/** `movableClock`: a time that stands still until a test moves it, for a server and its visitors alike. */
import { badOption } from "../../errors.ts";

/** What a visitor asks for the time. */
export interface Clock {
  /** Milliseconds, as `Date.now`. */
  readonly now: () => number;
}

/** A clock that a test moves. Its functions may be handed on by themselves: `wrapSession({ now: clock.now })`. */
export interface MovableClock extends Clock {
  /** Lets time pass, in seconds; fewer than none turns the clock back. */
  readonly advance: (seconds: number) => void;
  /** Puts it to an instant: a Date, or milliseconds. */
  readonly set: (instant: Date | number) => void;
}

/**
 * A clock that stands at `start`, by default at the present. It moves only by `advance` and `set`. `ERR_OPTION` for what is
 * no instant and for seconds that are no finite number.
 */
export function movableClock(start: Date | number = Date.now()): MovableClock {
  let instant = instantOf("start", start);
  return {
    now: () => instant,
    advance(seconds) {
      if (!Number.isFinite(seconds)) throw badOption("seconds", "must be a finite number");
      instant += seconds * 1000;
    },
    set(given) {
      instant = instantOf("instant", given);
    },
  };
}

function instantOf(name: string, given: Date | number): number {
  const instant = given instanceof Date ? given.getTime() : given;
  if (Number.isFinite(instant)) return instant;
  throw badOption(name, "must be a Date, or a number of milliseconds");
}
