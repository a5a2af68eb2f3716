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
  /**
   * Set only where this response gives the visitor a new token, because his session begins or is recreated. It begins
   * none by itself, and changes none that goes on.
   */
  readonly onlyRenewed?: boolean | undefined;
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
    if (!change.onlyRenewed) next.set(name, textOf(name, change));
  }
  return next;
}

/** Those that are set only where the session gets a new token. */
export function renewedSlotsOf(changes: SlotChanges | undefined): ReadonlyMap<string, SlotText> {
  const renewed = new Map<string, SlotText>();
  for (const [name, change] of Object.entries(changes ?? {}))
    if (change?.onlyRenewed) renewed.set(name, textOf(name, change));
  return renewed;
}

function textOf(name: string, { value, keep }: SlotValue): SlotText {
  return { json: toJson(value, `sessionSlots.${name}`), keep };
}
