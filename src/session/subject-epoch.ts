/** Against a sign-in with the old password while it is being changed. */
import { badOption } from "../errors.ts";
import { epochAnswer } from "./answers.ts";
import { callStore } from "./calls.ts";
import { type SessionOptions, settingsOf } from "./options.ts";
import type { Store } from "./store.ts";
import { namedSubject } from "./subject.ts";

/**
 * What a sign-in passes to `recreate`, read *before* the password is looked at:
 *
 * ```ts
 * const epoch = await subjectEpoch(store, name);
 * if (!(await passwordMatches(name, password))) return …;
 * return { …, session: recreate({ ...session, user: name }, { epoch }) };
 * ```
 *
 * Without it, a sign-in whose password was checked a moment before it was changed is stored a moment after all sessions
 * were ended (`endOthers`, `endSessions`), and lives. Rejects with `ERR_OPTION` where the store has no epochs
 * (`cookieStore` has none), with `ERR_STORE_UNAVAILABLE` or `ERR_STORE_TIMEOUT` where it is broken.
 */
export async function subjectEpoch(
  store: Store,
  subject: string | number,
  options: Pick<SessionOptions<object>, "now" | "onEvent" | "storeTimeout"> = {},
): Promise<string> {
  const settings = settingsOf<object>({ ...options, store }, () => store);
  if (!store.subjectEpoch) throw badOption("store", "has no epochs: it has no subjectEpoch()");
  const whose = namedSubject(subject);
  return callStore(settings, settings.cookies.https.name, epochAnswer, (context) =>
    store.subjectEpoch!(whose, context),
  );
}
