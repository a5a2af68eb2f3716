/** Ending a subject's sessions from outside a request: an administrator's button, a compromised account. */
import { badOption } from "../errors.ts";
import { deleteAllAnswer } from "./answers.ts";
import { callStore } from "./calls.ts";
import { type SessionOptions, settingsOf } from "./options.ts";
import type { Store } from "./store.ts";
import { namedSubject } from "./subject.ts";
import { happened } from "./watch/watched.ts";

/**
 * Ends all sessions of a subject, on whatever device, in a store that `wrapSession` uses. Within a request answer
 * `recreate(session, { endOthers: true })` instead, which keeps the visitor's own.
 *
 * Rejects with `ERR_OPTION` where the store cannot (`cookieStore` can only with `revocation`), with
 * `ERR_STORE_UNAVAILABLE` or `ERR_STORE_TIMEOUT` where it is broken.
 */
export async function endSessions(
  store: Store,
  subject: string | number,
  options: Pick<SessionOptions<object>, "now" | "onEvent" | "storeTimeout"> = {},
): Promise<void> {
  const settings = settingsOf<object>({ ...options, store }, () => store);
  if (!store.deleteAll)
    throw badOption(
      "store",
      "cannot end a subject's sessions: it has no deleteAll(); cookieStore has with the option revocation",
    );
  const whose = namedSubject(subject);
  await callStore(settings, settings.cookies.https.name, deleteAllAnswer, (context) =>
    store.deleteAll!(whose, {}, context),
  );
  happened(store, { subject: whose });
}
