/** From a stored record to the application's data: parsing, schema, migration. */

import { fromFields } from "./change.ts";
import type { SessionRecord } from "./record.ts";
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

/**
 * The data of a record, fresh objects at each call; `undefined` where it does not fit and cannot be mended. Without
 * a schema `migrate` sees every record and answers it, mended or as it was.
 */
export async function interpret<Data>(
  record: SessionRecord,
  { schema, migrate }: ShapeOptions<Data>,
): Promise<object | undefined> {
  const stored = fromFields(record.data);
  if (!schema) return migrate ? asObject(migrate(stored)) : stored;
  const first = await schema["~standard"].validate(stored);
  if (!first.issues) return asObject(first.value);
  const mended = migrate?.(fromFields(record.data));
  if (mended === undefined) return undefined;
  const second = await schema["~standard"].validate(mended);
  return second.issues ? undefined : asObject(second.value);
}

function asObject(value: unknown): object | undefined {
  return typeof value === "object" && value !== null ? value : undefined;
}
