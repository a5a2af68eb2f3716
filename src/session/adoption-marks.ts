/** Marks on a session that is being taken over, by which a request that finds it tells how far that went. */
import { updateAnswer } from "./answers.ts";
import { callStore } from "./calls.ts";
import { type Change, NO_CHANGES } from "./change.ts";
import type { Settings } from "./options.ts";
import type { Draft, SessionRecord } from "./record.ts";

/** Not seen there since it is here. */
export const UNSEEN = "ringlight.adoption.unseen";
/** Not ended there yet. */
export const UNENDED = "ringlight.adoption.unended";
/** When that was done, where it was more than `grace` after the beginning here: from then on the others count theirs. */
export const MOVED = "ringlight.adoption.moved";

export const MARK = { json: "true", keep: false };
export const NO_MARKS: Draft["slots"] = new Map();
/** With which it begins here. */
export const MARKS: Draft["slots"] = new Map([UNSEEN, UNENDED].map((name) => [name, MARK]));

export function isMarked({ slots }: SessionRecord): boolean {
  return slots.has(UNSEEN) || slots.has(UNENDED);
}

/** Whether it moved here a moment ago: then requests at that time share it. */
export function isShared<Data>({ now, limits }: Settings<Data>, { slots, createdAt }: SessionRecord): boolean {
  const moved = slots.get(MOVED);
  return now() < (moved ? Number(moved.json) : createdAt) + limits.grace * 1000;
}

/** Of several requests that take a mark away one does; a session that was renewed or ended meanwhile has none any more. */
export async function mark<Data>(
  settings: Settings<Data>,
  cookieName: string,
  token: string,
  base: SessionRecord,
  slots: readonly (readonly [name: string, mark: typeof MARK | null])[],
): Promise<void> {
  const change: Change = {
    ...{ base, ...NO_CHANGES, fill: NO_CHANGES, slots: new Map(slots) },
    ...{ serial: false, rotation: undefined },
  };
  await callStore(settings, cookieName, updateAnswer, (context) => settings.store.update(token, change, context));
}
