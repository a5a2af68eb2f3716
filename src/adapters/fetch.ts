/** Fetch runtimes: applications and sessions for their handlers. Complete list of `ringlight/fetch`. */
export type { CookieValues, Lent } from "../faces/lent.ts";
export type { FaceOptions } from "../faces/options.ts";
export type { SessionCookieView } from "../faces/session-cookie.ts";
export type { LentSession, SessionMethods } from "../faces/session-object.ts";
export { type FetchSession, type FetchSessionOptions, session } from "./fetch-session.ts";
export { type FetchHandler, type FetchOptions, toFetch } from "./to-fetch.ts";
