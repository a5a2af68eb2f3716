/** The types that every host's subpath has. */
export type { CookieValues, Lent } from "./lent.ts";
export type { FaceOptions, Lendable, LendableWithCodec, NameOfTheSessionsOwn } from "./options.ts";
export type { SessionCookieView } from "./session-cookie.ts";
export type { Done, LentSession, SessionMethods } from "./session-object.ts";
