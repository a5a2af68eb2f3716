/**
 * Sealed values: what the server gives to a browser to keep, which only this server can read or make.
 *
 * Wire format, then written as base64url without padding, in its one canonical spelling:
 *
 *     octet   0       version   0x01: XAES-256-GCM. Another version is refused; nothing else chooses the algorithm
 *     octets  1–4     key id    which key of the ring sealed
 *     octets  5–28    nonce     24 octets
 *     octets 29–n-17  text      as long as the plain octets
 *     last 16         tag
 *
 * The additional data are octets 0–4 and the name under which the value is kept (the cookie's), so version, key id and
 * name are authenticated. The key is the ring key's subkey for the purpose (`RingKey.subkey`). So a value sealed for
 * another purpose, another name or by another key does not open.
 */
import type { KeyObject } from "node:crypto";
import type { KeyRing, RingKey } from "./keys.ts";
import { randomOctets } from "./random.ts";
import { type Derive, decrypt, derivation, encrypt, NONCE, PREFIX, TAG } from "./xaes.ts";

const VERSION = 1;
const HEAD = 5;

/** How many octets sealing adds, before base64url. */
export const OVERHEAD: number = HEAD + NONCE + TAG;

/** How far another node's clock may be ahead of this one's, in milliseconds (as Fernet has it). */
export const SKEW = 60_000;

/** The longest text that `open` looks at, in characters; a Cookie header cannot hold more. */
export const MAX_SEALED = 65_536;

/**
 * Why a value does not open: not of the form, sealed by a key that is not on the ring, or not sealed by this server, for
 * this purpose and name.
 */
export type Unopened = "malformed" | "unknown" | "forged";

export type OpenedValue =
  | { readonly plain: Buffer /** Not by the ring's newest key: seal it anew. */; readonly old: boolean }
  | { readonly refused: Unopened };

export interface Sealer {
  /** Seals octets to be kept under a name. */
  seal(name: string, plain: Uint8Array): string;
  /** Opens what was kept under a name. Never throws. */
  open(name: string, sealed: string): OpenedValue;
}

/** Seals for one purpose, with the ring's newest key; opens with all of its keys. */
export function sealer(ring: KeyRing, purpose: string): Sealer {
  const keys = ring.all.map((key) => sealingKey(key, purpose));
  const newest = keys[0]!;
  return {
    seal: (name, plain) => newest.seal(name, plain).toString("base64url"),
    open(name, sealed) {
      if (sealed.length > MAX_SEALED) return { refused: "malformed" };
      const octets = Buffer.from(sealed, "base64url");
      if (octets.length < OVERHEAD || octets[0] !== VERSION) return { refused: "malformed" };
      if (octets.toString("base64url") !== sealed) return { refused: "malformed" }; // one spelling per value
      const id = octets.subarray(1, HEAD);
      let known = false;
      for (const key of keys) {
        if (!key.id.equals(id)) continue;
        known = true;
        const plain = key.open(name, octets);
        if (plain) return { plain, old: key !== newest };
      }
      return { refused: known ? "forged" : "unknown" };
    },
  };
}

interface SealingKey {
  readonly id: Buffer;
  seal(name: string, plain: Uint8Array): Buffer;
  open(name: string, octets: Buffer): Buffer | undefined;
}

function sealingKey({ id, subkey }: RingKey, purpose: string): SealingKey {
  const head = Buffer.concat([Buffer.of(VERSION), id]);
  let derive: Derive | undefined;
  const derived = (nonce: Uint8Array): KeyObject => {
    derive ??= derivation(subkey(purpose));
    return derive(nonce.subarray(0, PREFIX));
  };
  const additional = (name: string): Buffer => {
    const octets = Buffer.allocUnsafe(HEAD + Buffer.byteLength(name));
    octets.set(head);
    octets.write(name, HEAD);
    return octets;
  };

  return {
    id,
    seal(name, plain) {
      const nonce = randomOctets(NONCE);
      const sealed = encrypt(derived(nonce), nonce.subarray(PREFIX), plain, additional(name));
      return Buffer.concat([head, nonce, ...sealed]);
    },
    open(name, octets) {
      const nonce = octets.subarray(HEAD, HEAD + NONCE);
      const end = octets.length - TAG;
      const text = octets.subarray(HEAD + NONCE, end);
      return decrypt(derived(nonce), nonce.subarray(PREFIX), text, octets.subarray(end), additional(name));
    },
  };
}
