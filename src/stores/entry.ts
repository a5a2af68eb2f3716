/**
 * What a server store keeps under a key: the record, the hash of its secret, and for a while the hash of the secret
 * before that. Pure steps for the store's atomic section; a backend adds only where the entries live.
 */
import { drawToken, parseToken, sameHash, type TokenParts } from "../crypto/ids.ts";
import { applyChange, type Change } from "../session/change.ts";
import { deadline, expired, type Limits, restarted } from "../session/expiry.ts";
import { copyRecord, type Draft, newRecord, type SessionRecord } from "../session/record.ts";
import type { RefusedToken } from "../session/refused.ts";
import type { ReadResult, SessionHandle, StoreContext } from "../session/store.ts";

/** Immutable: a change makes a new entry. */
export interface Entry {
  readonly record: SessionRecord;
  /** SHA-256 of the secret. The secret itself is only in the visitor's cookie. */
  readonly hash: string;
  /** Tombstones of the secrets before the last recreates, newest first; those past `grace` are forgotten. */
  readonly tombstones: readonly Tombstone[];
}

/** Milliseconds for which an expired session is kept, so that its visitor can be told that it expired. */
export const TOLD = 60_000;

/** When an entry may be collected: nobody can use it any more, and its visitor was told why. */
export function collectableAt({ record }: Entry, limits: Limits): number {
  return deadline(record, limits) + TOLD;
}

const MAX_TOMBSTONES = 32; // recreates within `grace` beyond these are a loop, not visitors

/** What is left of a secret when the session got another. */
export interface Tombstone {
  readonly hash: string;
  /** Milliseconds; afterwards the old token is unknown. */
  readonly until: number;
  /** Whether the subject has been the same since: then a sign-out with the old token still counts. */
  readonly sameSubject: boolean;
}

/** Why the bearer of `hash` has no session here, or `undefined` when he has. */
export function refusal(entry: Entry | undefined, given: string, context: StoreContext): RefusedToken | undefined {
  if (!entry) return "unknown";
  const dead = expired(entry.record, context.now, context.limits);
  if (sameHash(entry.hash, given)) return dead;
  return dead === undefined && tombstoneOf(entry, given, context) ? "recreated" : "unknown";
}

function tombstoneOf({ tombstones }: Entry, given: string, { now }: StoreContext): Tombstone | undefined {
  return tombstones.find(({ hash, until }) => now < until && sameHash(hash, given));
}

/** A new session's entry, its token and its key. */
export function newEntry(
  draft: Draft,
  { now }: StoreContext,
): { readonly entry: Entry; readonly parts: TokenParts & { readonly token: string } } {
  const parts = drawToken();
  return { entry: { record: newRecord(draft, now), hash: parts.hash, tombstones: [] }, parts };
}

/** The entry of a session that another application began, under the token that its old value stands for. */
export function adoptedEntry(
  seed: Uint8Array,
  draft: Draft,
  { now }: StoreContext,
): { readonly entry: Entry; readonly parts: TokenParts & { readonly token: string } } {
  const token = Buffer.from(seed).toString("base64url");
  const parts = parseToken(token)!;
  return { entry: { record: newRecord(draft, now), hash: parts.hash, tombstones: [] }, parts: { ...parts, token } };
}

/** Whether an adopted session is as it was adopted, a moment ago: then a request at the same time may share it. */
export function isNewlyAdopted(entry: Entry | undefined, hash: string, { now, limits }: StoreContext): boolean {
  return entry !== undefined && sameHash(entry.hash, hash) && now < entry.record.createdAt + limits.grace * 1000;
}

/** The entry after a read at `now`: the same one unless the idle clock was due, and the read is the visitor's. */
export function readEntry(
  entry: Entry,
  { now, limits, peek }: StoreContext,
): { readonly entry: Entry; readonly result: Extract<ReadResult, { record: unknown }> } {
  const record = peek ? entry.record : restarted(entry.record, now, limits);
  const restartedNow = record !== entry.record;
  const result = { record: copyRecord(record), restarted: restartedNow };
  return { entry: restartedNow ? { ...entry, record } : entry, result };
}

/** Whether `end` may take this session: it is the subject's, and lives. */
export function isOwn(entry: Entry | undefined, subject: string, { now, limits }: StoreContext): entry is Entry {
  return entry !== undefined && entry.record.subject === subject && expired(entry.record, now, limits) === undefined;
}

/** What `adopt` answers: a reading, and the token under which it was adopted. */
export function withToken(result: ReadResult, token: string): ReadResult {
  return "record" in result ? { ...result, token } : result;
}

/** Entries of one subject as `list` tells them: those that live, the one used last first. */
export function handlesOf(
  entries: readonly { readonly key: string; readonly entry: Entry }[],
  { now, limits }: StoreContext,
): readonly SessionHandle[] {
  return entries
    .filter(({ entry }) => expired(entry.record, now, limits) === undefined)
    .map(({ key, entry: { record } }) => {
      const { createdAt, usedAt, authenticatedAt } = record;
      return { handle: key, createdAt, usedAt, authenticatedAt };
    })
    .sort((a, b) => b.usedAt - a.usedAt || b.createdAt - a.createdAt);
}

/** The entry after a change, with the token to hand out where the secret is a new one. */
export function changeEntry(
  entry: Entry,
  key: string,
  change: Change,
  { now, limits }: StoreContext,
): { readonly entry: Entry; readonly overwritten: number; readonly token: string | undefined } {
  const { record, overwritten } = applyChange(entry.record, change, now, limits);
  if (!change.rotation) return { entry: { ...entry, record }, overwritten, token: undefined };
  const { token, hash } = drawToken(key);
  const sameSubject = change.rotation.subject === entry.record.subject;
  const newest: Tombstone = { hash: entry.hash, until: now + limits.grace * 1000, sameSubject };
  const older = entry.tombstones
    .filter(({ until }) => now < until)
    .slice(0, MAX_TOMBSTONES - 1)
    .map((tombstone) => ({ ...tombstone, sameSubject: tombstone.sameSubject && sameSubject }));
  return { entry: { record, hash, tombstones: [newest, ...older] }, overwritten, token };
}

/** Whether the bearer of `hash` may end the session. */
export function mayEnd(entry: Entry, given: string, context: StoreContext): boolean {
  const refused = refusal(entry, given, context);
  if (refused === undefined) return true;
  return refused === "recreated" && tombstoneOf(entry, given, context)?.sameSubject === true;
}

/** What says whose a session is to be: a draft, or a rotation. */
export type Owned = Pick<Draft, "subject" | "epoch">;
