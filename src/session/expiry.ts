/** When a session dies. One pair of clocks for every store, on the server's time alone. */
import type { SessionRecord } from "./record.ts";

/** The limits in force, all in seconds. */
export interface Limits {
  /** Inactivity after which a session dies. */
  readonly timeout: number;
  /** Age at which it dies whatever happens. */
  readonly absolute: number;
  /** The idle clock is restarted at most once per so many seconds; 0 restarts it at each read. */
  readonly refresh: number;
  /** How long a recreated session's old token reads as "no session, and set no cookie". */
  readonly grace: number;
}

/** Which limit a session is past. */
export type Expired = "expired-idle" | "expired-absolute";

/** Why the record is dead at `now`, or `undefined` while it lives. */
export function expired(record: SessionRecord, now: number, limits: Limits): Expired | undefined {
  if (now >= absoluteDeadline(record, limits)) return "expired-absolute";
  if (now >= idleDeadline(record, limits)) return "expired-idle";
  return undefined;
}

/** The instant at which the record is dead unless its idle clock is restarted before. */
export function deadline(record: SessionRecord, limits: Limits): number {
  return Math.min(absoluteDeadline(record, limits), idleDeadline(record, limits));
}

/** Last restart + timeout + refresh: since the clock is restarted only once per `refresh`, never too early. */
function idleDeadline(record: SessionRecord, limits: Limits): number {
  return record.usedAt + (Math.max(record.persist ?? 0, limits.timeout) + limits.refresh) * 1000;
}

/** The instant past which no activity carries the session. */
export function absoluteDeadline(record: SessionRecord, limits: Limits): number {
  return record.createdAt + (record.persist ?? limits.absolute) * 1000;
}

/** Whether a use at `now` restarts the idle clock. */
export function restartDue(record: SessionRecord, now: number, limits: Limits): boolean {
  return now > record.usedAt && now - record.usedAt >= limits.refresh * 1000;
}

/** The record after a use at `now`: itself unless the idle clock was due. */
export function restarted(record: SessionRecord, now: number, limits: Limits): SessionRecord {
  return restartDue(record, now, limits) ? { ...record, usedAt: now } : record;
}
