/** The commit of a request that has a session: one change, tried again where a session function was too slow. */
import { RinglightError } from "../errors.ts";
import { updateAnswer } from "./answers.ts";
import { callStore, reading } from "./calls.ts";
import { difference, type FieldChanges, isEmpty, NO_CHANGES, type Rotation, toFields } from "./change.ts";
import { checkEndsOthers, create, dropped, endByToken, endOthers, NO_LINES } from "./commit-steps.ts";
import { addedSlots, type Commitment, nextValue, rotationOf } from "./commitment.ts";
import type { RecreatedReason } from "./events.ts";
import { fillOf, type Interpreted, interpret } from "./interpret.ts";
import type { Fields, SessionRecord } from "./record.ts";
import type { RefusedReason } from "./refused.ts";
import { cookieLines, keepCookies, wantsCookies } from "./sent-cookie.ts";
import { happened } from "./watch/watched.ts";

const MAX_TRIES = 1000; // the time limit comes first, unless the clock stands still

/** There is a session: its operations are derived and applied, again if a session function was too slow. */
export async function change<Data>(commitment: Commitment<Data>): Promise<readonly string[]> {
  const { settings, opened, plan, slots: said, renewedSlots } = commitment;
  const token = opened.token!;
  const serial = plan.kind === "apply";
  const giveUpAt = settings.now() + settings.storeTimeout * 1000;
  let base = opened.record!;
  let current: Interpreted = opened;
  for (let tries = 1; ; tries++) {
    const value = nextValue(plan, current.data);
    const fields = value === undefined ? undefined : toFields(value, settings.codec);
    const changes = fields ? difference(current.seen, fields, settings.codec) : NO_CHANGES;
    const rotation = rotationOf(commitment, base, value);
    if (rotation) checkEndsOthers(commitment, rotation.subject);
    const slots = rotation ? new Map([...renewedSlots, ...said]) : said;
    if (isEmpty(changes) && slots.size === 0 && !rotation) return keepCookies(commitment, base);
    const fill = fillOf(base.data, current, settings.codec);
    const result = await callStore(settings, opened.cookie.name, updateAnswer, (context) =>
      settings.store.update(token, { base, ...changes, fill, slots, serial, rotation }, context),
    );
    if ("token" in result) return stored(commitment, base, rotation, result);
    if ("gone" in result) return lost(commitment, { base, rotation, fields, changes }, result.gone);
    if (settings.now() >= giveUpAt || tries >= MAX_TRIES) throw conflict();
    base = result.conflict;
    const newest = await reading(settings, () => interpret(result.conflict, settings.shape));
    if (newest === undefined) return dropped(settings, "schema");
    current = newest;
  }
}

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
  happened(settings.store, { binding: opened.binding, subject: rotation.subject });
  const token = await endOthers(commitment, rotation.subject, result.token);
  if (token === undefined) return dropped(settings, "unknown"); // another request has ended this one with the others
  const createdAt = rotation.restart ? settings.now() : base.createdAt;
  return cookieLines(commitment, { ...base, createdAt, persist: rotation.persist }, token);
}

function whyRecreated({ subject }: SessionRecord, rotation: Rotation): RecreatedReason {
  if (rotation.subject === subject) return "asked";
  if (rotation.subject === undefined) return "signed-out";
  return subject === undefined ? "signed-in" : "switched";
}

/** What one try to store was about. */
interface Attempt {
  readonly base: SessionRecord;
  readonly rotation: Rotation | undefined;
  readonly fields: Fields | undefined;
  readonly changes: FieldChanges;
}

/** Gone at commit. A sign-in still makes a fresh session; everything else is dropped, with an event. */
async function lost<Data>(
  commitment: Commitment<Data>,
  { base, rotation, fields, changes }: Attempt,
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
  return onlyConsumed ? NO_LINES : dropped(settings, reason);
}

function conflict(): RinglightError {
  const words = "other requests changed the session faster, until the time limit; nothing was stored";
  return new RinglightError("ERR_UPDATE_CONFLICT", words, { status: 503 });
}
