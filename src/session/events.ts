/** What the engine tells about sessions, for logs and metrics: reason codes, never an id, a key, a token or a value. */
import type { ErrorCode } from "../errors.ts";
import type { RefusedReason } from "./refused.ts";

/**
 * Why a session was recreated: its subject came, went or became another, or the response asked for it. An unexpected
 * `signed-out` is a handler that forgot `...session`.
 */
export type RecreatedReason = "signed-in" | "signed-out" | "switched" | "asked";

/** What `onEvent` is told. By `type`; reasons are codes, stable as those of errors. */
export type SessionEvent =
  /** A visitor without a session got one. */
  | { readonly type: "session.created" }
  /** Another application's session was taken over, by one of the `readers`. */
  | { readonly type: "session.adopted" }
  /** A session got a new token; the old one is dead. */
  | { readonly type: "session.recreated"; readonly reason: RecreatedReason }
  | { readonly type: "session.ended" }
  /** A session cookie came and was not a session. Rate-limit on this to stop guessing. */
  | { readonly type: "session.refused"; readonly reason: RefusedReason }
  /** The session was ended, expired or recreated while this request ran: its change was not stored. */
  | { readonly type: "session.gone"; readonly reason: RefusedReason }
  /** On so many keys a newer value of another request was replaced: the later commit wins. */
  | { readonly type: "session.overwritten"; readonly count: number }
  /** A bounded store made room, or a subject had too many. `signedIn` tells whether the session had a subject. */
  | { readonly type: "session.evicted"; readonly signedIn: boolean }
  /** Two session cookies with different values came; the first alone was tried. */
  | { readonly type: "cookie.doubled" }
  /** An idle clock came beside the session's cookie that this server did not seal: it counts for nothing. */
  | { readonly type: "cookie.ignored" }
  /** A browser will not keep the cookie that was sent. */
  | { readonly type: "cookie.undeliverable"; readonly reason: "secure-over-http" | "domain-mismatch" }
  /** A handler's cacheable Cache-Control was replaced, because the response sets a session cookie. */
  | { readonly type: "response.uncached" }
  /** The store holds something under a session's key that is no session of this format: it reads as none. */
  | { readonly type: "store.unreadable" }
  /** The store failed; the request was refused with this code, or went on without a session (`withoutStore`). */
  | { readonly type: "store.failed"; readonly code: ErrorCode }
  /** The store failed several times in a row: for a pause it is not asked any more (`breaker`). */
  | { readonly type: "store.paused" }
  /** The store answers again after a pause. */
  | { readonly type: "store.resumed" }
  /** The store may lose sessions, or what is known of a subject's, by its own settings. `remedy` says which. */
  | { readonly type: "store.unsafe"; readonly remedy: string };
