/**
 * The response's half of the engine: from what a response says to one change in the store and at most one Set-Cookie.
 *
 * Nothing here decides by what this request happened to read alone: the store repeats the decision in its atomic step,
 * and what is gone by then stays gone.
 */
import { checkAttributes, givenAttributes } from "../cookies/attributes.ts";
import { RinglightError } from "../errors.ts";
import { createAnswer, deleteAllAnswer, deleteAnswer, updateAnswer } from "./answers.ts";
import { callStore } from "./calls.ts";
import { difference, type FieldChanges, isEmpty, NO_CHANGES, type Rotation, toFields } from "./change.ts";
import {
  addedSlots,
  type Commitment,
  endsOthers,
  isTombstone,
  nextValue,
  recreateOptions,
  recreates,
  rotationOf,
  subjectOf,
} from "./commitment.ts";
import { checkScheme, type SessionCookie, type SessionCookieAttrs, undeliverable } from "./cookie.ts";
import type { RecreatedReason } from "./events.ts";
import { fillOf, type Interpreted, interpret } from "./interpret.ts";
import { planOf, wrongNext } from "./next.ts";
import type { Opened } from "./open.ts";
import type { Settings } from "./options.ts";
import { type Draft, type Fields, newRecord, type SessionRecord, type SlotText } from "./record.ts";
import type { RefusedReason } from "./refused.ts";
import { cookieLines, deleteCookieLines, deleteForeignLine, keepCookies, wantsCookies } from "./sent-cookie.ts";
import { type SlotChanges, slotsOf } from "./slots.ts";

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
 * nothing was stored (after `ERR_STORE_TIMEOUT`: perhaps), and no cookie must be sent.
 */
export async function commit<Data>(
  settings: Settings<Data>,
  opened: Opened,
  answer: Answer,
): Promise<readonly string[]> {
  const attrs = givenAttributes(answer.cookieAttrs ?? {});
  if (answer.cookieAttrs) checkSent(opened.cookie, attrs);
  const plan = planOf(answer.session);
  const slots = slotsOf(answer.slots, opened.slots);
  const commitment: Commitment<Data> = { settings, opened, plan, slots, attrs };
  const lines = await (plan.kind === "end" ? end(commitment) : opened.record ? change(commitment) : begin(commitment));
  if (lines.length > 0) {
    const event = undeliverable({ ...opened.cookie.attributes, ...attrs }, opened.scheme, opened.host);
    if (event) settings.emit(event);
  }
  const over =
    opened.foreign && (lines.length > 0 || plan.kind === "end") ? [deleteForeignLine(opened.foreign)] : NO_LINES;
  return [...lines, ...over];
}

/** `session: null`. The cookie goes whenever one came, unless that could sign out a login that was faster. */
async function end<Data>(commitment: Commitment<Data>): Promise<readonly string[]> {
  const { settings, opened, slots } = commitment;
  const ended = opened.token !== undefined && (await endByToken(commitment));
  if (opened.record && !ended) return gone(settings, "unknown");
  const added = addedSlots(slots);
  if (isTombstone(opened) && !ended) return added.size > 0 ? gone(settings, "recreated") : NO_LINES;
  return added.size > 0
    ? create(commitment, settings.initial, added, settings.initialSubject)
    : deleteCookieLines(commitment);
}

/** There is no session: one begins if the response has anything to keep. */
async function begin<Data>(commitment: Commitment<Data>): Promise<readonly string[]> {
  const { settings, opened, plan, slots } = commitment;
  const added = addedSlots(slots);
  const value = nextValue(plan, opened.data);
  const fields = value === undefined ? settings.initial : toFields(value);
  const subject = value === undefined ? settings.initialSubject : subjectOf(settings, value);
  if (isEmpty(difference(settings.initial, fields)) && added.size === 0) return NO_LINES;
  if (isTombstone(opened) && !recreates(plan) && subject === settings.initialSubject)
    return gone(settings, "recreated");
  return create(commitment, fields, added, subject);
}

/** There is a session: its operations are derived and applied, again if a session function was too slow. */
async function change<Data>(commitment: Commitment<Data>): Promise<readonly string[]> {
  const { settings, opened, plan, slots } = commitment;
  let token = opened.token!;
  const serial = plan.kind === "apply";
  const giveUpAt = settings.now() + settings.storeTimeout * 1000;
  let base = opened.record!;
  let current: Interpreted = opened;
  for (let tries = 1; ; tries++) {
    const value = nextValue(plan, current.data);
    const fields = value === undefined ? undefined : toFields(value);
    const changes = fields ? difference(current.seen, fields) : NO_CHANGES;
    const rotation = rotationOf(commitment, base, value);
    if (rotation && tries === 1 && endsOthers(plan)) {
      const kept = await endOthers(commitment, rotation.subject, rotation.subject === base.subject ? token : undefined);
      if (kept === undefined && rotation.subject === base.subject) return gone(settings, "unknown");
      token = kept ?? token;
    }
    if (isEmpty(changes) && slots.size === 0 && !rotation) return keepCookies(commitment, base);
    const held = token;
    const fill = fillOf(base.data, current);
    const result = await callStore(settings, opened.cookie.name, updateAnswer, (context) =>
      settings.store.update(held, { base, ...changes, fill, slots, serial, rotation }, context),
    );
    if ("token" in result) return stored(commitment, base, rotation, result);
    if ("gone" in result) return lost(commitment, base, rotation, fields, changes, result.gone);
    if (settings.now() >= giveUpAt || tries >= MAX_TRIES) throw conflict();
    base = result.conflict;
    const newest = await interpret(base, settings.shape);
    if (newest === undefined) return gone(settings, "schema");
    current = newest;
  }
}

function checkSent({ name, attributes }: SessionCookie, attrs: SessionCookieAttrs): void {
  if ("expires" in attrs) {
    const remedy = "cookie: sessionCookieAttrs take maxAge, not expires. Nothing was stored.";
    throw new RinglightError("ERR_COOKIE_ATTRIBUTE", remedy, { option: "sessionCookieAttrs.expires" });
  }
  checkAttributes(name, { ...attributes, ...attrs }, "sessionCookieAttrs");
}

const NO_LINES: readonly string[] = [];

const MAX_TRIES = 1000; // the time limit comes first, unless the clock stands still

async function stored<Data>(
  commitment: Commitment<Data>,
  base: SessionRecord,
  rotation: Rotation | undefined,
  result: { readonly token: string; readonly overwritten: number },
): Promise<readonly string[]> {
  const { settings, opened } = commitment;
  if (result.overwritten > 0) settings.emit({ type: "session.overwritten", count: result.overwritten });
  if (!rotation) {
    const moved = result.token !== opened.came.token;
    return moved || wantsCookies(commitment, base) ? cookieLines(commitment, base, result.token) : NO_LINES;
  }
  settings.emit({ type: "session.recreated", reason: whyRecreated(base, rotation) });
  const createdAt = rotation.restart ? settings.now() : base.createdAt;
  return cookieLines(commitment, { ...base, createdAt, persist: rotation.persist }, result.token);
}

function whyRecreated({ subject }: SessionRecord, rotation: Rotation): RecreatedReason {
  if (rotation.subject === subject) return "asked";
  if (rotation.subject === undefined) return "signed-out";
  return subject === undefined ? "signed-in" : "switched";
}

/** Gone at commit. A sign-in still makes a fresh session; everything else is dropped, with an event. */
async function lost<Data>(
  commitment: Commitment<Data>,
  base: SessionRecord,
  rotation: Rotation | undefined,
  fields: Fields | undefined,
  changes: FieldChanges,
  reason: RefusedReason,
): Promise<readonly string[]> {
  const { settings, slots } = commitment;
  const added = addedSlots(slots);
  if (rotation?.subject !== undefined && rotation.subject !== base.subject) {
    return create(commitment, fields ?? settings.initial, added, rotation.subject);
  }
  // Signed out by taking the user away, while the session was renewed under him: he must not stay signed in.
  const signsOut = rotation && rotation.subject === undefined && base.subject !== undefined;
  if (signsOut && reason === "recreated") await endByToken(commitment);
  const onlyConsumed = isEmpty(changes) && added.size === 0 && !rotation; // a flash that was shown: nothing is lost
  return onlyConsumed ? NO_LINES : gone(settings, reason);
}

async function endByToken<Data>({ settings, opened }: Commitment<Data>): Promise<boolean> {
  const ended = await callStore(settings, opened.cookie.name, deleteAnswer, (context) =>
    settings.store.delete(opened.token!, context),
  );
  if (ended) settings.emit({ type: "session.ended" });
  return ended;
}

async function create<Data>(
  commitment: Commitment<Data>,
  data: Fields,
  slots: ReadonlyMap<string, SlotText>,
  subject: string | undefined,
): Promise<readonly string[]> {
  const { settings, opened, plan } = commitment;
  const now = settings.now();
  if (settings.requireHttps) checkScheme(opened.scheme, opened.host);
  if (endsOthers(plan)) await endOthers(commitment, subject, undefined);
  const options = recreateOptions(plan);
  const signsIn = subject !== undefined && subject !== settings.initialSubject;
  const authenticatedAt = signsIn || options?.authenticated ? now : undefined;
  const draft: Draft = { data, slots, subject, authenticatedAt, persist: options?.persist };
  const token = await callStore(settings, opened.cookie.name, createAnswer, (context) =>
    settings.store.create(draft, context),
  );
  settings.emit({ type: "session.created" });
  return cookieLines(commitment, newRecord(draft, now), token);
}

/** Ends the subject's sessions but the one of `but`; gives the token that this one has from now on. */
async function endOthers<Data>(
  { settings, opened }: Commitment<Data>,
  subject: string | undefined,
  but: string | undefined,
): Promise<string | undefined> {
  if (subject === undefined) throw wrongNext("endOthers needs a session with a subject");
  const { store } = settings;
  if (!store.deleteAll) throw wrongNext("endOthers: this store cannot end a subject's other sessions");
  return callStore(settings, opened.cookie.name, deleteAllAnswer, (context) =>
    store.deleteAll!(subject, { but }, context),
  );
}

function gone<Data>(settings: Settings<Data>, reason: RefusedReason): readonly string[] {
  settings.emit({ type: "session.gone", reason });
  if (settings.onGone === "ignore") return NO_LINES;
  const words = "the session was ended or recreated while this request ran; nothing was stored";
  throw new RinglightError("ERR_SESSION_GONE", words, { status: 409 });
}

function conflict(): RinglightError {
  const words = "other requests changed the session faster, until the time limit; nothing was stored";
  return new RinglightError("ERR_UPDATE_CONFLICT", words, { status: 503 });
}
