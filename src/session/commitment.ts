/** One response's wish about the session, and what follows from it alone. */
import type { Rotation } from "./change.ts";
import type { SessionCookieAttrs } from "./cookie.ts";
import { deepFreeze } from "./freeze.ts";
import { type Plan, type RecreateOptions, runSessionFunction } from "./next.ts";
import type { Opened } from "./open.ts";
import type { Settings } from "./options.ts";
import type { SessionRecord, SlotText } from "./record.ts";
import { subjectOf } from "./subject.ts";

export interface Commitment<Data> {
  readonly settings: Settings<Data>;
  readonly opened: Opened;
  readonly plan: Plan;
  readonly slots: ReadonlyMap<string, SlotText | null>;
  /** Slots for a session that gets a new token by this response. */
  readonly renewedSlots: ReadonlyMap<string, SlotText>;
  readonly attrs: SessionCookieAttrs;
}

/** What becomes of the token: nothing, unless the subject moves or the response recreates. */
export function rotationOf<Data>(
  { settings, plan }: Commitment<Data>,
  base: SessionRecord,
  value: object | undefined,
): Rotation | undefined {
  if (value === undefined) return undefined;
  const options = recreateOptions(plan);
  const subject = subjectOf(settings.subject, value);
  const moved = subject !== base.subject;
  if (!moved && !options) return undefined;
  return {
    subject,
    persist: options?.persist === undefined ? (moved ? undefined : base.persist) : (options.persist ?? undefined),
    restart: moved || options?.persist !== undefined,
    authenticated: (moved && subject !== undefined) || options?.authenticated === true,
    epoch: options?.epoch,
  };
}

/** The session that the response asks for, or `undefined` where it leaves the data alone. */
export function nextValue(plan: Plan, current: object): object | undefined {
  if (plan.kind === "value") return plan.value;
  if (plan.kind === "apply") return runSessionFunction(plan.apply, deepFreeze(current));
  return undefined;
}

/** The options of `recreate(…)`, or `undefined` where the response does not recreate. */
export function recreateOptions(plan: Plan): RecreateOptions | undefined {
  return plan.kind === "value" || plan.kind === "apply" ? plan.recreate : undefined;
}

/** Whether the response ends the subject's other sessions. */
export function endsOthers(plan: Plan): boolean {
  return recreateOptions(plan)?.endOthers === true;
}

/** Whether the response recreates explicitly. */
export function recreates(plan: Plan): boolean {
  return recreateOptions(plan) !== undefined;
}

/** Whether the request came with the old token of a session that was just recreated. */
export function isTombstone({ status }: Opened): boolean {
  return status.state === "refused" && status.reason === "recreated";
}

/** The slots that the response sets. */
export function addedSlots(slots: ReadonlyMap<string, SlotText | null>): ReadonlyMap<string, SlotText> {
  const added = new Map<string, SlotText>();
  for (const [name, slot] of slots) if (slot) added.set(name, slot);
  return added;
}
