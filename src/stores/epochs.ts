/** A subject's epoch: moved on when all of his sessions end, so that a sign-in that began before can be told. */
import { MAX_LIFETIME } from "../cookies/grammar.ts";
import { RinglightError } from "../errors.ts";

/** The epoch of a subject whose sessions were never all ended. */
export const FIRST_EPOCH = "";

/** Milliseconds for which an epoch is known: no session lives longer, and no sign-in takes as long. */
export const EPOCH_KEPT: number = MAX_LIFETIME * 1000;

/** Throws `ERR_SUBJECT_EPOCH` where a session should begin under another epoch than the subject's. */
export function checkEpoch(asked: string | undefined, current: string | undefined): void {
  if (asked !== undefined && asked !== (current ?? FIRST_EPOCH)) throw epochPassed();
}

export function epochPassed(): RinglightError {
  const words = "the subject's sessions were all ended while this sign-in was under way; nothing was stored";
  return new RinglightError("ERR_SUBJECT_EPOCH", words, { status: 409 });
}
