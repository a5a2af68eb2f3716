/** The octets under which a session is adopted: made of what is one session's alone, so that it is adopted once. */
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

/** HMAC-SHA256 under a key derived from the other application's secret for this purpose alone (HKDF, RFC 5869). */
export function seeding(
  secret: KeyObject | Uint8Array | string,
  reader: string,
): (text: Uint8Array | string) => Buffer {
  const key = createSecretKey(
    Buffer.from(hkdfSync("sha256", secret, new Uint8Array(), `ringlight/1/adopt ${reader}`, 32)),
  );
  return (text) => hmac("sha256", key, text);
}

export function hmac(hash: "sha1" | "sha256", key: KeyObject, text: Uint8Array | string): Buffer {
  return createHmac(hash, key).update(text).digest();
}
