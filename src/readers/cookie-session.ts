/**
 * `cookieSessionReader`: takes over the sessions of cookie-session, which are whole in their cookies, signed and readable,
 * so that the application that made them can be replaced without signing anybody out.
 */
import { randomBytes } from "node:crypto";
import { badOption, checkNames } from "../errors.ts";
import type { Foreign, SessionReader } from "../session/reader.ts";
import { checkedWhere, type ReaderOptions } from "./reader-options.ts";
import { fromBase64, isSigned, secretsOf } from "./secrets.ts";
import { seeding } from "./seed.ts";
import { dataOf, isObject } from "./to-session.ts";

/** Of these `path` and `domain` are cookie-session's. */
export interface CookieSessionOptions extends ReaderOptions {
  /**
   * cookie-session's `keys`, the newest first: any verifies; the last makes the seed, so put new ones in front, as there.
   * Whoever knows one makes sessions. A Keygrip with another algorithm than its own SHA-1 is not read.
   */
  readonly keys?: readonly string[] | undefined;
  /** cookie-session's `secret`, in place of `keys`. One of the two is required. */
  readonly secret?: string | undefined;
  /**
   * The name of its cookie; the signature's is that and `.sig`. Default `"session"`, as there, which is the name of this
   * session's own on http too: then give `wrapSession` another `cookieName`.
   */
  readonly name?: string | undefined;
  /**
   * What of a session's data is no other session's, such as an id that was drawn at its beginning: then each session is
   * adopted once, whichever of its cookies comes. One without, `undefined`, is not taken over. Default none: see below.
   */
  readonly unique?: ((data: Record<string, unknown>) => string | undefined) | undefined;
}

/** A `SessionReader` whose values are whole sessions. */
export interface CookieSessionReader extends SessionReader {
  read(value: string, beside: Parameters<SessionReader["read"]>[1]): Foreign | undefined;
}

/** The longest value that is looked at, in characters; a browser keeps 4096. */
const MAX_VALUE = 4096;
const NOT_DATA: ReadonlySet<string> = new Set();

const LACKS = {
  G3: "cookie-session's value is its data and nothing else: two browsers with the same data have the same value, and a copy is no other. So it is adopted by each browser that brings it, until the reader's until; the option unique mends that",
};

/**
 * Reads the cookies of cookie-session:
 *
 *     NAME      base64 of the session's JSON
 *     NAME.sig  base64url(HMAC-SHA1 of NAME "=" value under a key), without padding
 *
 * The signature is compared in constant time; nothing is decoded that does not bear it. `data` is all of the session;
 * passport's is `passport`, `{ user }`, which `toSession` takes apart. At most 4096 characters are looked at.
 *
 * Such a value has no nonce, no name of its visitor and no instant in it. Adopted once, two visitors with the same data
 * would share one session, or the second be signed out; so without `unique` each request that brings a value gets a session
 * of its own, a copied cookie opens until `until`, after a sign-out too, and the reader says so in `lacks`.
 *
 * Throws `ERR_OPTION` for an impossible option.
 */
export function cookieSessionReader(options: CookieSessionOptions): CookieSessionReader {
  const { keys, where } = checked(options);
  const { unique } = options;
  const signatureName = `${where.cookieName}.sig`;
  const seedOf = seeding(keys.at(-1)!, "cookie-session");
  const data = dataOf(options.toSession, "cookieSessionReader", NOT_DATA);
  return {
    ...where,
    otherCookies: [signatureName],
    lacks: unique ? undefined : LACKS,
    read(value, { cookie }) {
      const signature = cookie(signatureName);
      if (signature === undefined || value.length > MAX_VALUE || signature.length > MAX_VALUE) return undefined;
      const text = `${where.cookieName}=${value}`;
      if (!isSigned(keys, "sha1", text, fromBase64(signature, "base64url"))) return undefined;
      const session = decoded(value);
      const kept = session && data(session);
      if (!kept) return undefined;
      if (!unique) return { data: kept, seed: randomBytes(32) };
      const id = idOf(session, unique);
      return id === undefined ? undefined : { data: kept, seed: seedOf(id) };
    },
  };
}

function decoded(value: string): object | undefined {
  try {
    const session: unknown = JSON.parse(Buffer.from(value, "base64").toString());
    return isObject(session) ? session : undefined;
  } catch {
    return undefined;
  }
}

/** A session whose data `unique` does not expect has no id. */
function idOf(session: object, unique: NonNullable<CookieSessionOptions["unique"]>): string | undefined {
  try {
    const id = unique({ ...session });
    return typeof id === "string" && id !== "" ? id : undefined;
  } catch {
    return undefined;
  }
}

const KNOWN = ["keys", "secret", "name", "unique", "until", "path", "domain", "toSession"] as const;

function checked(options: CookieSessionOptions) {
  checkNames(options, KNOWN, "cookieSessionReader");
  const { keys, secret, name = "session", unique } = options;
  const where = checkedWhere(options, name, "nothing else ends a cookie that cookie-session signed", "name");
  if (keys !== undefined && secret !== undefined) throw badOption("secret", "give keys or secret, not both");
  if (keys !== undefined && !Array.isArray(keys))
    throw badOption("keys", "must be a list of texts, as cookie-session has it; one alone is the option secret");
  if (unique !== undefined && typeof unique !== "function") throw badOption("unique", "must be a function");
  return { where, keys: keys === undefined ? secretsOf("secret", secret) : secretsOf("keys", keys) };
}
