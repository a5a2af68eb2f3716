/**
 * `ringCookieReader`: opens the session cookies that Ring's cookie-store sealed (Clojure, Luminus), so that the application
 * that made them can be replaced without signing anybody out.
 */
import { createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";
import { bareDomain } from "../cookies/attributes.ts";
import { DOMAIN, MAX_ATTRIBUTE, PATH } from "../cookies/grammar.ts";
import { readMap } from "../edn/read.ts";
import { badOption, checkNames } from "../errors.ts";
import { TOKEN } from "../http-token.ts";
import { toJson } from "../session/json.ts";
import type { Foreign, SessionReader } from "../session/reader.ts";

export interface RingCookieOptions {
  /** What cookie-store has as `:key`: 16 octets, or text that is 16 octets in UTF-8. Whoever knows it makes sessions. */
  readonly key: Uint8Array | string;
  /**
   * From then on nothing is taken over. A sealed cookie has no end of its own: one that was copied years ago opens too. So
   * keep it to days or weeks after the last cookie was sealed, then remove the reader.
   */
  readonly until: Date;
  /** The name of the other application's cookie: wrap-session's `:cookie-name`. Default `"ring-session"`. */
  readonly cookieName?: string | undefined;
  /** Where it was set: wrap-session's `:root`, or `:path` of `:cookie-attrs`. Default `"/"`. */
  readonly path?: string | undefined;
  /** `:domain` of `:cookie-attrs`. Default none, as there. */
  readonly domain?: string | undefined;
  /**
   * Makes this application's data of the other's: `({ identity }) => ({ user: identity })`. `undefined` for a session that
   * is not to be taken over; the same where it throws or returns what is not JSON, which is printed once. Default: all.
   */
  readonly toSession?: ((data: Record<string, unknown>) => object | undefined) | undefined;
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
export function ringCookieReader(options: RingCookieOptions): SessionReader {
  const { key, toSession, ...where } = checked(options);
  const seeding = createSecretKey(
    Buffer.from(hkdfSync("sha256", key, new Uint8Array(), "ringlight/1/adopt ring cookie", 32)),
  );
  const convert = toSession && reportedOnce(toSession);
  return {
    ...where,
    read(value): Foreign | undefined {
      const sealed = unsealed(key, value);
      const map = sealed && readMap(sealed.edn);
      if (!map) return undefined;
      const kept = Object.fromEntries(Object.entries(map).filter(([name]) => !NOT_DATA.has(name)));
      const data = Object.keys(kept).length > 0 && convert ? convert(kept) : kept;
      if (data === undefined || Object.keys(data).length === 0) return undefined;
      return { data, seed: hmac(seeding, sealed.octets) };
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
    if (!timingSafeEqual(mac, hmac(key, octets))) return undefined;
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

function hmac(key: KeyObject, octets: Uint8Array): Buffer {
  return createHmac("sha256", key).update(octets).digest();
}

type ToSession = NonNullable<RingCookieOptions["toSession"]>;

/** A mistake in `toSession` must not answer a visitor with 500; it is told on the console, once. */
function reportedOnce(toSession: ToSession): ToSession {
  let reported = false;
  return (data) => {
    try {
      const session = toSession(data);
      if (session !== undefined) toJson(session, "session");
      if (session === undefined || isObject(session)) return session;
      throw badOption("toSession", "must return an object, or undefined for a session that is not to be taken over");
    } catch (error) {
      if (!reported)
        console.error("ringlight: toSession of ringCookieReader failed; sessions are not taken over", error);
      reported = true;
      return undefined;
    }
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const KNOWN = ["key", "until", "cookieName", "path", "domain", "toSession"] as const;

function checked(options: RingCookieOptions) {
  checkNames(options, KNOWN, "ringCookieReader");
  const { key, until, cookieName = "ring-session", path = "/", domain, toSession } = options;
  if (!(until instanceof Date) || Number.isNaN(until.getTime()))
    throw badOption("until", "must be a valid Date, days or weeks ahead: nothing else ends a cookie that Ring sealed");
  if (typeof cookieName !== "string" || !TOKEN.test(cookieName))
    throw badOption("cookieName", "must be letters, digits and !#$%&'*+-.^_`|~, at least one");
  if (typeof path !== "string" || !PATH.test(path) || !path.startsWith("/") || path.length > MAX_ATTRIBUTE)
    throw badOption(
      "path",
      `must be a path as /app, of printable ASCII without ; and <, at most ${MAX_ATTRIBUTE} octets`,
    );
  if (domain !== undefined && !(typeof domain === "string" && isHost(bareDomain(domain))))
    throw badOption("domain", "must be a host name of letters, digits and hyphens (xn--… for others)");
  if (toSession !== undefined && typeof toSession !== "function") throw badOption("toSession", "must be a function");
  return { key: createSecretKey(keyOctets(key)), until: new Date(until), cookieName, path, domain, toSession };
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

function isHost(name: string): boolean {
  return name.length <= 253 && DOMAIN.test(name);
}
