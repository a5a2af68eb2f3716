/** From a stored record to the application's data: parsing, schema, migration. */

import { difference, type FieldChanges, fromFields, NO_CHANGES, toFields } from "./change.ts";
import type { Codec } from "./codable.ts";
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
  /**
   * Keeps what JSON would change, a Date, a Map, a Set or a bigint: `codec: devalue`, with `import * as devalue from
   * "devalue"`, or any other that gives back what it gets or throws. Plain JSON stays as it is, so a codec can be added to
   * sessions that are there; they need it from then on. Default: what JSON would change is `ERR_SESSION_VALUE`.
   */
  readonly codec?: Codec | undefined;
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
  { schema, migrate, codec }: ShapeOptions<Data>,
): Promise<Interpreted | undefined> {
  const stored = fromFields(record.data, codec);
  if (!schema) {
    return migrate ? interpreted(migrate(stored), true, codec) : { data: stored, seen: record.data, mended: false };
  }
  const first = await schema["~standard"].validate(stored);
  if (!first.issues) return interpreted(first.value, false, codec);
  const mended = migrate?.(fromFields(record.data, codec));
  if (mended === undefined) return undefined;
  const second = await schema["~standard"].validate(mended);
  return second.issues ? undefined : interpreted(second.value, true, codec);
}

// Copied by way of its text: what migrate gives may be the application's own object, which must not be frozen.
function interpreted(value: unknown, mended: boolean, codec: Codec | undefined): Interpreted | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const seen = toFields(value, codec);
  return { data: fromFields(seen, codec), seen, mended };
}

/**
 * What the schema filled in and `migrate` mended, to be stored with the handler's next change: only where the record
 * still is what was read, or a default would undo another request's write. Keys that the schema merely left out stay.
 */
export function fillOf(stored: Fields, { seen, mended }: Interpreted, codec: Codec | undefined): FieldChanges {
  if (seen === stored) return NO_CHANGES;
  const fill = difference(stored, seen, codec);
  return mended ? fill : { set: fill.set, unset: NO_CHANGES.unset };
}
