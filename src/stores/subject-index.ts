/** Which members belong to a subject. */

export interface SubjectIndex<T> {
  add(member: T): void;
  remove(member: T): void;
  /** Those of a subject, as they are now. */
  of(subject: string): readonly T[];
}

/** `subjectOf` tells a member's subject; those without one are not in the index. */
export function subjectIndex<T>(subjectOf: (member: T) => string | undefined): SubjectIndex<T> {
  const members = new Map<string, Set<T>>();
  return {
    add(member) {
      const subject = subjectOf(member);
      if (subject === undefined) return;
      const others = members.get(subject);
      if (others) others.add(member);
      else members.set(subject, new Set([member]));
    },
    remove(member) {
      const subject = subjectOf(member);
      const others = subject === undefined ? undefined : members.get(subject);
      others?.delete(member);
      if (others?.size === 0) members.delete(subject!);
    },
    of: (subject) => [...(members.get(subject) ?? [])],
  };
}
