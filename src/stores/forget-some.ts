/** Forgetting what has run out, a little at a time: no sweep, and no timer. */

/** More than the one entry that a step can add, so that forgetting always catches up. */
const PER_STEP = 4;

/** Looks at a few entries, and forgets those whose time has run out. What stays goes to the end: the next call looks at others. */
export function forgetSome<T>(entries: Map<string, T>, untilOf: (entry: T) => number, now: number): void {
  let looked = 0;
  for (const [key, entry] of entries) {
    entries.delete(key);
    if (now < untilOf(entry)) entries.set(key, entry);
    if (++looked === PER_STEP) return;
  }
}
