/** `session.cookie`: how long this session lives, in express-session's words and milliseconds. */
import type { CookieAttributes } from "../cookies/attributes.ts";
import { MAX_LIFETIME } from "../cookies/grammar.ts";
import { badOption } from "../errors.ts";
import type { SessionRecord } from "../session/record.ts";

/** What hosts' applications know as `req.session.cookie`. Milliseconds, as there; everything else here is in seconds. */
export interface SessionCookieView {
  /**
   * "Remember me": the session and its cookie live so long from now, in place of the configured limits, under a new
   * token. `null` goes back to the configured ones. Rounded up to whole seconds, 1 to 34,560,000 (400 days); the value
   * that the session has already changes nothing. At most 0 is `ERR_OPTION`: `destroy()` ends a session.
   */
  get maxAge(): number | null;
  set maxAge(milliseconds: number | null);
  /** The same as an instant; `false` and `null` are `maxAge = null`. */
  get expires(): Date | null;
  set expires(instant: Date | null | false);
  /** Milliseconds for which the session was begun; `null` where the cookie goes with the browser. */
  readonly originalMaxAge: number | null;
  readonly path: string | undefined;
  readonly domain: string | undefined;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: CookieAttributes["sameSite"];
}

/** What stands behind the view. */
export interface SessionLife {
  readonly attributes: CookieAttributes;
  readonly now: () => number;
  /** The configured one, in seconds. */
  readonly maxAge: number | undefined;
  readonly record: SessionRecord | undefined;
  /** What was asked for already, in seconds; `null`: as configured. */
  readonly asked: () => number | null | undefined;
  readonly persist: (seconds: number | null) => void;
}

/** What is the same for all sessions can be read; assigning it throws `ERR_OPTION`. */
export function sessionCookieView(life: SessionLife): SessionCookieView {
  const { attributes, now, record } = life;
  const given = (): number | undefined => {
    const asked = life.asked();
    return asked === undefined ? (record?.persist ?? life.maxAge) : (asked ?? life.maxAge);
  };
  const left = (): number | null => {
    const seconds = given();
    if (seconds === undefined) return null;
    const counts = life.asked() === undefined && record?.persist !== undefined;
    return seconds * 1000 - (counts ? now() - record.createdAt : 0);
  };
  const persist = (seconds: number | null): void => {
    const asked = life.asked();
    const present = asked === undefined ? (record?.persist ?? null) : asked;
    if (seconds !== present) life.persist(seconds);
  };
  const view = {
    get maxAge() {
      return left();
    },
    set maxAge(milliseconds: number | null) {
      persist(milliseconds === null || milliseconds === undefined ? null : secondsOf(milliseconds));
    },
    get expires(): Date | null {
      const milliseconds = left();
      return milliseconds === null ? null : new Date(now() + milliseconds);
    },
    set expires(instant: Date | null | false) {
      persist(instant ? secondsOf(new Date(instant).getTime() - now()) : null);
    },
    get originalMaxAge() {
      const seconds = given();
      return seconds === undefined ? null : seconds * 1000;
    },
  };
  const { path, domain, httpOnly = false, secure = false, sameSite } = attributes;
  for (const [name, value] of Object.entries({ path, domain, httpOnly, secure, sameSite })) {
    const set = () => {
      throw badOption(`cookie.${name}`, "is the same for all sessions: give it in the option cookieAttrs");
    };
    Object.defineProperty(view, name, { get: () => value, set, enumerable: true });
  }
  return view as SessionCookieView;
}

function secondsOf(milliseconds: unknown): number {
  const seconds = typeof milliseconds === "number" ? Math.ceil(milliseconds / 1000) : Number.NaN;
  if (seconds >= 1 && seconds <= MAX_LIFETIME) return seconds;
  const remedy = "milliseconds above 0, at most 400 days, or null; session.destroy() ends a session";
  throw badOption("cookie.maxAge", `must be a number of ${remedy}`);
}
