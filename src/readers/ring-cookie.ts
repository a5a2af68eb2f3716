/**
 * `ringCookieReader`: opens the session cookies that Ring's cookie-store sealed (Clojure, Luminus), so that the application
 * that made them can be replaced without signing anybody out.
 */
import { createDecipheriv, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import { readMap } from "../edn/read.ts";
import { badOption, checkNames } from "../errors.ts";
import type { Foreign, SessionReader } from "../session/reader.ts";
import { checkedWhere, type ReaderOptions } from "./reader-options.ts";
import { hmac, seeding } from "./seed.ts";
import { dataOf } from "./to-session.ts";

/** Of these `path` is wrap-session's `:root`, or `:path` of `:cookie-attrs`; `domain` is its `:domain`. */
export interface RingCookieOptions extends ReaderOptions {
  /** What cookie-store has as `:key`: 16 octets, or text that is 16 octets in UTF-8. Whoever knows it makes sessions. */
  readonly key: Uint8Array | string;
  /** The name of the other application's cookie: wrap-session's `:cookie-name`. Default `"ring-session"`. */
  readonly cookieName?: string | undefined;
}

/** A `SessionReader` whose values are whole sessions. */
export interface RingCookieReader extends SessionReader {
  read(value: string): Foreign | undefined;
}

/** The longest value that `read` looks at, in characters; a browser keeps 4096. */
const MAX_VALUE = 8192;
const BLOCK = 16;

/** What Ring's own middleware keeps in a session, which is nothing to anybody else. */
const NOT_DATA: ReadonlySet<string> = new Set(["_flash", "ring.middleware.anti-forgery/anti-forgery-token"]);

/**
 * Reads the cookies of Ring's cookie-store. In the header they are form-urlencoded; decoded:
 *
 *     base64(IV ‖ text) "--" base64(MAC)      standard base64 with its padding, in the one canonical spelling
 *
 *     IV    16 octets
 *     text  AES-128-CBC with PKCS #7 padding of the session, one map in EDN, UTF-8 (see `readMap`): 16 octets or more
 *     MAC   32 octets, HMAC-SHA256 of IV ‖ text under the same key
 *
 * The MAC is compared first, in constant time; nothing is decrypted that does not bear it, so the padding is no oracle.
 * Two uses of one key, 128 bits, no name and no instant in what is sealed: this is read and never written. A value opens
 * under every cookie name, in every application with that key, also after a sign-out there; `until` bounds that.
 *
 * `data` are the session's, without its flash and its anti-forgery token. Where nothing is left, there is nothing to take
 * over: `undefined`, as for a forged or broken value. At most 8192 characters are looked at.
 *
 * Throws `ERR_OPTION` for an impossible option; while the package `edn-data` is missing its import is `ERR_MODULE_MISSING`.
 */
export function ringCookieReader(options: RingCookieOptions): RingCookieReader {
  const { key, where } = checked(options);
  const seedOf = seeding(key, "ring cookie");
  const data = dataOf(options.toSession, "ringCookieReader", NOT_DATA);
  return {
    ...where,
    read(value) {
      const sealed = unsealed(key, value);
      const map = sealed && readMap(sealed.edn);
      const kept = map && data(map);
      return kept && { data: kept, seed: seedOf(sealed!.octets) };
    },
  };
}

/** The octets IV ‖ text of a value with the right MAC, and what they hold. */
function unsealed(key: KeyObject, value: string): { readonly octets: Buffer; readonly edn: string } | undefined {
  if (value.length > MAX_VALUE) return undefined;
  try {
    // A bare "+" is one that nobody encoded: base64 has no spaces that it could stand for.
    const parts = decodeURIComponent(value).split("--");
    const [octets, mac] = parts.map(fromBase64);
    if (parts.length !== 2 || !octets || mac?.length !== 32) return undefined;
    if (!timingSafeEqual(mac, hmac("sha256", key, octets))) return undefined;
    if (octets.length < 2 * BLOCK || octets.length % BLOCK !== 0) return undefined;
    const decipher = createDecipheriv("aes-128-cbc", key, octets.subarray(0, BLOCK));
    const plain = Buffer.concat([decipher.update(octets.subarray(BLOCK)), decipher.final()]);
    return { octets, edn: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain) };
  } catch {
    return undefined; // percent sequences, padding or UTF-8 that are none
  }
}

function fromBase64(text: string): Buffer | undefined {
  const octets = Buffer.from(text, "base64");
  return octets.toString("base64") === text ? octets : undefined;
}

const KNOWN = ["key", "until", "cookieName", "path", "domain", "toSession"] as const;

function checked(options: RingCookieOptions) {
  checkNames(options, KNOWN, "ringCookieReader");
  const { key, cookieName = "ring-session" } = options;
  const where = checkedWhere(options, cookieName, "nothing else ends a cookie that Ring sealed");
  return { key: createSecretKey(keyOctets(key)), where };
}

function keyOctets(key: unknown): Buffer {
  const remedy = "must be the 16 octets that cookie-store has as :key, as bytes or text";
  if (typeof key !== "string" && !(key instanceof Uint8Array)) throw badOption("key", `${remedy}. ${KEYLESS}`);
  const octets = Buffer.from(key as string);
  if (octets.length === BLOCK) return octets;
  throw badOption("key", `${remedy}; it has ${octets.length}. ${KEYLESS}`);
}

const KEYLESS =
  "Without :key Ring draws one at each start: then nothing can be taken over. Text counts in UTF-8: é is two octets";
