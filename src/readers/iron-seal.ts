/**
 * Opens what iron-webcrypto and @hapi/iron seal with their defaults, as iron-session does:
 *
 *     "Fe26.2*" id "*" salt "*" base64url(IV) "*" base64url(text) "*" expiry "*" MAC's salt "*" base64url(MAC)
 *
 *     text    AES-256-CBC with PKCS #7 padding of JSON in UTF-8
 *     expiry  milliseconds since 1970, or nothing
 *     MAC     HMAC-SHA256 of all that stands before its salt
 *     keys    PBKDF2 with HMAC-SHA1, once, of the password over the salt as it is written; 32 octets
 *
 * The MAC is compared first, in constant time; nothing is decrypted that does not bear it, so the padding is no oracle.
 */
import { createDecipheriv, createSecretKey, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import { fromBase64 } from "./secrets.ts";
import { hmac } from "./seed.ts";

/** A seal with the right MAC. */
export interface IronSeal {
  /** All that the MAC is of: one spelling for each seal. */
  readonly signed: string;
  /** Milliseconds; `undefined`: it never expires. */
  readonly expiresAt: number | undefined;
  /** The JSON text; `undefined` where there is none. */
  readonly text: string | undefined;
}

const BLOCK = 16;
/** `id`, `salt`, `IV`, `text`, `expiry`, MAC's salt, MAC. */
const SEAL = /^Fe26\.2\*(\w*)\*([\w-]{1,128})\*([\w-]{22})\*([\w-]+)\*([1-9]\d{0,15}|)\*([\w-]{1,128})\*([\w-]{43})$/;

/** `undefined` for what is no seal under one of the passwords, by their ids. Never throws; in time linear to its length. */
export function openIron(seal: string, passwords: ReadonlyMap<string, string>): IronSeal | undefined {
  const [, id, salt, iv, text, expiry, macSalt, mac] = SEAL.exec(seal) ?? [];
  const password = id === undefined ? undefined : passwords.get(id);
  if (password === undefined) return undefined;
  const signed = seal.slice(0, seal.length - macSalt!.length - mac!.length - 2);
  const right = hmac("sha256", createSecretKey(keyOf(password, macSalt!)), signed);
  const given = fromBase64(mac!, "base64url");
  if (given?.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  return {
    signed,
    expiresAt: expiry === "" ? undefined : Number(expiry),
    text: decrypted(keyOf(password, salt!), fromBase64(iv!, "base64url"), fromBase64(text!, "base64url")),
  };
}

function keyOf(password: string, salt: string): Buffer {
  return pbkdf2Sync(password, salt, 1, 32, "sha1");
}

function decrypted(key: Buffer, iv: Buffer | undefined, octets: Buffer | undefined): string | undefined {
  if (iv?.length !== BLOCK || !octets || octets.length % BLOCK !== 0) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-cbc", key, iv);
    const plain = Buffer.concat([decipher.update(octets), decipher.final()]);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain);
  } catch {
    return undefined; // padding or UTF-8 that are none
  }
}
