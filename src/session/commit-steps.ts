/** What a commit does to the store, one step each, and what it tells. */
import { RinglightError } from "../errors.ts";
import { createAnswer, deleteAllAnswer, deleteAnswer } from "./answers.ts";
import { callStore } from "./calls.ts";
import { type Commitment, endsOthers, recreateOptions } from "./commitment.ts";
import { checkScheme } from "./cookie.ts";
import { wrongNext } from "./next.ts";
import type { Settings } from "./options.ts";
import { type Draft, type Fields, newRecord, type SlotText } from "./record.ts";
import type { RefusedReason } from "./refused.ts";
import { cookieLines } from "./sent-cookie.ts";

export const NO_LINES: readonly string[] = [];

/** Ends the session of the token that came; whether one was ended. */
export async function endByToken<Data>({ settings, opened }: Commitment<Data>): Promise<boolean> {
  const ended = await callStore(settings, opened.cookie.name, deleteAnswer, (context) =>
    settings.store.delete(opened.token!, context),
  );
  if (ended) settings.emit({ type: "session.ended" });
  return ended;
}

/** Begins a session, and gives the lines that hand out its token. */
export async function create<Data>(
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
export async function endOthers<Data>(
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

/** Nothing is stored and no cookie sent: told as an event, or as an error where that was asked for. */
export function dropped<Data>(settings: Settings<Data>, reason: RefusedReason): readonly string[] {
  settings.emit({ type: "session.gone", reason });
  if (settings.onGone === "ignore") return NO_LINES;
  const words = "the session was ended or recreated while this request ran; nothing was stored";
  throw new RinglightError("ERR_SESSION_GONE", words, { status: 409 });
}
