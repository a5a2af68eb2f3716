/** What handlers wrote to a session between two functions of `update`, as a function itself: for when others were faster. */
import { type FieldChanges, fromFields, toFields } from "../session/change.ts";
import type { Codec } from "../session/codable.ts";
import { deepFreeze } from "../session/freeze.ts";
import { runSessionFunction } from "../session/next.ts";
import type { Fields } from "../session/record.ts";

/** From one state of the data to the next. */
export type Step = (current: object) => object;

/** The step that sets and unsets keys, whatever else is there. */
export function writing({ set, unset }: FieldChanges, codec: Codec | undefined): Step {
  return (current) => {
    const fields = new Map(toFields(current, codec));
    for (const key of unset) fields.delete(key);
    for (const [key, json] of set) fields.set(key, json);
    return fromFields(fields, codec);
  };
}

/** The step that leaves nothing of what was there. */
export function clearing(initial: Fields, codec: Codec | undefined): Step {
  return () => fromFields(initial, codec);
}

/** The step of a handler's own function. Throws `ERR_SESSION_NEXT` unless it answers an object at once. */
export function applying(change: (current: never) => unknown): Step {
  return (current) => runSessionFunction(change as (current: object) => unknown, deepFreeze(current));
}
