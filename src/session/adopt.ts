/** A visitor who comes with another application's session cookie gets that session here, once. */
import { cookieValues } from "../cookies/parse.ts";
import { readAnswer } from "./answers.ts";
import { callStore } from "./calls.ts";
import { fromFields, toFields } from "./change.ts";
import type { Settings } from "./options.ts";
import type { Foreign, SessionReader } from "./reader.ts";
import type { Draft } from "./record.ts";
import type { RefusedReason } from "./refused.ts";
import type { ReadResult } from "./store.ts";
import { subjectOf } from "./subject.ts";

/** What became of a cookie that a reader trusts. */
export interface Adoption {
  readonly reader: SessionReader;
  /** `undefined`: its data cannot be a session here, because of a value, the subject, or the size. */
  readonly result: ReadResult | undefined;
}

/**
 * Looks for a session to take over. The store derives the token from the reader's seed and inserts if absent, so two
 * requests at once adopt one session; afterwards the old value is spent.
 */
export async function adopt<Data>(
  settings: Settings<Data>,
  header: string | undefined,
  cookieName: string,
): Promise<Adoption | undefined> {
  for (const reader of settings.readers) {
    const value = cookieValues(header, reader.cookieName)[0];
    if (value === undefined || settings.now() >= reader.until.getTime()) continue;
    const foreign = reader.read(value);
    if (!foreign) continue;
    const result = await adopted(settings, reader, foreign, cookieName).catch(ofTheSession);
    if (result && "record" in result) settings.emit({ type: "session.adopted" });
    return { reader, result };
  }
  return undefined;
}

async function adopted<Data>(
  settings: Settings<Data>,
  { until }: SessionReader,
  { seed, data }: Foreign,
  cookieName: string,
): Promise<ReadResult> {
  const draft = draftOf(settings, data);
  if (seed.length !== 32) throw new TypeError("a SessionReader's seed must have 32 octets");
  return callStore(settings, cookieName, readAnswer, (context) =>
    settings.store.adopt!(seed, draft, until.getTime(), context),
  );
}

/** An error that the other application's session is to blame for, and not the store: its visitor comes as anybody else. */
function ofTheSession(error: unknown): undefined {
  const { code } = error as { readonly code?: unknown };
  if (code !== "ERR_SESSION_VALUE" && code !== "ERR_SESSION_SIZE" && code !== "ERR_SUBJECT_FULL") throw error;
}

function draftOf<Data>(settings: Settings<Data>, data: object): Draft {
  const fields = toFields(data, settings.codec);
  const subject = subjectOf(settings.subject, fromFields(fields, settings.codec));
  return { data: fields, slots: new Map(), subject, authenticatedAt: undefined, persist: undefined };
}

/**
 * Whether a visitor whose own cookie was refused so may still come with another application's: not after a sign-out or a
 * renewal here, and not while the clocks are at odds.
 */
export function mayAdopt(reason: RefusedReason): boolean {
  return reason !== "recreated" && reason !== "revoked" && reason !== "future";
}
