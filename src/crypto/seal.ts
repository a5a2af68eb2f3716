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

/**
 * How many values are sealed under one prefix, the nonce's first 12 octets, before the next is drawn. A prefix costs a
 * key derivation, more than the sealing itself; the other 12 octets are drawn each time, and 2^20 of them collide with
 * a probability of 2^-57 (SP 800-38D, 8.3, allows 2^32 at 2^-32).
 */
const PER_PREFIX = 2 ** 20;

/** How many derived keys are kept for opening; the prefixes of other processes, and of those before this one. */
const MAX_DERIVED = 1024;

function sealingKey({ id, subkey }: RingKey, purpose: string): SealingKey {
  const head = Buffer.concat([Buffer.of(VERSION), id]);
  let derive: Derive | undefined;
  const derived = new Map<string, KeyObject>();
  let prefix: Buffer | undefined;
  let current: KeyObject | undefined;
  let left = 0;

  const derivedFor = (octets: Uint8Array): KeyObject => {
    derive ??= derivation(subkey(purpose));
    return derive(octets);
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
      if (left-- === 0 || !prefix || !current) {
        prefix = randomOctets(PREFIX);
        current = derivedFor(prefix);
        left = PER_PREFIX - 1;
      }
      const rest = randomOctets(NONCE - PREFIX);
      const [text, tag] = encrypt(current, rest, plain, additional(name)) as [Buffer, Buffer];
      return Buffer.concat([head, prefix, rest, text, tag]);
    },
    open(name, octets) {
      const nonce = octets.subarray(HEAD, HEAD + NONCE);
      const asked = nonce.toString("latin1", 0, PREFIX);
      const known = prefix?.equals(nonce.subarray(0, PREFIX)) ? current : derived.get(asked);
      const key = known ?? derivedFor(nonce.subarray(0, PREFIX));
      const end = octets.length - TAG;
      const text = octets.subarray(HEAD + NONCE, end);
      const plain = decrypt(key, nonce.subarray(PREFIX), text, octets.subarray(end), additional(name));
      if (plain && !known) {
        // Kept only for what opened, so that junk pushes nothing out; the oldest goes.
        if (derived.size >= MAX_DERIVED) derived.delete(derived.keys().next().value!);
        derived.set(asked, key);
      }
      return plain;
    },
  };
}
