/** Named slots: where a middleware keeps a value of its own beside the application's data, which may be replaced whole. */
import { parseStored } from "./change.ts";
import { type Json, toJson } from "./json.ts";
import type { Slots, SlotText } from "./record.ts";

/** What a response says about slots: a value to keep, or `null` to remove what this request read. Absent: as it is. */
export type SlotChanges = Readonly<Record<string, SlotValue | null | undefined>>;

/** A value to keep in a slot. */
export interface SlotValue {
  readonly value: Json;
  /** Whether it stays when the session is recreated: a flash message does, an anti-forgery secret must not. */
  readonly keep: boolean;
}

/** The slots' values, parsed: what middleware find as `request.sessionSlots`. No prototype. */
export function slotValues(slots: Slots): Readonly<Record<string, Json>> {
  const values: Record<string, Json> = Object.create(null);
  for (const [name, slot] of slots) values[name] = parseStored(slot.json) as Json;
  return values;
}

/** The changes that a response asks for, as text; removing what is not there asks for nothing. */
export function slotsOf(changes: SlotChanges | undefined, current: Slots): ReadonlyMap<string, SlotText | null> {
  const next = new Map<string, SlotText | null>();
  for (const [name, change] of Object.entries(changes ?? {})) {
    if (change === undefined) continue;
    if (change === null) {
      if (current.has(name)) next.set(name, null);
      continue;
    }
    next.set(name, { json: toJson(change.value, `sessionSlots.${name}`), keep: change.keep });
  }
  return next;
}
