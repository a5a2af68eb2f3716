/**
 * XAES-256-GCM (https://c2sp.org/XAES-256-GCM): AES-256-GCM with a nonce of 192 bits, so that random nonces may be drawn
 * for 2^80 messages under one key (2^32 with the 96 bits of plain GCM: SP 800-38D, 8.3).
 *
 * The first 12 octets of the nonce and the key derive a key of AES-256-GCM, the last 12 are its nonce:
 *
 *     L  = AES-256(K, 0^128)                             K1 = L << 1, xor 0x87 in the last octet if L's first bit is set
 *     Kx = AES-256(K, 00 01 58 00 ‖ N[0:12] xor K1) ‖ AES-256(K, 00 02 58 00 ‖ N[0:12] xor K1)
 *     C  = AES-256-GCM(Kx, N[12:24], plain, additional data), with the tag of 16 octets behind
 */
import { type Cipheriv, createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";

export const NONCE = 24;
export const PREFIX = 12;
export const TAG = 16;

/** Derives the key for a nonce's first 12 octets. As a KeyObject: a Buffer costs five times more at each use (Node 24). */
export type Derive = (prefix: Uint8Array) => KeyObject;

/** The derivation under one 256-bit key. */
export function derivation(key: KeyObject): Derive {
  const aes: Cipheriv = createCipheriv("aes-256-ecb", key, Buffer.alloc(0)); // raw blocks; GCM's own key comes of them
  aes.setAutoPadding(false);
  const k1 = doubled(aes.update(Buffer.alloc(16)));
  const start = Buffer.concat([k1, k1]); // xor the two blocks without the nonce
  for (const [i, octet] of [0, 1, 0x58, 0].entries()) start[i]! ^= octet;
  for (const [i, octet] of [0, 2, 0x58, 0].entries()) start[16 + i]! ^= octet;
  return (prefix) => {
    const blocks = Buffer.from(start);
    for (let i = 0; i < PREFIX; i++) {
      blocks[4 + i]! ^= prefix[i]!;
      blocks[20 + i]! ^= prefix[i]!;
    }
    return createSecretKey(aes.update(blocks));
  };
}

/** Multiplication by x in GF(2^128), as CMAC's first subkey is made (SP 800-38B, 6.1). */
function doubled(block: Buffer): Buffer {
  const result = Buffer.alloc(16);
  for (let i = 0; i < 16; i++) result[i] = (block[i]! << 1) | ((block[i + 1] ?? 0) >> 7);
  if (block[0]! & 0x80) result[15]! ^= 0x87;
  return result;
}

/** Ciphertext and tag under a derived key and the nonce's last 12 octets. */
export function encrypt(derived: KeyObject, nonce: Uint8Array, plain: Uint8Array, additional: Uint8Array): Buffer[] {
  const cipher = createCipheriv("aes-256-gcm", derived, nonce);
  cipher.setAAD(additional);
  const text = cipher.update(plain);
  cipher.final();
  return [text, cipher.getAuthTag()];
}

/** The plain octets, or `undefined` where the tag does not fit. Throws for a tag that has not exactly 16 octets. */
export function decrypt(
  derived: KeyObject,
  nonce: Uint8Array,
  text: Uint8Array,
  tag: Uint8Array,
  additional: Uint8Array,
): Buffer | undefined {
  const decipher = createDecipheriv("aes-256-gcm", derived, nonce, { authTagLength: TAG });
  decipher.setAAD(additional);
  decipher.setAuthTag(tag);
  const plain = decipher.update(text);
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
