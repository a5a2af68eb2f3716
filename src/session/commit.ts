/**
 * The response's half of the engine: from what a response says to one change in the store and the cookies that it needs.
 *
 * Nothing here decides by what this request happened to read alone: the store repeats the decision in its atomic step,
 * and what is gone by then stays gone.
 */
import { checkAttributes, givenAttributes } from "../cookies/attributes.ts";
import { RinglightError } from "../errors.ts";
import { checkOwnCookie } from "./bound.ts";
import { difference, isEmpty, toFields } from "./change.ts";
import { change } from "./commit-change.ts";
import { create, dropped, endByToken, NO_LINES } from "./commit-steps.ts";
import { addedSlots, type Commitment, isTombstone, nextValue, recreates } from "./commitment.ts";
import { type SessionCookie, type SessionCookieAttrs, undeliverable } from "./cookie.ts";
import { planOf } from "./next.ts";
import type { Opened } from "./open.ts";
import type { Settings } from "./options.ts";
import { deleteCookieLines, deleteForeignLines } from "./sent-cookie.ts";
import { renewedSlotsOf, type SlotChanges, slotsOf } from "./slots.ts";
import { subjectOf } from "./subject.ts";

/** What a response says about the session. */
export interface Answer {
  /** `response.session`. */
  readonly session: unknown;
  /** `response.sessionSlots`. */
  readonly slots: SlotChanges | undefined;
  /** `response.sessionCookieAttrs`: sends the cookie again with these attributes on top. */
  readonly cookieAttrs: SessionCookieAttrs | undefined;
}

/**
 * Stores what the response says, and gives the Set-Cookie lines that the visitor needs. When this rejects,
 * nothing was stored (after `ERR_STORE_TIMEOUT`: perhaps; of `null` with a flash the end may have been), and no cookie
 * must be sent.
 */
export async function commit<Data>(
  settings: Settings<Data>,
  opened: Opened,
  answer: Answer,
): Promise<readonly string[]> {
  checkOwnCookie(settings, answer.cookieAttrs);
  const attrs = givenAttributes(answer.cookieAttrs ?? {});
  if (answer.cookieAttrs) checkSent(opened.cookie, attrs);
  const plan = planOf(answer.session);
  const slots = slotsOf(answer.slots, opened.slots);
  const renewedSlots = renewedSlotsOf(answer.slots);
  const commitment: Commitment<Data> = { settings, opened, plan, slots, renewedSlots, attrs };
  if (opened.status.state === "unavailable") return refuseChange(commitment);
  const lines = await (plan.kind === "end" ? end(commitment) : opened.record ? change(commitment) : begin(commitment));
  if (lines.length > 0 && !settings.bound) {
    const event = undeliverable({ ...opened.cookie.attributes, ...attrs }, opened.scheme, opened.host);
    if (event) settings.emit(event);
  }
  const over =
    opened.foreign && (lines.length > 0 || plan.kind === "end") ? deleteForeignLines(opened.foreign) : NO_LINES;
  return [...lines, ...over];
}

/** `session: null`. The cookie goes whenever one came, unless that could sign out a login that was faster. */
async function end<Data>(commitment: Commitment<Data>): Promise<readonly string[]> {
  const { settings, opened, slots } = commitment;
  const ended = opened.token !== undefined && (await endByToken(commitment));
  if (opened.record && !ended) return dropped(settings, "unknown");
  const added = addedSlots(slots);
  if (isTombstone(opened) && !ended) return added.size > 0 ? dropped(settings, "recreated") : NO_LINES;
  return added.size > 0
    ? create(commitment, settings.initial, added, settings.initialSubject)
    : deleteCookieLines(commitment);
}

/** The store was down when the session was to be read: a response that leaves it alone may go, any other is a 503. */
function refuseChange<Data>({ settings, plan, slots }: Commitment<Data>): readonly string[] {
  const value = plan.kind === "value" ? toFields(plan.value, settings.codec) : settings.initial;
  const leaves = plan.kind === "keep" || (plan.kind === "value" && !plan.recreate);
  if (leaves && slots.size === 0 && isEmpty(difference(settings.initial, value, settings.codec))) return NO_LINES;
  throw new RinglightError(
    "ERR_STORE_UNAVAILABLE",
    "the session store was down when this request came, so the response cannot change the session. Nothing was stored.",
    { status: 503 },
  );
}

/** There is no session: one begins if the response has anything to keep. */
async function begin<Data>(commitment: Commitment<Data>): Promise<readonly string[]> {
  const { settings, opened, plan, slots } = commitment;
  const added = addedSlots(slots);
  const value = nextValue(plan, opened.data);
  const fields = value === undefined ? settings.initial : toFields(value, settings.codec);
  const subject = value === undefined ? settings.initialSubject : subjectOf(settings.subject, value);
  if (isEmpty(difference(settings.initial, fields, settings.codec)) && added.size === 0) return NO_LINES;
  if (isTombstone(opened) && !recreates(plan) && subject === settings.initialSubject)
    return dropped(settings, "recreated");
  return create(commitment, fields, added, subject);
}

function checkSent({ name, attributes }: SessionCookie, attrs: SessionCookieAttrs): void {
  if ("expires" in attrs) {
    const remedy = "cookie: sessionCookieAttrs take maxAge, not expires. Nothing was stored.";
    throw new RinglightError("ERR_COOKIE_ATTRIBUTE", remedy, { option: "sessionCookieAttrs.expires" });
  }
  checkAttributes(name, { ...attributes, ...attrs }, "sessionCookieAttrs");
}
