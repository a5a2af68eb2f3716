/**
 * `expressSessionReader`: takes over the sessions of express-session out of the store that it keeps them in, so that the
 * application that made them can be replaced without signing anybody out.
 */
import { badOption, checkNames } from "../errors.ts";
import type { Foreign, ForeignGone, SessionReader } from "../session/reader.ts";
import { type CallbackStore, destroyIn, sessionFrom } from "../stores/connect-host.ts";
import { justTaken } from "./just-taken.ts";
import { checkedWhere, type ReaderOptions } from "./reader-options.ts";
import { fromBase64, isSigned, secretsOf } from "./secrets.ts";
import { seeding } from "./seed.ts";
import { dataOf, isObject } from "./to-session.ts";

/** Of these `path` and `domain` are those of express-session's `cookie`. */
export interface ExpressSessionOptions extends ReaderOptions {
  /**
   * express-session's `secret`: a text or a list of them, the newest first. Any verifies; the last makes the seed, so put new
   * ones in front, as there. Whoever knows one makes cookies, though not sessions.
   */
  readonly secret: string | readonly string[];
  /** The store that it keeps its sessions in: connect-redis, connect-pg-simple, any with `get` and `destroy`. */
  readonly store: Pick<CallbackStore, "get" | "destroy">;
  /** The name of its cookie: the option `name` there. Default `"connect.sid"`. */
  readonly cookieName?: string | undefined;
  /**
   * Whether an adopted session is destroyed in the old store, so that the old application is no longer signed in with its
   * cookie. Default true. `false` leaves it there until it expires.
   */
  readonly destroy?: boolean | undefined;
}

/** The longest value that is looked at, in characters; a browser keeps 4096. */
const MAX_VALUE = 4096;
const NOT_DATA: ReadonlySet<string> = new Set(["cookie"]);

/**
 * Reads the cookies of express-session, percent-encoded in the header; decoded:
 *
 *     "s:" id "." base64(HMAC-SHA256 of id under the secret)      standard base64 without padding
 *
 * The signature is compared in constant time; no store is asked for an id that does not bear one. `data` are the session's
 * without `cookie`; passport's `passport`, `{ user }`, is data, which `toSession` takes apart. Where nothing is left, where the store has no session under the id, and where `cookie.expires` has passed by the engine's clock,
 * nothing is taken over.
 *
 * The session is taken out of the old store: two requests at once, in two processes too, adopt one; a sign-out there
 * that is done before the session is seen there and here at once is not undone; then it is destroyed there
 * (docs/decisions/0022). Over `cookieStore` requests at once share what this process has taken; with several processes
 * give it `revocation`, and `destroy: false` here. A sign-out that a process of the old application answers after the
 * adoption does not reach the session here.
 *
 * An old store that fails is `ERR_STORE_UNAVAILABLE`, one that does not answer within `storeTimeout` `ERR_STORE_TIMEOUT`:
 * a 503, which signs nobody in and nobody out. Throws `ERR_OPTION` for an impossible option.
 */
export function expressSessionReader(options: ExpressSessionOptions): SessionReader {
  const { where, secrets, store, destroy } = checked(options);
  const seedOf = seeding(secrets.at(-1)!, "express-session");
  const data = dataOf(options.toSession, "expressSessionReader", NOT_DATA);
  const taken = justTaken();

  async function find(id: string, now: number, grace: number): Promise<Foreign | ForeignGone | undefined> {
    const stored = async () => liveData(await sessionFrom(store, id), now);
    const there = await stored();
    const session = there ?? taken.get(id, now);
    if (!session) return { goneSeed: seedOf(id) };
    const kept = data(session);
    if (!kept) return undefined;
    const end = async () => {
      await destroyIn(store, id);
      if (there && !taken.get(id, now)) taken.add(id, there, now + grace * 1000);
    };
    const isThere = async () => ((await stored()) ?? taken.get(id, now)) !== undefined;
    return { data: kept, seed: seedOf(id), record: { isThere, end: destroy ? end : undefined } };
  }

  return {
    ...where,
    read(value, { now, grace }) {
      const id = signedId(value);
      return id === undefined ? undefined : find(id, now, grace);
    },
  };

  function signedId(value: string): string | undefined {
    if (value.length > MAX_VALUE) return undefined;
    const text = decoded(value);
    const dot = text.lastIndexOf(".");
    if (!text.startsWith("s:") || dot < 3) return undefined;
    const id = text.slice(2, dot);
    return isSigned(secrets, "sha256", id, fromBase64(text.slice(dot + 1), "base64")) ? id : undefined;
  }
}

/** A record of express-session that has not expired, as an object. */
function liveData(session: unknown, now: number): object | undefined {
  if (!isObject(session) || !("cookie" in session) || !isObject(session.cookie)) return undefined;
  const { expires } = session.cookie as { readonly expires?: unknown };
  if (expires === undefined || expires === null || expires === false) return session;
  const at = new Date(expires as string | number | Date).getTime();
  return now < at ? session : undefined; // nor where that is no date
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return "";
  }
}

const KNOWN = ["secret", "store", "until", "cookieName", "path", "domain", "destroy", "toSession"] as const;

function checked(options: ExpressSessionOptions) {
  checkNames(options, KNOWN, "expressSessionReader");
  const { secret, store, cookieName = "connect.sid", destroy = true } = options;
  const where = checkedWhere(options, cookieName, "nothing else ends a session that the old application never ends");
  for (const operation of ["get", "destroy"] as const) {
    if (typeof store?.[operation] !== "function")
      throw badOption("store", `has no ${operation}(): give the store that express-session has, such as connect-redis`);
  }
  if (typeof destroy !== "boolean") throw badOption("destroy", "must be true or false");
  return { where, secrets: secretsOf("secret", secret), store, destroy };
}
