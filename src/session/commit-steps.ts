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
import { happened } from "./watch/watched.ts";

export const NO_LINES: readonly string[] = [];

/** Ends the session of the token that came; whether one was ended. */
export async function endByToken<Data>({ settings, opened }: Commitment<Data>): Promise<boolean> {
  const ended = await callStore(settings, opened.cookie.name, deleteAnswer, (context) =>
    settings.store.delete(opened.token!, context, opened.record),
  );
  if (ended) settings.emit({ type: "session.ended" });
  const { binding, status } = opened;
  happened(settings.store, { binding, handle: status.state === "live" ? status.handle : undefined });
  return ended;
}

/** Begins a session, and gives the lines that hand out its token. */
export async function create<Data>(
  commitment: Commitment<Data>,
  data: Fields,
  added: ReadonlyMap<string, SlotText>,
  subject: string | undefined,
): Promise<readonly string[]> {
  const { settings, opened, plan, renewedSlots } = commitment;
  const slots = new Map([...renewedSlots, ...added]);
  const now = settings.now();
  if (settings.requireHttps) checkScheme(opened.scheme, opened.host);
  checkEndsOthers(commitment, subject);
  const options = recreateOptions(plan);
  const signsIn = subject !== undefined && subject !== settings.initialSubject;
  const authenticatedAt = signsIn || options?.authenticated ? now : undefined;
  const draft: Draft = {
    data,
    slots,
    subject,
    authenticatedAt,
    persist: options?.persist ?? undefined,
    epoch: options?.epoch,
  };
  const begun = await callStore(settings, opened.cookie.name, createAnswer, (context) =>
    settings.store.create(draft, context),
  );
  settings.emit({ type: "session.created" });
  happened(settings.store, { subject }); // it may have taken another one's place
  const token = await endOthers(commitment, subject, begun);
  if (token === undefined) return dropped(settings, "unknown"); // another request has ended this one with the others
  return cookieLines(commitment, newRecord(draft, now), token);
}

/** Throws `ERR_SESSION_NEXT` where the response asks to end others' sessions and that cannot be: before anything is stored. */
export function checkEndsOthers<Data>({ settings, plan }: Commitment<Data>, subject: string | undefined): void {
  if (!endsOthers(plan)) return;
  if (subject === undefined) throw wrongNext("endOthers needs a session with a subject");
  if (settings.store.deleteAll) return;
  const remedy = "cookieStore can with the option revocation";
  throw wrongNext(`endOthers: this store cannot end a subject's other sessions; ${remedy}`);
}

/** Ends the subject's other sessions, where the response asks for it; gives the token that this one has from now on. */
export async function endOthers<Data>(
  { settings, opened, plan }: Commitment<Data>,
  subject: string | undefined,
  token: string,
): Promise<string | undefined> {
  if (!endsOthers(plan)) return token;
  const kept = await callStore(settings, opened.cookie.name, deleteAllAnswer, (context) =>
    settings.store.deleteAll!(subject!, { but: token }, context),
  );
  happened(settings.store, { subject });
  return kept;
}

/** Nothing is stored and no cookie sent: told as an event, or as an error where that was asked for. */
export function dropped<Data>(settings: Settings<Data>, reason: RefusedReason): readonly string[] {
  settings.emit({ type: "session.gone", reason });
  if (settings.onGone === "ignore") return NO_LINES;
  const words = "the session was ended or recreated while this request ran; nothing was stored";
  throw new RinglightError("ERR_SESSION_GONE", words, { status: 409 });
}
