/** A host's session as a record: its keys are the data, and what a host has no place for is under one key of ours. */
import { RinglightError } from "../errors.ts";
import type { Fields, SessionRecord, Slot, Slots } from "../session/record.ts";

/** The key of a host's session that holds slots, and when the session was begun or renewed here. */
export const OWN_KEY = "ringlight";

/** What is under that key, in JSON. */
interface Kept {
  readonly slots: Readonly<Record<string, Slot>>;
  readonly version: number;
  readonly createdAt: number;
  /** Who proved himself at `authenticatedAt`: a host's handler may have made it somebody else's session since. */
  readonly subject?: string | undefined;
  readonly authenticatedAt?: number | undefined;
}

type HostData = Readonly<Record<string, unknown>>;

/** The record; `undefined` for a session that nobody has put anything in. */
export function recordOf(
  host: HostData,
  whose: (data: Fields) => string | undefined,
  now: number,
): SessionRecord | undefined {
  if (Object.keys(host).length === 0) return undefined;
  const kept = keptIn(host);
  const data = fieldsOf(host);
  const subject = whose(data);
  return {
    ...{ data, slots: slotsIn(kept), subject, createdAt: kept?.createdAt ?? now, usedAt: now },
    authenticatedAt: kept?.subject === subject ? kept?.authenticatedAt : undefined,
    ...{ persist: undefined, version: kept?.version ?? 1 },
  };
}

/** What a host's session holds after a change; values that were not changed stay the host's own. */
export function hostData(host: HostData, record: SessionRecord, isBegun: boolean): HostData {
  const before = fieldsOf(host);
  const next: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(host)) {
    // What JSON leaves out altogether, a function or undefined, is no data, and stays.
    if (key !== OWN_KEY && !before.has(JSON.stringify(key))) next[key] = host[key];
  }
  for (const [name, json] of record.data) {
    const key = JSON.parse(name) as string;
    next[key] = before.get(name) === json ? host[key] : JSON.parse(json);
  }
  if (isBegun || record.slots.size > 0 || Object.hasOwn(host, OWN_KEY)) {
    const { version, createdAt, subject, authenticatedAt } = record;
    const slots = Object.fromEntries(record.slots);
    next[OWN_KEY] = { slots, version, createdAt, subject, authenticatedAt } satisfies Kept;
  }
  return next;
}

// As the host's own store will have them: of a Date that a handler has just put there, its text.
function fieldsOf(host: HostData): Fields {
  const fields = new Map<string, string>();
  for (const key of Object.keys(host)) {
    const json = key === OWN_KEY ? undefined : textOf(key, host[key]);
    if (json !== undefined) fields.set(JSON.stringify(key), json);
  }
  return fields;
}

function textOf(key: string, value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    const words = `session.${key}: the host's session holds what cannot be JSON; nothing was stored`;
    throw new RinglightError("ERR_SESSION_VALUE", words, { path: `session.${key}`, cause });
  }
}

function keptIn(host: HostData): Kept | undefined {
  const kept = Object.hasOwn(host, OWN_KEY) ? host[OWN_KEY] : undefined;
  const { version, createdAt } = (typeof kept === "object" && kept !== null ? kept : {}) as Partial<Kept>;
  return Number.isFinite(version) && Number.isFinite(createdAt) ? (kept as Kept) : undefined;
}

function slotsIn(kept: Kept | undefined): Slots {
  return new Map(Object.entries(kept?.slots ?? {}));
}
