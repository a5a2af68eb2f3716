/** A session that was stored while its request still runs, read again for what comes after. */
import { fromFields } from "../session/change.ts";
import type { Opened } from "../session/open.ts";
import type { Settings } from "../session/options.ts";
import { type Fields, newRecord } from "../session/record.ts";
import { subjectOf } from "../session/subject.ts";

/**
 * As the handler knows it, whatever others have written since: his operations are what differs from `before`. Where it
 * is gone by now, the store is asked to change it all the same, and says so: no session begins in its place.
 */
export function asWritten(again: Opened, before: Fields, settings: Settings<object>): Opened {
  const { record } = again;
  if (record) return { ...again, seen: before, mended: false, record: { ...record, data: before } };
  return again.token === undefined ? again : { ...again, seen: before, record: lastKnown(before, settings) };
}

function lastKnown(data: Fields, { subject, codec, now }: Settings<object>): Opened["record"] {
  const whose = subjectOf(subject, fromFields(data, codec));
  return newRecord({ data, slots: new Map(), subject: whose, authenticatedAt: undefined, persist: undefined }, now());
}
