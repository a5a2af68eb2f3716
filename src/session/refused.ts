/** Why a session cookie that came is no session. */
import type { Expired } from "./expiry.ts";

/**
 * What a store says of a token: not of the form that it hands out, never issued or long gone, past a limit, or the old
 * token of a session that was recreated within `grace` seconds.
 */
export type RefusedToken = "malformed" | "unknown" | Expired | "recreated";

/** `schema`: the stored data no longer fits the schema, and `migrate` did not mend it. */
export type RefusedReason = RefusedToken | "schema";
