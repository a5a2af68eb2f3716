/**
 * What Redis holds under a session's key: the entry's text, then on a line of its own the ids of the last commits.
 *
 * A client library that loses its connection sends a command again, which may have been carried out. The ids tell such a
 * commit from a newer one of somebody else: it is done, and must not count twice.
 */
import { randomOctets } from "../crypto/random.ts";
import type { Entry } from "./entry.ts";
import { entryHead, entryOf, entryText } from "./entry-text.ts";

/** A session as it was found under its key. */
export interface Found {
  readonly key: string;
  readonly entry: Entry;
  /** How its text begins: what a change compares with. */
  readonly head: string;
  /** The last commits, newest first. */
  readonly commits: readonly string[];
}

/** How many commits are known: more than resend while one connection is down. */
const KNOWN_COMMITS = 8;

/** An id of 48 random bits. */
export function newCommit(): string {
  return randomOctets(6).toString("base64url");
}

/** The text to keep; with a commit, it goes before those that were known. */
export function valueText(entry: Entry, commits: readonly string[], commit?: string): string {
  const known = commit === undefined ? commits : [commit, ...commits].slice(0, KNOWN_COMMITS);
  return known.length === 0 ? entryText(entry) : `${entryText(entry)}\n${known.join(" ")}`;
}

/** The session that a value stands for; `undefined` for anything else: another format, or somebody else's. Never throws. */
export function foundOf(key: string, value: unknown): Found | undefined {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString() : value;
  if (typeof text !== "string") return undefined;
  const end = text.indexOf("\n"); // JSON text has none
  const entry = entryOf(end === -1 ? text : text.slice(0, end));
  if (!entry) return undefined;
  return { key, entry, head: entryHead(entry), commits: end === -1 ? [] : text.slice(end + 1).split(" ") };
}
