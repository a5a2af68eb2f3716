/** What ended before its time: the little that a server must remember where sessions are kept in cookies. */
import { subjectHash } from "../crypto/ids.ts";
import { badOption, checkNames } from "../errors.ts";
import type { Awaitable } from "../ring.ts";
import { forgetSome } from "./forget-some.ts";

/** How a session's id ended. */
export interface Ended {
  /** Milliseconds. */
  readonly at: number;
  /** The id that took its place when the session was recreated, and until when that can live, in milliseconds. */
  readonly next?: string | undefined;
  readonly nextUntil?: number | undefined;
  /** Whether the subject stayed the same then: a sign-out by the old token counts for the new one too. */
  readonly sameSubject?: boolean | undefined;
  /** Of an adopted session: the epoch of its subject then. */
  readonly epoch?: number | undefined;
}

/** What is known of a session. */
export interface Known {
  readonly ended: Ended | undefined;
  /** The subject's epoch; 0 where it was never raised. A session that signed in under a lower one is dead. */
  readonly epoch: number;
}

/** A subject's epoch before and after it was raised. */
export interface Raised {
  readonly before: number;
  readonly epoch: number;
}

/**
 * Keeps ended ids and subjects' epochs until nothing that they concern can live any more. Each step is atomic and one
 * round trip; instants are milliseconds. `memoryRevocations()` is one for a single process.
 *
 * An implementation may keep what it knows to have ended in its process; that something has not ended must be asked anew
 * each time, or a sign-out would not hold everywhere.
 */
export interface Revocations {
  /** What is known of an id and of a subject, of what is given. */
  look(id: string | undefined, subject: string | undefined, now: number): Awaitable<Known>;
  /** Ends an id, unless it has ended already: gives what was known before, which is `undefined` for the one who ended it. */
  end(id: string, ended: Ended, until: number): Awaitable<Ended | undefined>;
  /**
   * Raises a subject's epoch to `now`, or by one where it is not below that: gives what it was and what it is. Not to the
   * past of what was forgotten, hence an instant. Where `unlessAbove` is given and the epoch is above it, somebody else
   * was faster: it stays as it is.
   */
  raise(subject: string, now: number, until: number, unlessAbove?: number): Awaitable<Raised>;
}

/** The options of `memoryRevocations`. */
export interface MemoryRevocationsOptions {
  /**
   * How many ids and subjects are kept, 1 to 16,000,000; default 1,000,000. One more is an error: forgetting
   * would revive. Any visitor who ends a session takes a place until its absolute limit, so watch `store.failed`.
   */
  readonly max?: number | undefined;
}

/** Revocations in this process: for one process, and forgotten when it restarts, when ended sessions live again. */
export function memoryRevocations(options: MemoryRevocationsOptions = {}): Revocations {
  checkNames(options, ["max"], "memoryRevocations");
  const { max = 1_000_000 } = options;
  if (!(Number.isInteger(max) && max >= 1 && max <= 16_000_000))
    throw badOption("max", "must be a whole number from 1 to 16,000,000");
  const ended = new Map<string, Ended & { readonly until: number }>();
  const epochs = new Map<string, { readonly epoch: number; readonly until: number }>();

  function makeRoom(entries: Map<string, { readonly until: number }>, now: number): void {
    forgetSome(entries, ({ until }) => until, now);
    if (ended.size + epochs.size >= max)
      throw new Error(`memoryRevocations: ${max} entries, and those looked at have not run out`);
  }

  return {
    look(id, subject, now) {
      const entry = id === undefined ? undefined : ended.get(id);
      const raised = subject === undefined ? undefined : epochs.get(subjectHash(subject));
      return {
        ended: entry && now < entry.until ? entry : undefined,
        epoch: raised && now < raised.until ? raised.epoch : 0,
      };
    },
    end(id, entry, until) {
      const before = ended.get(id);
      if (before && entry.at < before.until) return before;
      makeRoom(ended, entry.at);
      ended.set(id, { ...entry, until });
      return undefined;
    },
    raise(subject, now, until, unlessAbove = Number.POSITIVE_INFINITY) {
      const key = subjectHash(subject);
      const before = epochs.get(key)?.epoch ?? 0;
      if (before > unlessAbove) return { before, epoch: before };
      const epoch = Math.max(now, before + 1);
      if (!epochs.has(key)) makeRoom(epochs, now);
      epochs.set(key, { epoch, until });
      return { before, epoch };
    },
  };
}
