/**
 * Session tokens: what a cookie holds, and how it splits into a key and a secret.
 *
 * Wire format: 43 characters of base64url without padding, that is 32 octets:
 *
 *     octets  0–15  key     128 random bits, where the record lives; authenticates nothing, so it may stand in lists
 *     octets 16–31  secret  128 random bits; the store holds only its SHA-256
 *
 * A dump of the store signs nobody in, and a lookup by key leaks nothing of the secret (compare CVE-2019-16782).
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A token taken apart: where the record lives, and the proof that its bearer may use it. */
export interface TokenParts {
  /** 22 characters of base64url. */
  readonly key: string;
  /** SHA-256 of the secret, 43 characters of base64url. */
  readonly hash: string;
}

const FORM = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/; // the last character carries four bits: one spelling per token

/** Draws a fresh key: 128 bits from the system's generator. Throws when that fails; there is no other source. */
export function drawKey(): string {
  return randomBytes(16).toString("base64url");
}

/** Draws a fresh secret for `key`, and gives the token to hand out with what is to be stored. */
export function drawToken(key: string = drawKey()): TokenParts & { readonly token: string } {
  const secret = randomBytes(16);
  const token = Buffer.concat([Buffer.from(key, "base64url"), secret]).toString("base64url");
  return { token, key, hash: sha256(secret) };
}

/** Whether a text has the form of a key, which is a session's handle in lists. */
export function isKey(text: unknown): text is string {
  return typeof text === "string" && /^[\w-]{22}$/.test(text);
}

/** Takes a visitor's token apart; `undefined` for anything that `drawToken` cannot have made. Never throws. */
export function parseToken(token: string): TokenParts | undefined {
  if (!FORM.test(token)) return undefined;
  const octets = Buffer.from(token, "base64url");
  return { key: octets.toString("base64url", 0, 16), hash: sha256(octets.subarray(16)) };
}

/** Compares two hashes in a time that does not depend on where they differ. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, "latin1"), Buffer.from(b, "latin1"));
}

/** The form in which an index knows a subject, 43 characters of base64url: a dump of it tells no names. */
export function subjectHash(subject: string): string {
  return sha256(Buffer.from(subject));
}

function sha256(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("base64url");
}
