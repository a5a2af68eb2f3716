/**
 * Changes: the operations that one request asks for, never a whole state.
 *
 * Merging states brings deleted keys back; operations do not. The engine derives them from the text that the request
 * read, the store applies them to the record as it is by then, in one atomic step, and only if that record still lives.
 */
import { RinglightError } from "../errors.ts";
import type { Codec } from "./codable.ts";
import { codedValue, isCoded, sameValue, valueText } from "./codec.ts";
import { type Limits, restarted } from "./expiry.ts";
import { checkPlain, join } from "./json.ts";
import type { Fields, SessionRecord, SlotText } from "./record.ts";

/** Keys to set, with their values' JSON text, and keys to remove; both as stored (`Fields`). */
export interface FieldChanges {
  readonly set: Fields;
  readonly unset: ReadonlySet<string>;
}

/** What a recreate does beside the change of secret. */
export interface Rotation {
  /** Whose session it is from now on. */
  readonly subject: string | undefined;
  /** The session's own limit in seconds, or `undefined` for the configured ones. */
  readonly persist: number | undefined;
  /** A new session in all but its data (a sign-in, a new `persist`): the absolute limit counts anew. */
  readonly restart: boolean;
  /** The subject has just proved who he is. */
  readonly authenticated: boolean;
  /** The subject's epoch under which he may become the subject; absent: under any. */
  readonly epoch?: string | undefined;
}

/** What one request asks of a session that exists: applied whole or not at all. */
export interface Change extends FieldChanges {
  /** The record that the operations were derived from: `read`'s, or the one that a conflict gave back. */
  readonly base: SessionRecord;
  /** What a schema or `migrate` added: applied to keys that still are what `base` has, and that the change leaves alone. */
  readonly fill: FieldChanges;
  /** A slot to set, or `null` to remove it, which happens only if it still is what `base` has. */
  readonly slots: ReadonlyMap<string, SlotText | null>;
  /** Apply only if the version is still `base.version`; else answer with the newest record. */
  readonly serial: boolean;
  /** Give the session a new secret; leave a tombstone of the old one. */
  readonly rotation: Rotation | undefined;
}

const NO_FIELDS: Fields = new Map();
const NOTHING: ReadonlySet<string> = new Set();
export const NO_CHANGES: FieldChanges = { set: NO_FIELDS, unset: NOTHING };

/** The data's keys and values as text. Throws `ERR_SESSION_VALUE` for what neither JSON nor the codec keeps. */
export function toFields(data: object, codec?: Codec | undefined): Fields {
  checkPlain(data, "session");
  const fields = new Map<string, string>();
  for (const key of Object.keys(data)) {
    const value = (data as Record<string, unknown>)[key];
    if (value !== undefined) fields.set(JSON.stringify(key), valueText(value, join("session", key), codec));
  }
  return fields;
}

/** The data that fields stand for: fresh objects at each call. `__proto__` is a key like any other. */
export function fromFields(fields: Fields, codec?: Codec | undefined): Record<string, unknown> {
  const coded: Array<readonly [key: string, text: string]> = [];
  let text = "";
  for (const [key, value] of fields) {
    if (isCoded(value)) coded.push([key, value]);
    text += `${text === "" ? "" : ","}${key}:${isCoded(value) ? "null" : value}`;
  }
  const data = parseStored(`{${text}}`) as Record<string, unknown>;
  // Over a null of its own that is there already: keys keep their order, and `__proto__` is one of them.
  for (const [key, value] of coded) data[parseStored(key) as string] = codedValue(value, codec);
  return data;
}

/** What a store kept as JSON text; `ERR_STORE_UNAVAILABLE` where it is none. */
export function parseStored(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RinglightError("ERR_STORE_UNAVAILABLE", "the store gave back a record that is not JSON", {
      status: 503,
      cause,
    });
  }
}

/** The operations that lead from `base` to `next`; keys compare by value (`sameValue`). */
export function difference(base: Fields, next: Fields, codec?: Codec | undefined): FieldChanges {
  const set = new Map<string, string>();
  const unset = new Set<string>();
  for (const [key, json] of next) {
    const before = base.get(key);
    if (before === undefined || !sameValue(before, json, codec)) set.set(key, json);
  }
  for (const key of base.keys()) if (!next.has(key)) unset.add(key);
  return { set, unset };
}

export function isEmpty(changes: FieldChanges): boolean {
  return changes.set.size === 0 && changes.unset.size === 0;
}

/** The record after the change, and on how many keys somebody else's newer value was replaced. */
export interface Changed {
  readonly record: SessionRecord;
  readonly overwritten: number;
}

/** Applies a change to the record as it is now. Pure: for each store whose atomic step can run it. */
export function applyChange(current: SessionRecord, change: Change, now: number, limits: Limits): Changed {
  const data = applyFields(current.data, change);
  const slots = applySlots(current, change);
  const record = { ...restarted(current, now, limits), data, slots: slots.slots, version: current.version + 1 };
  const overwritten = countOverwritten(current.data, change) + slots.overwritten;
  return { record: change.rotation ? rotate(record, change.rotation, now) : record, overwritten };
}

function applyFields(current: Fields, { base, set, unset, fill }: Change): Fields {
  if (set.size === 0 && unset.size === 0 && isEmpty(fill)) return current;
  const data = new Map(current);
  const untouched = (key: string) => current.get(key) === base.data.get(key);
  for (const key of fill.unset) if (untouched(key)) data.delete(key);
  for (const [key, json] of fill.set) if (untouched(key)) data.set(key, json);
  for (const key of unset) data.delete(key);
  for (const [key, json] of set) data.set(key, json);
  return data;
}

function applySlots(
  current: SessionRecord,
  { base, slots, rotation }: Change,
): { slots: SessionRecord["slots"]; overwritten: number } {
  if (slots.size === 0 && !rotation) return { slots: current.slots, overwritten: 0 };
  const next = new Map(current.slots);
  let overwritten = 0;
  if (rotation) for (const [name, slot] of current.slots) if (!slot.keep) next.delete(name);
  for (const [name, slot] of slots) {
    const untouched = current.slots.get(name)?.version === base.slots.get(name)?.version;
    if (slot) {
      next.set(name, { ...slot, version: current.version + 1 });
      if (!untouched && current.slots.get(name)?.json !== slot.json) overwritten++;
    } else if (untouched) next.delete(name);
  }
  return { slots: next, overwritten };
}

// Stored bytes are compared: a key counts when it is neither what was read nor what is being written.
function countOverwritten(current: Fields, { base, set, unset }: Change): number {
  let count = 0;
  for (const [key, json] of set) {
    const there = current.get(key);
    if (there !== base.data.get(key) && there !== json) count++;
  }
  for (const key of unset) {
    const there = current.get(key);
    if (there !== undefined && there !== base.data.get(key)) count++;
  }
  return count;
}

function rotate(record: SessionRecord, rotation: Rotation, now: number): SessionRecord {
  return {
    ...record,
    subject: rotation.subject,
    persist: rotation.persist,
    usedAt: now,
    createdAt: rotation.restart ? now : record.createdAt,
    authenticatedAt: rotation.authenticated
      ? now
      : rotation.subject === record.subject
        ? record.authenticatedAt
        : undefined,
  };
}
