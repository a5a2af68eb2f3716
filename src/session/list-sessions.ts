/** A subject's sessions one by one: "your devices", and the button that ends one of them. */
import { badOption } from "../errors.ts";
import { deleteAnswer, listAnswer } from "./answers.ts";
import { callStore } from "./calls.ts";
import { type SessionOptions, settingsOf } from "./options.ts";
import type { SessionHandle, Store } from "./store.ts";
import { namedSubject } from "./subject.ts";
import { happened } from "./watch/watched.ts";

type Options = Pick<SessionOptions<object>, "timeout" | "absolute" | "now" | "onEvent" | "storeTimeout">;

/**
 * The subject's live sessions, the one used last first. A handle authenticates nothing, so it may stand in a page; the
 * visitor's own is `request.sessionStatus.handle`. `timeout` and `absolute` are `wrapSession`'s, where it has others than
 * the default: what is past them is not listed.
 *
 * Rejects with `ERR_OPTION` where the store cannot (it has no `list`: `cookieStore`), with `ERR_STORE_UNAVAILABLE` or
 * `ERR_STORE_TIMEOUT` where it is broken.
 */
export async function listSessions(
  store: Store,
  subject: string | number,
  options: Options = {},
): Promise<readonly SessionHandle[]> {
  const settings = settingsOf<object>({ ...options, store }, () => store);
  if (!store.list) throw badOption("store", "cannot list a subject's sessions: it has no list()");
  const whose = namedSubject(subject);
  return callStore(settings, settings.cookies.https.name, listAnswer, (context) => store.list!(whose, context));
}

/**
 * Ends one of the subject's sessions; whether there was one to end. Another subject's handle ends nothing, so a handle
 * may come from a form. Rejects as `listSessions` does.
 */
export async function endSession(
  store: Store,
  subject: string | number,
  handle: string,
  options: Options = {},
): Promise<boolean> {
  const settings = settingsOf<object>({ ...options, store }, () => store);
  if (!store.end) throw badOption("store", "cannot end one of a subject's sessions: it has no end()");
  const whose = namedSubject(subject);
  const ended = await callStore(settings, settings.cookies.https.name, deleteAnswer, (context) =>
    store.end!(whose, handle, context),
  );
  if (ended) settings.emit({ type: "session.ended" });
  happened(store, { handle });
  return ended;
}
