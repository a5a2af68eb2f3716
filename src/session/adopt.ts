/** A visitor who comes with another application's session cookie gets that session here, once. */
import { cookieValues } from "../cookies/parse.ts";
import { NO_MARKS } from "./adoption-marks.ts";
import { type CheckAnswer, readAnswer } from "./answers.ts";
import { askOther, callStore, isPromise } from "./calls.ts";
import { fromFields, toFields } from "./change.ts";
import type { Settings } from "./options.ts";
import { cookieNamesOf, type Foreign, type ForeignCookies, type SessionReader } from "./reader.ts";
import type { Draft } from "./record.ts";
import type { RefusedReason } from "./refused.ts";
import type { ReadResult } from "./store.ts";
import { subjectOf } from "./subject.ts";
import { shared, takeOver } from "./take-over.ts";
import { happened } from "./watch/watched.ts";

/** What became of a cookie that a reader trusts. */
export interface Adoption {
  readonly cookies: ForeignCookies;
  /** `undefined`: its data cannot be a session here, because of a value, the subject, or the size. */
  readonly result: ReadResult | undefined;
}

/**
 * Looks for a session to take over. The store derives the token from the reader's seed and inserts if absent, so two
 * requests at once adopt one session; afterwards the old value is spent. A record in the other application's store is
 * ended there (`session/take-over.ts`).
 */
export async function adopt<Data>(
  settings: Settings<Data>,
  header: string | undefined,
  cookieName: string,
): Promise<Adoption | undefined> {
  const cookie = (name: string): string | undefined => cookieValues(header, name)[0];
  for (const reader of settings.readers) {
    const names = cookieNamesOf(reader).filter((name) => cookie(name) !== undefined);
    const now = settings.now();
    if (names.length === 0 || now >= reader.until.getTime()) continue;
    const given = reader.read(cookie(reader.cookieName) ?? "", { cookie, now, grace: settings.limits.grace });
    const foreign = isPromise(given) ? await askOther(settings, () => given) : given;
    if (!foreign) continue;
    const result = await ("data" in foreign
      ? adopted(settings, reader, foreign, cookieName).catch(ofTheSession)
      : shared(settings, cookieName, foreign.goneSeed));
    if (result === "gone") continue; // signed out of there
    if (result && "record" in result) {
      settings.emit({ type: "session.adopted" });
      happened(settings.store, { subject: result.record.subject }); // it may have taken another one's place
    }
    return { cookies: { names, path: reader.path, domain: reader.domain }, result };
  }
  return undefined;
}

async function adopted<Data>(
  settings: Settings<Data>,
  { until, lacks }: SessionReader,
  { seed, data, record }: Foreign,
  cookieName: string,
): Promise<ReadResult | "gone"> {
  const draft = draftOf(settings, data);
  if (seed.length !== 32) throw new TypeError("a SessionReader's seed must have 32 octets");
  const spentUntil = lacks ? settings.now() + settings.limits.grace * 1000 : until.getTime(); // a seed drawn anew is no value's
  const insert = (slots: Draft["slots"], check: CheckAnswer) =>
    callStore(settings, cookieName, check, (context) =>
      settings.store.adopt!(seed, { ...draft, slots }, spentUntil, context),
    );
  return record ? takeOver(settings, cookieName, { seed, record, insert }) : insert(NO_MARKS, readAnswer);
}

/** An error that the other application's session is to blame for, and not the store: its visitor comes as anybody else. */
function ofTheSession(error: unknown): undefined {
  const { code } = error as { readonly code?: unknown };
  if (code !== "ERR_SESSION_VALUE" && code !== "ERR_SESSION_SIZE" && code !== "ERR_SUBJECT_FULL") throw error;
}

function draftOf<Data>(settings: Settings<Data>, data: object): Draft {
  const fields = toFields(data, settings.codec);
  const subject = subjectOf(settings.subject, fromFields(fields, settings.codec));
  return { data: fields, slots: NO_MARKS, subject, authenticatedAt: undefined, persist: undefined };
}

/**
 * Whether a visitor whose own cookie was refused so may still come with another application's: not after a sign-out or a
 * renewal here, and not while the clocks are at odds.
 */
export function mayAdopt(reason: RefusedReason): boolean {
  return reason !== "recreated" && reason !== "revoked" && reason !== "future";
}
