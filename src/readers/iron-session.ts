/**
 * `ironSessionReader`: takes over the sessions of iron-session 8 and 9, which are whole in their cookies, sealed, so that
 * the application that made them can be replaced without signing anybody out.
 */
import { badOption, checkNames } from "../errors.ts";
import type { Foreign, ReadBeside, SessionReader } from "../session/reader.ts";
import { openIron } from "./iron-seal.ts";
import { checkedWhere, type ReaderOptions } from "./reader-options.ts";
import { seeding } from "./seed.ts";
import { dataOf, isObject } from "./to-session.ts";

/** Of these `path` and `domain` are those of iron-session's `cookieOptions`. */
export interface IronSessionOptions extends ReaderOptions {
  /**
   * iron-session's `password`: a text of at least 32 characters, whose id is 1, or several by their ids, whole numbers. The
   * one with the lowest id makes the seed. Whoever knows one makes sessions.
   */
  readonly password: string | Readonly<Record<string, string>>;
  /** The name of its cookie: iron-session has no default either. */
  readonly cookieName: string;
  /**
   * iron-session's `ttl`, in seconds; default 1,209,600, 14 days, as there. A seal tells its own expiry, which counts
   * whatever is given here; with 0, as there, one that has none is taken over too.
   */
  readonly ttl?: number | undefined;
}

/** A `SessionReader` whose values are whole sessions. */
export interface IronSessionReader extends SessionReader {
  read(value: string, beside: ReadBeside): Foreign | undefined;
}

/** iron-session 9 splits a seal that is too long over this many cookies: `NAME.0` to `NAME.3` (its option `chunk`). */
const CHUNKS = 4;
/** The longest seal that is looked at, in characters: as many as those cookies hold. */
const MAX_VALUE = CHUNKS * 4096;
const VERSION = "~2";
const NOT_DATA: ReadonlySet<string> = new Set();

/**
 * Reads the cookies of iron-session 8 and 9: a seal (`readers/iron-seal.ts`) and behind it `~2`, percent-encoded in the
 * header, in one cookie or, of version 9, in up to four. Seals of version 6 and before, without `~2`, are not read.
 *
 * `data` is all of the session. The expiry inside the seal counts, by the engine's clock and without the minute's leave
 * that iron-session gives. Each seal is adopted once; iron-session makes a new one at each `save()`, so an older copy of
 * the same session is another value, which opens until its expiry or `until`.
 *
 * Throws `ERR_OPTION` for an impossible option.
 */
export function ironSessionReader(options: IronSessionOptions): IronSessionReader {
  const { passwords, oldest, ttl, where } = checked(options);
  const seedOf = seeding(oldest, "iron-session");
  const data = dataOf(options.toSession, "ironSessionReader", NOT_DATA);
  const chunks = Array.from({ length: CHUNKS }, (_, i) => `${where.cookieName}.${i}`);
  return {
    ...where,
    otherCookies: chunks,
    read(value, { cookie, now }) {
      const sealed = decoded(value === "" ? joined(chunks.map(cookie)) : value);
      if (!sealed?.endsWith(VERSION)) return undefined;
      const seal = openIron(sealed.slice(0, -VERSION.length), passwords);
      if (!seal || !(seal.expiresAt === undefined ? ttl === 0 : now < seal.expiresAt)) return undefined;
      const session = parsed(seal.text);
      const kept = session && data(session);
      return kept && { data: kept, seed: seedOf(seal.signed) };
    },
  };
}

/** Those before the first that is not there, as iron-session joins them. */
function joined(parts: readonly (string | undefined)[]): string {
  const end = parts.indexOf(undefined);
  return parts.slice(0, end === -1 ? parts.length : end).join("");
}

function decoded(value: string): string | undefined {
  if (value.length > MAX_VALUE) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function parsed(text: string | undefined): object | undefined {
  try {
    const session: unknown = text === undefined ? undefined : JSON.parse(text);
    return isObject(session) ? session : undefined;
  } catch {
    return undefined;
  }
}

const KNOWN = ["password", "cookieName", "until", "ttl", "path", "domain", "toSession"] as const;
const LEAST = 32;

function checked(options: IronSessionOptions) {
  checkNames(options, KNOWN, "ironSessionReader");
  const { password, cookieName, ttl = 1_209_600 } = options;
  const where = checkedWhere(options, cookieName, "a copy of an older seal opens until its own expiry, if it has one");
  if (!(Number.isInteger(ttl) && ttl >= 0))
    throw badOption("ttl", "must be whole seconds, as iron-session has it; 0 takes seals that never expire");
  const byId = Object.entries(isObject(password) ? password : { 1: password });
  if (byId.length === 0) throw badOption("password", "must have at least one password by its id, such as { 1: … }");
  for (const [id, each] of byId) {
    if (!/^\d+$/.test(id)) throw badOption("password", "must be by ids that are whole numbers, such as { 1: …, 2: … }");
    if (typeof each !== "string" || each.length < LEAST)
      throw badOption("password", `must be iron-session's password, a text of at least ${LEAST} characters`);
  }
  const passwords: ReadonlyMap<string, string> = new Map(byId as [string, string][]);
  return { where, ttl, passwords, oldest: byId[0]![1] as string }; // ids that are numbers come in their order
}
