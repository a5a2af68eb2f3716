/** A session's own key material: what other middleware bind values to without seeing a token. */
import { createHmac } from "node:crypto";

/**
 * 32 octets for a purpose, that only this server can tell and that are this session's alone: the same for as long as the
 * session keeps its token, others after a sign-in, `recreate` and sign-out. Nothing can be told of the token by them.
 */
export type SessionKey = (purpose: string) => Uint8Array;

/** HMAC-SHA256 under what the session is bound to: the token, or what the store says in its place (`ReadResult.binding`). */
export function sessionKey(binding: string | undefined): SessionKey | undefined {
  if (binding === undefined) return undefined;
  return (purpose) => createHmac("sha256", binding).update(`ringlight/1/session key/${purpose}`, "utf8").digest();
}
