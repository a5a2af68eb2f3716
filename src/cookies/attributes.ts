/** The attributes of a cookie that is sent, and the rules that a browser would otherwise enforce in silence. */
import { type ErrorCode, RinglightError } from "../errors.ts";
import { TOKEN } from "../http-token.ts";
import { DOMAIN, MAX_ATTRIBUTE, MAX_LIFETIME, PATH } from "./grammar.ts";
import { brokenPrefix } from "./prefixes.ts";

/** What may stand beside a cookie's name and value. A key that is `undefined` counts as absent. */
export interface CookieAttributes {
  /**
   * Sends the cookie to this host and to all hosts below it; absent: to the answering host only, which is safer.
   * Letters, digits, hyphens and dots (A-labels); a leading dot means nothing and is removed. At most 253 octets.
   */
  readonly domain?: string | undefined;
  /**
   * Sends the cookie to paths that begin so. ASCII without controls, `;` and `<`, at most 1024 octets. A browser takes
   * one that does not begin with `/` for absent. Not a boundary of security: every path can read its siblings' cookies.
   */
  readonly path?: string | undefined;
  /** Sends the cookie over https only. */
  readonly secure?: boolean | undefined;
  /** Hides the cookie from scripts. */
  readonly httpOnly?: boolean | undefined;
  /** Seconds to live: an integer from 0 (delete) to 34 560 000 (400 days). Absent with `expires`: until the browser closes. */
  readonly maxAge?: number | undefined;
  /** The end of life as a date from the year 1601 to 9999, for agents that do not know `maxAge`, which wins. */
  readonly expires?: Date | undefined;
  /** Which requests of other sites carry the cookie. `"none"` needs `secure`. Absent: browsers mostly take `"lax"`. */
  readonly sameSite?: "strict" | "lax" | "none" | "Strict" | "Lax" | "None" | undefined;
  /** One jar per embedding site (CHIPS). Needs `secure`; without `sameSite: "none"` it has little use. */
  readonly partitioned?: boolean | undefined;
  /** What Chromium evicts first. */
  readonly priority?: "low" | "medium" | "high" | "Low" | "Medium" | "High" | undefined;
}

type Key = keyof CookieAttributes;
type Rule = (value: unknown) => string | undefined;

const flag: Rule = (value) => (typeof value === "boolean" ? undefined : "give true or false");

// One sentence of remedy per attribute that is wrong; never the value, which may be a visitor's.
const rules: Readonly<Record<Key, Rule>> = {
  domain: (value) =>
    typeof value === "string" && DOMAIN.test(bareDomain(value)) && bareDomain(value).length <= 253
      ? undefined
      : "give a host name of letters, digits and hyphens (xn--… for others), no scheme, port or final dot",
  path: (value) => (isText(value, PATH) ? undefined : "give a path of printable ASCII without ; and <, as /account"),
  secure: flag,
  httpOnly: flag,
  partitioned: flag,
  maxAge: (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_LIFETIME
      ? undefined
      : `give whole seconds from 0 to ${MAX_LIFETIME} (400 days); to delete a cookie use expiredCookie()`,
  expires: (value) =>
    value instanceof Date && value.getUTCFullYear() >= 1601 && value.getUTCFullYear() <= 9999
      ? undefined
      : "give a valid Date in the years 1601 to 9999",
  sameSite: (value) =>
    isText(value, /^(strict|lax|none|Strict|Lax|None)$/) ? undefined : 'give "strict", "lax" or "none"',
  priority: (value) =>
    isText(value, /^(low|medium|high|Low|Medium|High)$/) ? undefined : 'give "low", "medium" or "high"',
};

/**
 * Refuses what RFC 6265bis does not allow to be sent, or what a browser would drop. `where` is the option that holds the
 * attributes, for `error.option`. Throws `ERR_COOKIE_NAME`, `ERR_COOKIE_ATTRIBUTE` (also for an attribute that does
 * not exist), `ERR_COOKIE_PREFIX`, `ERR_COOKIE_SIZE`.
 */
export function checkAttributes(name: string, attributes: CookieAttributes, where?: string): void {
  if (typeof name !== "string" || !TOKEN.test(name)) {
    throw new RinglightError(
      "ERR_COOKIE_NAME",
      "a cookie's name must be letters, digits and !#$%&'*+-.^_`|~, at least one",
    );
  }
  const own = ownAttributes(attributes);
  const refuse = (code: ErrorCode, key: string, remedy: string) => {
    const option = where === undefined ? {} : { option: `${where}.${key}` };
    return new RinglightError(code, `cookie ${name.slice(0, 64)}, ${key}: ${remedy}`, option);
  };
  for (const key in own) {
    if (!Object.hasOwn(rules, key)) {
      const shown = /^\w{1,32}$/.test(key) ? key : "an attribute";
      throw refuse("ERR_COOKIE_ATTRIBUTE", shown, `is no attribute; there are ${Object.keys(rules).join(", ")}`);
    }
    const value = own[key as Key];
    if (value === undefined) continue;
    const remedy = rules[key as Key](value);
    if (remedy !== undefined) throw refuse("ERR_COOKIE_ATTRIBUTE", key, remedy);
  }
  if ((own.path?.length ?? 0) > MAX_ATTRIBUTE) {
    throw refuse("ERR_COOKIE_SIZE", "path", `shorten it to ${MAX_ATTRIBUTE} octets; a browser ignores a longer one`);
  }
  if (own.sameSite?.toLowerCase() === "none" && own.secure !== true) {
    throw refuse("ERR_COOKIE_ATTRIBUTE", "sameSite", "add secure: true; browsers drop SameSite=None without it");
  }
  if (own.partitioned === true && own.secure !== true) {
    throw refuse("ERR_COOKIE_ATTRIBUTE", "partitioned", "add secure: true; browsers drop Partitioned without it");
  }
  const broken = brokenPrefix(name, own);
  if (broken !== undefined) throw refuse("ERR_COOKIE_PREFIX", broken.key, broken.remedy);
}

/**
 * The attributes that the object itself has, without a prototype: neither a polluted `Object.prototype` nor an own
 * `__proto__` key, as JSON.parse makes it, adds an attribute (compare CVE-2026-46625).
 */
export function ownAttributes(attributes: CookieAttributes): CookieAttributes {
  return { __proto__: null, ...attributes } as CookieAttributes;
}

/** The attributes without those that are `undefined`, which count as absent: a spread over defaults would remove those. */
export function givenAttributes<Attributes extends CookieAttributes>(attributes: Attributes): Attributes {
  const entries = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return { __proto__: null, ...Object.fromEntries(entries) } as Attributes & { __proto__: null };
}

/** A Domain without the leading dot that RFC 6265bis ignores. */
export function bareDomain(domain: string): string {
  return domain.startsWith(".") ? domain.slice(1) : domain;
}

function isText(value: unknown, grammar: RegExp): value is string {
  return typeof value === "string" && grammar.test(value);
}
