/** Which sessions somebody in this process watches, by what can end them. */
import type { RefusedToken } from "../refused.ts";
import type { Store } from "../store.ts";

/** Why a watched session is none any more. */
export type SessionEnd = RefusedToken;

/** One session that is watched, by however many. */
export interface Watched {
  readonly token: string;
  /** What stays where the token changes while the session goes on; else the token. */
  readonly binding: string | undefined;
  readonly handle: string | undefined;
  readonly subject: string | undefined;
  /** Those who are told. */
  readonly ended: Set<(reason: SessionEnd) => void>;
  /** Looks whether it still lives. Never rejects. */
  readonly look: () => Promise<void>;
  /** Seconds until it is looked at again. */
  left: number;
}

/** What happened in this process to sessions of a store: to the one of a binding, to one in a list, to all of a subject. */
export type Happened = Partial<Pick<Watched, "binding" | "handle" | "subject">>;

/** By store, then by `binding …`, `handle …` and `subject …`. */
const all = new WeakMap<Store, Map<string, Set<Watched>>>();

/** How often something happened to sessions of a store in this process. */
const counts = new WeakMap<Store, number>();

export function countOf(store: Store): number {
  return counts.get(store) ?? 0;
}

const KINDS = ["binding", "handle", "subject"] as const;

function namesOf(of: Happened): readonly string[] {
  return KINDS.filter((kind) => of[kind] !== undefined).map((kind) => `${kind} ${of[kind]}`);
}

export function enter(store: Store, watched: Watched): void {
  const index = all.get(store) ?? new Map<string, Set<Watched>>();
  all.set(store, index);
  for (const name of namesOf(watched)) {
    const there = index.get(name) ?? new Set();
    index.set(name, there.add(watched));
  }
}

export function leave(store: Store, watched: Watched): void {
  const index = all.get(store);
  for (const name of namesOf(watched)) {
    const there = index?.get(name);
    if (there?.delete(watched) && there.size === 0) index?.delete(name);
  }
}

/** The session of this token, where it is watched already. */
export function alike(store: Store, { binding, token }: Pick<Watched, "binding" | "token">): Watched | undefined {
  const there = all.get(store)?.get(`binding ${binding}`);
  return there && [...there].find((watched) => watched.token === token);
}

/** Has those watched sessions looked at that this may have ended; what it has not, goes on. */
export function happened(store: Store, what: Happened): void {
  const names = namesOf(what);
  if (names.length === 0) return;
  counts.set(store, countOf(store) + 1);
  const index = all.get(store);
  if (!index || index.size === 0) return;
  for (const name of names) for (const watched of index.get(name) ?? []) void watched.look();
}
