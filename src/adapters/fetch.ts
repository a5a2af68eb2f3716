/** Fetch runtimes: applications and sessions for their handlers. Complete list of `ringlight/fetch`. */
export type * from "../faces/public.ts";
export { type FetchSession, type FetchSessionOptions, session } from "./fetch-session.ts";
export { type FetchHandler, type FetchOptions, toFetch } from "./to-fetch.ts";
