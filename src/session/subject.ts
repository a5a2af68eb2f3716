/** Whose session it is. */
import { RinglightError } from "../errors.ts";

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

/** The subject of a value as it is kept: text, or `undefined` for nobody. */
export function subjectOf<Data>(option: SubjectOption<Data>, value: object): string | undefined {
  const subject: unknown = option(value as Data);
  if (typeof subject === "number") return String(subject);
  return typeof subject === "string" ? subject.toWellFormed() : undefined; // as any backend would give it back
}
