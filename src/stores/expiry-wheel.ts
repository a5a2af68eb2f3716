/**
 * Files members under the minute in which they may expire, and looks at a few of those that are due per turn.
 *
 * A member whose deadline has moved meanwhile is filed again when its old minute comes: moving a deadline later costs
 * nothing. So each step is O(1) amortized, and no step looks at more than `PER_TURN` members or minutes.
 */

const MINUTE = 60_000;
const PER_TURN = 4; // more than the one member that an operation can add, so the wheel always catches up

export interface ExpiryWheel<T> {
  add(member: T, deadline: number): void;
  /** For a deadline that may have moved earlier. */
  refile(member: T, deadline: number): void;
  remove(member: T): void;
  /** Gives up to `PER_TURN` due members to `expire`, or files them again under the deadline that they have now. */
  turn(now: number, deadlineOf: (member: T) => number): void;
}

export function expiryWheel<T extends { minute: number }>(expire: (member: T) => void): ExpiryWheel<T> {
  const minutes = new Map<number, Set<T>>();
  let earliest = Number.POSITIVE_INFINITY; // no minute before this one has members
  let ahead: number[] = []; // after a gap: the minutes with members up to then, latest first
  let pending: Iterator<T> | undefined; // where the last turn stopped in `earliest`: no walk over what it removed

  function add(member: T, deadline: number): void {
    member.minute = Math.floor(deadline / MINUTE) + 1; // the first minute that begins after the deadline
    const filed = minutes.get(member.minute);
    if (filed) filed.add(member);
    else minutes.set(member.minute, new Set([member]));
    if (!filed && member.minute <= (ahead[0] ?? 0)) ahead = []; // the clock was set back
    if (member.minute < earliest) moveTo(member.minute);
  }

  function remove(member: T): void {
    const filed = minutes.get(member.minute);
    filed?.delete(member);
    if (filed?.size !== 0) return;
    minutes.delete(member.minute);
    if (member.minute === earliest) pending = undefined; // another set may take this one's place
  }

  function refile(member: T, deadline: number): void {
    if (Math.floor(deadline / MINUTE) + 1 >= member.minute) return; // its old minute comes first anyway
    remove(member);
    add(member, deadline);
  }

  function turn(now: number, deadlineOf: (member: T) => number): void {
    const current = Math.floor(now / MINUTE);
    for (let steps = 0; steps < PER_TURN && earliest <= current; steps++) {
      const member = next();
      if (member === undefined) advance(current);
      else if (deadlineOf(member) <= now) expire(member);
      else {
        remove(member);
        add(member, deadlineOf(member));
      }
    }
  }

  // To the next minute; over a gap that is longer than there are minutes with members, from one of those to the next.
  function advance(current: number): void {
    const gap = current - earliest > minutes.size;
    if (gap && ahead.length === 0)
      ahead = [...minutes.keys()].filter((minute) => minute <= current).sort((a, b) => b - a);
    moveTo(ahead.pop() ?? (gap ? current + 1 : earliest + 1));
  }

  function moveTo(minute: number): void {
    earliest = minute;
    pending = undefined;
  }

  function next(): T | undefined {
    pending ??= minutes.get(earliest)?.values();
    const step = pending?.next();
    return step === undefined || step.done ? undefined : step.value;
  }

  return { add, refile, remove, turn };
}
