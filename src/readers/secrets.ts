/** Secrets that the other application signs with: the newest first, and any of them verifies. */
import { createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import { badOption } from "../errors.ts";
import { hmac } from "./seed.ts";

/** The signing keys of a secret or a list of them. Throws `ERR_OPTION` for an empty one, whose keys anybody has. */
export function secretsOf(option: string, given: unknown): readonly [KeyObject, ...KeyObject[]] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const keys = list.map((secret) => {
    if (typeof secret !== "string" || secret === "")
      throw badOption(option, "must be the old application's secret, a text, or a list of them, the newest first");
    return createSecretKey(Buffer.from(secret));
  });
  const [first, ...others] = keys;
  if (!first) throw badOption(option, "must have at least one secret, of which any verifies");
  return [first, ...others];
}

/** Whether the signature is one of the text's under any of the keys; each is compared in constant time. */
export function isSigned(
  keys: readonly KeyObject[],
  hash: "sha1" | "sha256",
  text: string,
  signature: Buffer | undefined,
): boolean {
  return keys
    .map((key) => hmac(hash, key, text))
    .reduce((any, right) => (signature?.length === right.length && timingSafeEqual(signature, right)) || any, false);
}

/** The octets of base64 without padding; `undefined` for any but the one spelling. */
export function fromBase64(text: string, alphabet: "base64" | "base64url"): Buffer | undefined {
  const octets = Buffer.from(text, alphabet);
  return octets.toString(alphabet).replace(/=+$/, "") === text ? octets : undefined;
}
