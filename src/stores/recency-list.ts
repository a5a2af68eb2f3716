/** A list in order of use: constant time for each step, and no rehash of a million keys at once. */

/** The links that a member carries; `undefined` at the ends. */
export interface Linked<T> {
  older: T | undefined;
  newer: T | undefined;
}

export interface RecencyList<T> {
  /** Makes a member the newest, adding it where it is not in the list. */
  use(member: T): void;
  /** Takes a member out; it must be in the list. */
  remove(member: T): void;
  oldest(): T | undefined;
}

export function recencyList<T extends Linked<T>>(): RecencyList<T> {
  let oldest: T | undefined;
  let newest: T | undefined;

  function remove(member: T): void {
    if (member.older) member.older.newer = member.newer;
    else oldest = member.newer;
    if (member.newer) member.newer.older = member.older;
    else newest = member.older;
    member.older = undefined;
    member.newer = undefined;
  }

  function use(member: T): void {
    if (member === newest) return;
    if (member === oldest || member.older) remove(member);
    member.older = newest;
    if (newest) newest.newer = member;
    else oldest = member;
    newest = member;
  }

  return { use, remove, oldest: () => oldest };
}
