/** The options that all readers have: where the other application set its cookie, and until when it is taken over. */
import { bareDomain } from "../cookies/attributes.ts";
import { DOMAIN, MAX_ATTRIBUTE, PATH } from "../cookies/grammar.ts";
import { badOption } from "../errors.ts";
import { TOKEN } from "../http-token.ts";
import type { ToSession } from "./to-session.ts";

export interface ReaderOptions {
  /**
   * From then on nothing is taken over. Keep it to days or weeks after the old application gave out its last cookie, then
   * remove the reader.
   */
  readonly until: Date;
  /** Where the old application set its cookie. Default `"/"`, as there. */
  readonly path?: string | undefined;
  /** The Domain that it gave its cookie. Default none, as there. */
  readonly domain?: string | undefined;
  /**
   * Makes this application's data of the other's: `({ identity }) => ({ user: identity })`. `undefined` for a session that
   * is not to be taken over; the same where it throws or returns what is not JSON, which is printed once. Default: all.
   */
  readonly toSession?: ToSession | undefined;
}

/** What a reader tells of its cookie, with a copy of the date. Throws `ERR_OPTION`. */
export interface Where {
  readonly until: Date;
  readonly cookieName: string;
  readonly path: string;
  readonly domain: string | undefined;
}

/** `nameOption` is what the reader calls its cookie's name; `unbounded` says what else would end a value. */
export function checkedWhere(
  { until, path = "/", domain, toSession }: ReaderOptions,
  cookieName: unknown,
  unbounded: string,
  nameOption = "cookieName",
): Where {
  if (!(until instanceof Date) || Number.isNaN(until.getTime()))
    throw badOption("until", `must be a valid Date, days or weeks ahead: ${unbounded}`);
  if (typeof cookieName !== "string" || !TOKEN.test(cookieName))
    throw badOption(nameOption, "must be letters, digits and !#$%&'*+-.^_`|~, at least one");
  if (typeof path !== "string" || !PATH.test(path) || !path.startsWith("/") || path.length > MAX_ATTRIBUTE)
    throw badOption(
      "path",
      `must be a path as /app, of printable ASCII without ; and <, at most ${MAX_ATTRIBUTE} octets`,
    );
  if (domain !== undefined && !(typeof domain === "string" && isHost(bareDomain(domain))))
    throw badOption("domain", "must be a host name of letters, digits and hyphens (xn--… for others)");
  if (toSession !== undefined && typeof toSession !== "function") throw badOption("toSession", "must be a function");
  return { until: new Date(until), cookieName, path, domain };
}

function isHost(name: string): boolean {
  return name.length <= 253 && DOMAIN.test(name);
}
