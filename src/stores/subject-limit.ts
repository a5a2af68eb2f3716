/** How many sessions one subject may have at a time. */
import { badOption, RinglightError } from "../errors.ts";
import { expired } from "../session/expiry.ts";
import type { StoreContext } from "../session/store.ts";
import type { Entry } from "./entry.ts";

export interface SubjectLimitOptions {
  /** How many sessions a subject has at most at a time, 1 to 10,000. Default: any number. */
  readonly maxPerSubject?: number | undefined;
  /**
   * What a sign-in beyond them does: ends the subject's session that began longest ago, told as `session.evicted`
   * (`"end-oldest"`, the default), or is refused with `ERR_SUBJECT_FULL`, a 409 (`"refuse"`).
   */
  readonly whenFull?: "end-oldest" | "refuse" | undefined;
}

/** The options, checked. */
export interface SubjectLimit {
  readonly max: number;
  readonly refuses: boolean;
}

/** The names of the options. */
export const SUBJECT_LIMIT_OPTIONS = ["maxPerSubject", "whenFull"] as const;

/** Throws `ERR_OPTION` for what is out of bounds. */
export function subjectLimitOf({ maxPerSubject, whenFull }: SubjectLimitOptions): SubjectLimit {
  if (
    maxPerSubject !== undefined &&
    !(Number.isInteger(maxPerSubject) && maxPerSubject >= 1 && maxPerSubject <= 10_000)
  )
    throw badOption("maxPerSubject", "must be a whole number from 1 to 10,000");
  if (whenFull !== undefined && whenFull !== "end-oldest" && whenFull !== "refuse")
    throw badOption("whenFull", 'must be "end-oldest" or "refuse"');
  if (whenFull !== undefined && maxPerSubject === undefined)
    throw badOption("whenFull", "says what happens at maxPerSubject: give that too");
  return { max: maxPerSubject ?? Number.POSITIVE_INFINITY, refuses: whenFull === "refuse" };
}

/**
 * Which of a subject's sessions must end so that one more fits, by key: those that began longest ago. Those past their
 * time do not count. Throws `ERR_SUBJECT_FULL` where the limit refuses.
 */
export function crowdedOut<E extends { readonly key: string; readonly entry: Entry }>(
  sessions: readonly E[],
  { max, refuses }: SubjectLimit,
  { now, limits }: StoreContext,
): readonly E[] {
  if (sessions.length < max) return [];
  const live = sessions.filter(({ entry }) => expired(entry.record, now, limits) === undefined);
  if (live.length < max) return [];
  if (refuses) throw subjectFull(max);
  return live.sort(byBeginning).slice(0, live.length - max + 1);
}

function byBeginning<E extends { readonly key: string; readonly entry: Entry }>(a: E, b: E): number {
  return a.entry.record.createdAt - b.entry.record.createdAt || (a.key < b.key ? -1 : 1);
}

function subjectFull(max: number): RinglightError {
  const words = `the subject has ${max} sessions, which is as many as maxPerSubject allows; nothing was stored`;
  return new RinglightError("ERR_SUBJECT_FULL", words, { status: 409 });
}
