/** Why a session cookie that came is no session. */
import type { Unopened } from "../crypto/seal.ts";
import type { Expired } from "./expiry.ts";

/**
 * What a store says of a token:
 * - `malformed`: not of the form that it hands out;
 * - `unknown`: never issued or long gone; of a sealed one: by a key that is not on the ring;
 * - `forged`: sealed, but not by this server for this cookie, or changed on the way;
 * - `future`: sealed more than a minute from now, by another clock;
 * - `expired-idle`, `expired-absolute`: past a limit;
 * - `recreated`: the old token of a session that was recreated within `grace` seconds;
 * - `revoked`: of a session that was ended or recreated, by a store that remembers it longer than that;
 * - `adopted`: another application's session that was taken over before.
 */
export type RefusedToken = Unopened | Expired | "future" | "recreated" | "revoked" | "adopted";

/** All of them. */
export const REFUSED_TOKEN: ReadonlySet<string> = new Set<RefusedToken>([
  "malformed",
  "unknown",
  "forged",
  "future",
  "expired-idle",
  "expired-absolute",
  "recreated",
  "revoked",
  "adopted",
]);

/**
 * `schema`: the stored data no longer fits the schema, and `migrate` did not mend it. `mixed`: the session came in
 * several cookies that do not belong together. `unadoptable`: another application's session cannot be one here, because of
 * a value, its subject, or its size.
 */
export type RefusedReason = RefusedToken | "schema" | "mixed" | "unadoptable";
