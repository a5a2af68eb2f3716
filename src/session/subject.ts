/** Whose session it is. */
import { badOption, RinglightError } from "../errors.ts";

/** Tells a session's subject; nobody's is `undefined`. */
export type SubjectOption<Data> = (data: Data) => string | number | undefined;

/** The default: `data.user`, where that is text or a number. */
export function userOf(data: object): string | number | undefined {
  const { user } = data as { readonly user?: unknown };
  if (user === undefined || user === null) return undefined;
  if (typeof user === "string" || typeof user === "number") return user;
  // Refused, not ignored: its visitor would keep his token through the sign-in.
  throw new RinglightError(
    "ERR_SESSION_VALUE",
    "session.user: is neither text nor a number, so nobody knows when it changes to another user; say whom the session " +
      "belongs to: wrapSession({ subject: ({ user }) => user?.id }). Nothing was stored.",
    { path: "session.user" },
  );
}

/** A subject that a programmer names, as it is kept. Throws `ERR_OPTION` for what is neither text nor a number. */
export function namedSubject(subject: string | number): string {
  if (typeof subject !== "string" && typeof subject !== "number")
    throw badOption("subject", "must be text or a number");
  return String(subject).toWellFormed();
}

/** The subject of a value as it is kept: text, or `undefined` for nobody. */
export function subjectOf<Data>(option: SubjectOption<Data>, value: object): string | undefined {
  const subject: unknown = option(value as Data);
  if (typeof subject === "number") return String(subject);
  if (typeof subject === "string") return subject.toWellFormed(); // as any backend would give it back
  if (subject === undefined || subject === null) return undefined;
  throw new RinglightError(
    "ERR_SESSION_VALUE",
    "the option subject answered neither text nor a number, so nobody knows when it changes. Nothing was stored.",
  );
}
