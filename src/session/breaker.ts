/**
 * A circuit breaker: a remote store that fails is left alone for a pause (open), so that requests fail at once and it can
 * come back; then one request tries (half-open).
 */
import { badOption, checkNames } from "../errors.ts";
import type { SessionEvent } from "./events.ts";

/** How a store that declares to be `remote` is spared. Per `wrapSession`; told as `store.paused` and `store.resumed`. */
export interface BreakerOptions {
  /** After so many failures in a row it is not asked for a while: 1 to 1000, default 5. */
  readonly failures?: number | undefined;
  /**
   * For how long, in seconds, above 0 and at most 60, default 0.5. After it one request tries again, and the others still
   * fail, until that one has its answer.
   */
  readonly pause?: number | undefined;
}

/** With which right a call goes to the store. */
export interface Pass {
  /** It is the one that tries after a pause. */
  readonly probe: boolean;
  /** How many calls had been answered when it began. */
  readonly answered: number;
}

export interface Breaker {
  /** Asks to call the store at this instant, in milliseconds. */
  enter(now: number): Pass | "paused";
  /** The store answered. While it is left alone only the answer to the one that tries counts. */
  worked(pass: Pass): void;
  /** It did not. Where it answered another call meanwhile, it is not away, and this counts for nothing. */
  failed(pass: Pass, now: number): void;
}

/** The breaker of one stack; `undefined` where the store is none that can be away, or it was switched off. */
export function breakerOf(
  options: BreakerOptions | false | undefined,
  remote: boolean,
  emit: (event: SessionEvent) => void,
): Breaker | undefined {
  if (options === false) return undefined;
  checkNames(options ?? {}, ["failures", "pause"], "breaker");
  const { failures: limit = 5, pause = 0.5 } = options ?? {};
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1000))
    throw badOption("breaker.failures", "must be a whole number from 1 to 1000");
  if (!(typeof pause === "number" && pause > 0 && pause <= 60))
    throw badOption("breaker.pause", "must be a number of seconds above 0, at most 60");
  return remote ? makeBreaker(limit, pause * 1000, emit) : undefined;
}

function makeBreaker(limit: number, pause: number, emit: (event: SessionEvent) => void): Breaker {
  let failures = 0;
  let answered = 0;
  let pausedAt: number | undefined;
  let probing = false;
  return {
    enter(now) {
      if (pausedAt === undefined) return { probe: false, answered };
      const resting = now >= pausedAt && now < pausedAt + pause; // a clock that was put back ends the rest
      if (resting || probing) return "paused";
      probing = true;
      return { probe: true, answered };
    },
    worked({ probe }) {
      answered++;
      if (pausedAt === undefined) failures = 0;
      else if (probe) {
        probing = false;
        pausedAt = undefined;
        emit({ type: "store.resumed" });
      }
    },
    failed(pass, now) {
      if (pass.probe) {
        probing = false;
        pausedAt = now;
      } else if (pausedAt === undefined && pass.answered === answered && ++failures >= limit) {
        failures = 0;
        pausedAt = now;
        emit({ type: "store.paused" });
      }
    },
  };
}
