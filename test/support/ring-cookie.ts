/** What Ring's cookie-store puts into a Cookie header, written from the format alone. */
import { createCipheriv, createHmac, randomBytes } from "node:crypto";

/** The header's value for a session whose EDN is given as text. */
export function sealRing(
  key: string | Uint8Array,
  edn: string | Uint8Array,
  { iv = randomBytes(16) }: { iv?: Uint8Array } = {},
): string {
  const cipher = createCipheriv("aes-128-cbc", key, iv);
  return signRing(key, Buffer.concat([iv, cipher.update(edn), cipher.final()]));
}

/** The header's value for octets that need not be IV and ciphertext, with the right MAC. */
export function signRing(key: string | Uint8Array, octets: Uint8Array): string {
  const mac = createHmac("sha256", key).update(octets).digest("base64");
  return formEncoded(`${Buffer.from(octets).toString("base64")}--${mac}`);
}

/** As java.net.URLEncoder writes what is base64 and "--". */
function formEncoded(text: string): string {
  return text.replaceAll("+", "%2B").replaceAll("/", "%2F").replaceAll("=", "%3D");
}
