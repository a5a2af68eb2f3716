/**
 * An entry as text, for backends that keep text: one JSON array, whose first element is the format's number.
 *
 *     [1, hash, tombstones, version, createdAt, usedAt, subject, authenticatedAt, persist, data, slots]
 *
 * `null` stands for what is absent. `data` is `[key, value, key, value, …]`, both as their JSON text, which nothing ever
 * decodes: so `[]` stays `[]`, large numbers stay exact and keys keep their order. `slots` is `[name, JSON, keep,
 * version, …]`, tombstones `[hash, until, sameSubject, …]`.
 */
import type { Slot } from "../session/record.ts";
import type { Entry, Tombstone } from "./entry.ts";

const FORMAT = 1;

export function entryText(entry: Entry): string {
  const { createdAt, usedAt, subject, authenticatedAt, persist, data, slots } = entry.record;
  const kept = [...slots].flatMap(([name, slot]) => [name, slot.json, slot.keep, slot.version]);
  const some = [subject, authenticatedAt, persist].map((value) => value ?? null);
  return entryHead(entry) + JSON.stringify([createdAt, usedAt, ...some, [...data].flat(), kept]).slice(1);
}

/**
 * How the text of this entry begins, up to its version: of another text under the same key it differs after every change,
 * but not after a restart of the idle clock.
 */
export function entryHead({ record, hash, tombstones }: Entry): string {
  const buried = tombstones.flatMap((tombstone) => [tombstone.hash, tombstone.until, tombstone.sameSubject]);
  return `${JSON.stringify([FORMAT, hash, buried, record.version]).slice(0, -1)},`;
}

/** The same up to the idle clock: it differs after every restart too. */
export function clockHead(entry: Entry): string {
  return `${entryHead(entry)}${JSON.stringify(entry.record.createdAt)},${JSON.stringify(entry.record.usedAt)},`;
}

/** How the text of any entry with this secret begins. */
export function secretHead(hash: string): string {
  return `${JSON.stringify([FORMAT, hash]).slice(0, -1)},`;
}

/** The entry that a text stands for; `undefined` for any other text: another format, or somebody else's. Never throws. */
export function entryOf(text: unknown): Entry | undefined {
  try {
    const entry = typeof text === "string" ? read(JSON.parse(text)) : undefined;
    // The same array in another spelling, as another tool would write it: no change could ever be compared with it.
    return entry && (text as string).startsWith(entryHead(entry)) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function read(parts: unknown): Entry | undefined {
  if (!Array.isArray(parts) || parts.length !== 11 || parts[0] !== FORMAT) return undefined;
  const [, hash, buried, version, createdAt, usedAt, subject, authenticatedAt, persist, fields, stored] = parts;
  const sound =
    isText(hash) &&
    [version, createdAt, usedAt].every(isNumber) &&
    (subject === null || isText(subject)) &&
    [authenticatedAt, persist].every((value) => value === null || isNumber(value));
  if (!sound) return undefined;
  const data = new Map<string, string>();
  for (const [key, json] of groups(fields, [isText, isText])) data.set(key as string, json as string);
  const slots = new Map<string, Slot>();
  for (const [name, json, keep, since] of groups(stored, [isText, isText, isFlag, isNumber])) {
    slots.set(name as string, { json, keep, version: since } as Slot);
  }
  const tombstones = groups(buried, [isText, isNumber, isFlag]).map(
    ([old, until, sameSubject]) => ({ hash: old, until, sameSubject }) as Tombstone,
  );
  const record = {
    ...{ data, slots, version, createdAt, usedAt },
    subject: subject ?? undefined,
    authenticatedAt: authenticatedAt ?? undefined,
    persist: persist ?? undefined,
  };
  return { record, hash, tombstones };
}

/** A flat list in groups of so many, each of its kind. Throws where it is none. */
function groups(list: unknown, kinds: readonly ((value: unknown) => boolean)[]): readonly (readonly unknown[])[] {
  if (!Array.isArray(list) || list.length % kinds.length !== 0) throw new TypeError("no list of groups");
  const found: unknown[][] = [];
  for (let i = 0; i < list.length; i += kinds.length) {
    const group = list.slice(i, i + kinds.length);
    if (!kinds.every((isKind, at) => isKind(group[at]))) throw new TypeError("no group");
    found.push(group);
  }
  return found;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
