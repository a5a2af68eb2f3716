/** From a stored record to the application's data: parsing, schema, migration. */

import { difference, type FieldChanges, fromFields, NO_CHANGES, toFields } from "./change.ts";
import type { Fields, SessionRecord } from "./record.ts";
import type { StandardSchemaV1 } from "./standard-schema.ts";

export interface ShapeOptions<Data> {
  /** Any Standard Schema (zod, valibot, arktype …): checks the data at each read. Its output is what handlers see. */
  readonly schema?: StandardSchemaV1<unknown, Data> | undefined;
  /**
   * Mends data of an older shape: given what was stored, answers the new shape, or `undefined` to give up. Its answer
   * is checked by `schema` again. Stored when the handler next changes the session.
   */
  readonly migrate?: ((old: unknown) => Data | undefined) | undefined;
}

/** The data of a record as a handler sees them. */
export interface Interpreted {
  /** Fresh objects at each reading. */
  readonly data: object;
  /** The same as text: what a handler's answer is compared with. */
  readonly seen: Fields;
  /** Whether `migrate` made them of an older shape. */
  readonly mended: boolean;
}

/**
 * Reads a record; `undefined` where it does not fit and cannot be mended. Without a schema `migrate` sees every record
 * and answers it, mended or as it was.
 */
export async function interpret<Data>(
  record: SessionRecord,
  { schema, migrate }: ShapeOptions<Data>,
): Promise<Interpreted | undefined> {
  const stored = fromFields(record.data);
  if (!schema) {
    return migrate ? interpreted(migrate(stored), true) : { data: stored, seen: record.data, mended: false };
  }
  const first = await schema["~standard"].validate(stored);
  if (!first.issues) return interpreted(first.value, false);
  const mended = migrate?.(fromFields(record.data));
  if (mended === undefined) return undefined;
  const second = await schema["~standard"].validate(mended);
  return second.issues ? undefined : interpreted(second.value, true);
}

// Copied by way of its text: what migrate gives may be the application's own object, which must not be frozen.
function interpreted(value: unknown, mended: boolean): Interpreted | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const seen = toFields(value);
  return { data: fromFields(seen), seen, mended };
}

/**
 * What the schema filled in and `migrate` mended, to be stored with the handler's next change: only where the record
 * still is what was read, or a default would undo another request's write. Keys that the schema merely left out stay.
 */
export function fillOf(stored: Fields, { seen, mended }: Interpreted): FieldChanges {
  if (seen === stored) return NO_CHANGES;
  const fill = difference(stored, seen);
  return mended ? fill : { set: fill.set, unset: NO_CHANGES.unset };
}
