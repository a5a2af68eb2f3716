/**
 * What Redis holds under a session's key: the entry's text, then on a line of its own the last commits.
 *
 * A client library that loses its connection sends a command again, which may have been carried out. The ids tell such a
 * commit from a newer one of somebody else: it is done, and must not count twice.
 */
import { randomOctets } from "../crypto/random.ts";
import type { Entry } from "./entry.ts";
import { entryOf, entryText } from "./entry-text.ts";

/** A session as it was found under its key. */
export interface Found {
  readonly key: string;
  readonly entry: Entry;
  /** The last commits, newest first, as they stand there: `ID` and base-36 milliseconds each, spaces between. */
  readonly commits: string;
}

/** One change of a session. */
export interface Commit {
  /** 48 random bits, eight characters of base64url. */
  readonly id: string;
  /** Milliseconds. */
  readonly at: number;
}

/**
 * Through how many later ones a commit is known: more than can come between two sendings of one command, while a
 * connection is made anew. One that is no longer known counts as somebody else's.
 */
const KNOWN_COMMITS = 64;
const KNOWN_FOR = 120_000; // milliseconds, a minute of them for clocks that differ
const ID_LENGTH = 8;

export function newCommit(now: number): Commit {
  return { id: randomOctets(6).toString("base64url"), at: Math.floor(now) };
}

/** The text to keep; with a commit, it goes before those that are still known then. */
export function storedText(entry: Entry, commits: string, commit?: Commit): string {
  const line = commit === undefined ? commits : withCommit(commits, commit);
  return line === "" ? entryText(entry) : `${entryText(entry)}\n${line}`;
}

function withCommit(commits: string, { id, at }: Commit): string {
  const isKnown = (each: string) => at - Number.parseInt(each.slice(ID_LENGTH), 36) < KNOWN_FOR;
  const known = commits === "" ? [] : commits.split(" ").filter(isKnown).slice(0, KNOWN_COMMITS);
  return [id + at.toString(36), ...known].join(" ");
}

/** Whether the session is what this commit made of it, or what came after. */
export function hasCommit(found: Found | undefined, { id }: Commit): boolean {
  return found !== undefined && ` ${found.commits}`.includes(` ${id}`);
}

/** The session that a value stands for; `undefined` for anything else: another format, or somebody else's. Never throws. */
export function foundOf(key: string, value: unknown): Found | undefined {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString() : value;
  if (typeof text !== "string") return undefined;
  const end = text.indexOf("\n"); // JSON text has none
  const entry = entryOf(end === -1 ? text : text.slice(0, end));
  return entry && { key, entry, commits: end === -1 ? "" : text.slice(end + 1) };
}
