/** What a request may tell a visitor about his session: "welcome back", "your session expired". */
import type { RefusedReason } from "./refused.ts";

/** `request.sessionStatus`. */
export type SessionStatus =
  /** No session cookie came; `request.session` is `{}`. */
  | { readonly state: "none" }
  /** No session cookie came; `request.session` is `initial`, not stored until it changes. */
  | { readonly state: "new" }
  /** Instants in milliseconds. */
  | {
      readonly state: "live";
      readonly createdAt: number;
      readonly usedAt: number;
      /** Whether it has a subject, other than the one of `initial`. */
      readonly signedIn: boolean;
      /** When the subject last proved who he is; ask again before a sensitive change when that is long ago. */
      readonly authenticatedAt: number | undefined;
      /** Which of `listSessions` this one is; `undefined` where the store has no lists. It authenticates nothing. */
      readonly handle: string | undefined;
    }
  /** The store is down, and this request goes on without a session (`withoutStore`); `request.session` is `initial` or `{}`. */
  | { readonly state: "unavailable" }
  /** A session cookie came and was not accepted; `request.session` is `initial` or `{}`. */
  | { readonly state: "refused"; readonly reason: RefusedReason };
