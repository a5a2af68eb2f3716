/** Keys: what one may be, and the ring that seals with the newest and opens with all. */
import { createSecretKey, hkdfSync, type KeyObject, scryptSync } from "node:crypto";
import { badOption } from "../errors.ts";
import { inProduction } from "../production.ts";
import { randomOctets } from "./random.ts";

/** 32 octets: as bytes, as 43 characters of base64url (44 of base64), or as 64 of hex; blanks around text do not count. `npx ringlight key` prints one. */
export type Key = string | Uint8Array;

/** One key of a ring. */
export interface RingKey {
  /** 4 octets that name the key in what it sealed; they tell nothing of it. */
  readonly id: Buffer;
  /** A key of its own for a purpose, so that no two uses share one (HKDF-SHA256, RFC 5869). */
  readonly subkey: (purpose: string) => KeyObject;
}

/** Made by `keyRing`. */
export interface KeyRing {
  /** What seals. */
  readonly newest: RingKey;
  /** What opens: the newest and the older ones. */
  readonly all: readonly RingKey[];
}

const rings = new WeakSet<object>();

/**
 * `keyRing([newest, …older])`: the first seals, all open, and what an older one had sealed is sealed anew with the first.
 * To rotate, put a new key in front; take an old one off when all that it sealed has expired. At most 16.
 *
 * Throws `ERR_OPTION` for what is no key, without telling it. A passphrase is none: see `scryptKey`.
 */
export function keyRing(keys: Key | readonly Key[]): KeyRing {
  const given = Array.isArray(keys) ? (keys as readonly Key[]) : [keys as Key];
  if (given.length === 0 || given.length > 16) throw badOption("keys", `must be 1 to 16 keys. ${HOW}`);
  const all = given.map(ringKey);
  for (const [index, { id }] of all.entries()) {
    if (all.findIndex((other) => other.id.equals(id)) < index)
      throw badOption(`keys[${index}]`, "stands on the ring twice");
  }
  const ring: KeyRing = Object.freeze({ newest: all[0]!, all });
  rings.add(ring);
  return ring;
}

/** A ring, or what one is made of. */
export type Keys = KeyRing | Key | readonly Key[];

/**
 * The ring of the option `keys`. Without one: a random ring that this process's stores share, and a warning; with
 * NODE_ENV=production it throws `ERR_OPTION` instead.
 */
export function ringOf(keys: Keys | undefined): KeyRing {
  if (keys === undefined) return randomRing();
  return typeof keys === "object" && rings.has(keys) ? (keys as KeyRing) : keyRing(keys as Key | readonly Key[]);
}

let random: KeyRing | undefined;

function randomRing(): KeyRing {
  const consequence = "what it seals is lost when this process ends, and no other process can read it";
  if (inProduction()) {
    throw badOption("keys", `in production a key must be given: with a random one ${consequence}. ${HOW}`);
  }
  if (!random) {
    console.warn(`ringlight: no keys were given, so a random one is used: ${consequence}. ${HOW}`);
    random = keyRing(randomOctets(32));
  }
  return random;
}

/** What `scryptKey` makes a key of. */
export interface ScryptOptions {
  /** At least 16 characters; better a key of `npx ringlight key`, which nobody can guess. */
  readonly passphrase: string;
  /** At least 8 characters, the same on every node, another for each application: its name and a random word. */
  readonly salt: string;
}

/**
 * A key from a passphrase by scrypt (RFC 7914; N = 2^17, r = 8, p = 1: OWASP, Password Storage). Takes about half a
 * second and 128 MiB, once, when the stack is built. Throws `ERR_OPTION` for a short passphrase or salt.
 */
export function scryptKey({ passphrase, salt }: ScryptOptions): Uint8Array {
  if (typeof passphrase !== "string" || passphrase.length < 16)
    throw badOption("passphrase", "must be text of at least 16 characters");
  if (typeof salt !== "string" || salt.length < 8) throw badOption("salt", "must be text of at least 8 characters");
  return scryptSync(passphrase.normalize("NFC"), salt.normalize("NFC"), 32, {
    N: 2 ** 17,
    r: 8,
    p: 1,
    maxmem: 2 ** 28,
  });
}

/** A fresh key as text, for an environment variable. */
export function newKey(): string {
  return randomOctets(32).toString("base64url");
}

const HOW =
  "A key is 32 random octets as bytes, base64url (43 characters) or hex (64); make one with: npx ringlight key";

function ringKey(key: unknown, index: number): RingKey {
  const octets = keyOctets(key, `keys[${index}]`);
  if (new Set(octets).size < 8) throw badOption(`keys[${index}]`, `repeats itself, so it is not random. ${HOW}`);
  const secret = createSecretKey(octets);
  const subkey = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync("sha256", secret, new Uint8Array(), `ringlight/1/${purpose}`, 32)));
  const id = Buffer.from(hkdfSync("sha256", secret, new Uint8Array(), "ringlight/1/key id", 4));
  return { id, subkey };
}

function keyOctets(given: unknown, option: string): Buffer {
  if (given instanceof Uint8Array) {
    if (given.length !== 32) throw badOption(option, `has ${given.length} octets. ${HOW}`);
    // 32 random octets are all printable once in 10^13 times.
    if (given.every((octet) => octet >= 0x20 && octet < 0x7f))
      throw badOption(option, `is text. ${HOW}. ${NOT_A_PASSWORD}`);
    return Buffer.from(given);
  }
  if (typeof given !== "string") throw badOption(option, `is no key. ${HOW}`);
  const key = given.trim();
  if (key === "") throw badOption(option, `is empty; is the variable set that it comes from? ${HOW}`);
  if (key.includes(",")) throw badOption(option, `holds a comma: give several keys as a list, text.split(","). ${HOW}`);
  if (/^[0-9a-f]{64}$/i.test(key)) return Buffer.from(key, "hex");
  const octets = Buffer.from(key, "base64");
  if (octets.length === 32 && /^[\w+/-]{43}=?$/.test(key)) return octets;
  throw badOption(option, `is text of ${key.length} characters that is no key. ${HOW}. ${NOT_A_PASSWORD}`);
}

const NOT_A_PASSWORD =
  "Characters are not octets: Ring's 16-character key, and any passphrase, holds far less than 256 bits. " +
  "For a passphrase use scryptKey({ passphrase, salt }); for cookies that Ring sealed, ringCookieReader({ key, until })";
