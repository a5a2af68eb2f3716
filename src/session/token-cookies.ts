/**
 * How a token travels: in one cookie where it fits, else in several; and a part of its own for what moves often.
 *
 *     a token           data                       data ~ used
 *     short             session=data               session=data; session.used=used
 *     over 3900 octets  session=N.GGGG.data…; session.1=N.GGGG.…data; …
 *
 * `N` is how many cookies there are, 2 to 9, and `GGGG` 24 random bits drawn at each writing: the generation. Cookies of
 * two generations, which a browser may send when it took some and not others, are no token.
 *
 * The data are sent when they changed, `used` when that did. So a read that only moves the idle clock of a session kept
 * in the cookie leaves the data cookie alone, and cannot undo what another request has written there meanwhile.
 */
import { cookieValues } from "../cookies/parse.ts";
import { randomOctets } from "../crypto/random.ts";

/** Octets of one cookie's name and value. RFC 6265bis, 5.6 allows 4096; some agents count the attributes too. */
const ROOM = 3900;
const MAX_COOKIES = 9;
const HEAD = /^([2-9])\.([\w-]{4})\./;
const HEAD_LENGTH = 7;

/** The session's cookies as one request carried them. */
export interface CameCookies {
  /** `undefined`: no session cookie came. */
  readonly token: string | undefined;
  /** The cookies do not belong together: some are missing, or of another generation. */
  readonly mixed: boolean;
  /** One name came with several values, of which the first alone counts. */
  readonly doubled: boolean;
  /** The names of those that came. */
  readonly names: readonly string[];
}

/** Finds the session's cookies, wherever in the header they stand. `clock`: the store's tokens have one. Never throws. */
export function cameCookies(header: string | undefined, name: string, clock: boolean): CameCookies {
  const names: string[] = [];
  let doubled = false;
  const first = (each: string): string | undefined => {
    const values = cookieValues(header, each);
    if (values.length > 0) names.push(each);
    // Cookies doubled with one value count once; with several, the first alone is tried (a sibling domain may toss more).
    if (values.some((value) => value !== values[0])) doubled = true;
    return values[0];
  };
  const start = first(name);
  if (!header?.includes(`${name}.`)) {
    const mixed = start !== undefined && HEAD.test(start);
    return { token: mixed ? undefined : start, mixed, doubled, names };
  }
  const parts = Array.from({ length: MAX_COOKIES - 1 }, (_, i) => first(`${name}.${i + 1}`));
  const used = first(`${name}.used`);
  const data = start === undefined ? undefined : joined(start, parts);
  const token = data === undefined || used === undefined || !clock ? data : `${data}~${used}`;
  return { token, mixed: start !== undefined && data === undefined, doubled, names };
}

/** The value that the cookies hold together; `undefined` where they do not belong together. */
function joined(start: string, parts: readonly (string | undefined)[]): string | undefined {
  const [head, count] = HEAD.exec(start) ?? [];
  if (head === undefined) return start;
  const wanted = [start, ...parts.slice(0, Number(count) - 1)];
  if (wanted.some((part) => !part?.startsWith(head))) return undefined;
  return wanted.map((part) => part!.slice(HEAD_LENGTH)).join("");
}

/** A cookie to set, by name and value. */
type Pair = readonly [name: string, value: string];

/** The cookies that hold a token. */
function pairsOf(name: string, { data, used }: TokenPieces): readonly Pair[] {
  return [...dataPairs(name, data), ...usedPair(name, used)];
}

/** What to set and what to remove so that the browser holds `token`, where it holds what came. `all`: what is unchanged too. */
export function cookiesFor(
  name: string,
  token: string,
  came: CameCookies,
  all: boolean,
): { readonly set: readonly Pair[]; readonly remove: readonly string[] } {
  const before = partsOf(came.token ?? "");
  const after = partsOf(token);
  if (!all && after.data === before.data) {
    return { set: after.used === before.used ? [] : usedPair(name, after.used), remove: [] };
  }
  const set = pairsOf(name, after);
  const stale = before.used === undefined ? /\.(?:\d|used)$/ : /\.\d$/; // a clock that did not count is another store's
  return { set, remove: came.names.filter((old) => stale.test(old) && !set.some(([fresh]) => fresh === old)) };
}

/** Whether the data, and not only the idle clock, differ. */
export function sameData(a: string, b: string): boolean {
  return partsOf(a).data === partsOf(b).data;
}

/** The octets that a token takes in a Cookie header, names and separators included. */
export function cookiesSize(name: string, token: string): number {
  return pairsOf(name, partsOf(token)).reduce((sum, [each, value]) => sum + each.length + value.length + 3, 0);
}

interface TokenPieces {
  readonly data: string;
  readonly used: string | undefined;
}

/** A token's data, and its part for the idle clock where it has one. */
export function partsOf(token: string): TokenPieces {
  const at = token.indexOf("~");
  return at === -1 ? { data: token, used: undefined } : { data: token.slice(0, at), used: token.slice(at + 1) };
}

function usedPair(name: string, used: string | undefined): readonly Pair[] {
  return used === undefined ? [] : [[`${name}.used`, used]];
}

function dataPairs(name: string, data: string): readonly Pair[] {
  if (name.length + data.length <= ROOM) return [[name, data]];
  const room = ROOM - name.length - 2 - HEAD_LENGTH;
  const count = Math.ceil(data.length / room);
  const head = `${count}.${randomOctets(3).toString("base64url")}.`;
  return Array.from({ length: count }, (_, i) => [
    i === 0 ? name : `${name}.${i}`,
    head + data.slice(i * room, (i + 1) * room),
  ]);
}
