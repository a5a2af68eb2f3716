/** The secrets that tokens are bound to: the session's, or those of pre-sessions. */
import { createHash } from "node:crypto";
import type { Layer, RequestMap, RequestOf } from "../ring.ts";
import type { WithSession } from "../session/wrap-session.ts";
import { type CamePreSessions, camePreSessions } from "./pre-session.ts";

/** What a token strategy needs of `wrapSession`. */
export interface WithSessionKey extends Layer {
  readonly request: Pick<WithSession["request"], "sessionKey" | "sessionSlots" | "sessionStatus">;
  readonly response: Pick<WithSession["response"], "sessionSlots">;
}

/** The session's slot that holds a secret of its first page, where the page came with the response that began it. */
export const SLOT = "anti-forgery";

export interface Secrets {
  /** What a new token is bound to; `undefined` for a visitor who brought nothing. */
  readonly own: Uint8Array | undefined;
  /** What a token that comes may be bound to. */
  readonly accepted: readonly Uint8Array[];
  readonly came: CamePreSessions;
}

/**
 * A session's own secret, and with it those of the pre-sessions that came, until somebody signs in: then a token from
 * before is none any more, and a cookie that somebody planted is of no use.
 */
export function secretsOf(request: RequestMap & RequestOf<WithSessionKey>): Secrets {
  const { sessionKey, sessionSlots, sessionStatus } = request;
  const came = camePreSessions(request);
  const before = somebodySignedIn(sessionStatus) ? [] : came.values.map(secretOf);
  const session = sessionKey?.("anti-forgery");
  if (!session) return { own: before[0], accepted: before, came };
  const slot = sessionSlots[SLOT];
  const first = typeof slot === "string" && slot !== "" ? [secretOf(slot)] : [];
  return { own: session, accepted: [session, ...first, ...before], came };
}

// An adopted session has a subject who has proved nothing here; an application of its own ways may say `authenticated` alone.
function somebodySignedIn(status: RequestOf<WithSessionKey>["sessionStatus"]): boolean {
  return status.state === "live" && (status.signedIn || status.authenticatedAt !== undefined);
}

/** The secret that a random text stands for, in a pre-session's cookie or in the slot. */
export function secretOf(text: string): Uint8Array {
  return createHash("sha256").update(`ringlight/1/anti-forgery/${text}`, "utf8").digest();
}
