/** What a store keeps of one session. Immutable: a change makes a new record. */

/**
 * A session's data as text: each top-level key, JSON-escaped with its quotes (`"user"`), to its value's JSON text.
 * No store decodes either; `{` + `key:value` joined by `,` + `}` is the data. What JSON would change is the text of a
 * codec inside such a value (`session/codec.ts`).
 */
export type Fields = ReadonlyMap<string, string>;

/** A middleware's own value beside the application's data: flash, anti-forgery. */
export interface SlotText {
  /** The value's JSON text. */
  readonly json: string;
  /** Whether it stays when the session is recreated. All slots go when the session ends. */
  readonly keep: boolean;
}

/** A slot as it is kept. */
export interface Slot extends SlotText {
  /** The record's version that set it: so that the same text, set anew, is told from the one before. */
  readonly version: number;
}

/** By the middleware's name. */
export type Slots = ReadonlyMap<string, Slot>;

/** One session. Instants in milliseconds. */
export interface SessionRecord {
  readonly data: Fields;
  readonly slots: Slots;
  /** Who the session belongs to; `undefined` for nobody. */
  readonly subject: string | undefined;
  /** When the session began, in milliseconds; the absolute limit counts from here. */
  readonly createdAt: number;
  /** When the idle clock was last restarted, in milliseconds. */
  readonly usedAt: number;
  /** When the subject last proved who he is, in milliseconds. */
  readonly authenticatedAt: number | undefined;
  /** "Remember me": this session's own limit in seconds, in place of the configured ones. */
  readonly persist: number | undefined;
  /** Raised by each change of data, slots or subject; not by a restart of the idle clock. */
  readonly version: number;
}

/** What a new session is made of; the store adds the instants and the version. */
export type Draft = Pick<SessionRecord, "data" | "subject" | "authenticatedAt" | "persist"> & {
  readonly slots: ReadonlyMap<string, SlotText>;
  /** The subject's epoch under which the session may begin; absent: under any. Not kept. */
  readonly epoch?: string | undefined;
};

/** The record of a session that begins now. */
export function newRecord({ epoch: _, ...draft }: Draft, now: number): SessionRecord {
  const slots = new Map([...draft.slots].map(([name, slot]) => [name, { ...slot, version: 1 }]));
  return { ...draft, data: new Map(draft.data), slots, createdAt: now, usedAt: now, version: 1 };
}

/** A copy that shares nothing a caller could change: for stores that keep records in this process. */
export function copyRecord<R extends Pick<SessionRecord, "data" | "slots">>(record: R): R {
  return { ...record, data: new Map(record.data), slots: new Map(record.slots) };
}
