import assert from "node:assert/strict";
import { type CookieAttributes, checkAttributes } from "../../src/cookies/attributes.ts";
import { parseCookies } from "../../src/cookies/parse.ts";
import { parseSetCookie } from "../../src/cookies/parse-set-cookie.ts";
import { serializeCookie } from "../../src/cookies/serialize.ts";
import { type Loose, ordered, refusal, revive, runCorpus } from "./corpus.ts";

const because = (reason: string, ...rows: number[]) => Object.fromEntries(rows.map((row) => [`#${row}`, reason]));

runCorpus({
  file: "go-net-http-cookie",
  outside: (row) => row.input === null, // a nil pointer
  outsideCount: 2,
  contradicted: {
    ...because("D6: throws where Go leaves the attribute out", 4, 5, 7, 10),
    ...because("S52: SameSite=None without Secure is refused", 14),
    ...because("D6: throws where Go quotes", 15, 16, 17, 18, 19, 20, 21, 22, 94, 95, 96, 97, 98, 99),
    ...because(
      "D4: DQUOTEs stay part of the value",
      44,
      45,
      46,
      48,
      50,
      51,
      56,
      57,
      61,
      77,
      78,
      79,
      81,
      83,
      114,
      116,
      93,
    ),
    ...because("D5: a backslash in a value is read", 66, 87),
    ...because("D6: throws where Go leaves characters out", 89, 90, 91, 92, 102),
  },
  run: ({ op, input, expected }) => {
    if (op === "serializeSetCookie") return assert.equal(ordered(write(input)), ordered(expected));
    if (op === "serializeCookieHeader") return assert.equal(input.map(write).join("; "), expected);
    if (op === "sanitizeCookieValue") return assert.equal(write({ Name: "n", Value: revive(input) }), `n=${expected}`);
    if (op === "sanitizeCookiePath") return assert.equal(write({ Name: "n", Path: input }), `n=; Path=${expected}`);
    if (op === "isValidCookie") return assert.equal(refusal(() => serialize(input)) === undefined, expected);
    if (op === "parseSetCookieHeaders") return assert.deepEqual(input.map(read), expected.map(comparable));
    if (op === "parseSetCookieStrict") {
      return assert.deepEqual(read(input), expected.$error ? undefined : comparable(expected));
    }
    const header = op === "parseCookieHeaders" ? input.headers.join("; ") : input; // S70: several fields are joined
    const all = Object.entries(parseCookies(header)).map(([Name, cookie]) => ({ Name, Value: cookie!.value }));
    const found = all.filter(({ Name }) => !input.filter || Name === input.filter);
    assert.deepEqual(found, expected.$error ? [] : expected);
  },
});

function serialize({ Name, Value = "", MaxAge, Domain, Path, Expires, SameSite }: Loose): string {
  const given = {
    maxAge: MaxAge || undefined, // Go's zero values mean absent
    domain: Domain,
    path: Path,
    expires: revive(Expires),
    sameSite: sameSiteOf(SameSite),
  } as CookieAttributes;
  checkAttributes(Name, given);
  return serializeCookie(Name, Value, given, { encode: (value) => value });
}

/** Go writes "" for a cookie whose name it refuses. */
function write(cookie: Loose): string {
  try {
    return serialize(cookie);
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_COOKIE_NAME") return "";
    throw error;
  }
}

function read(line: string): object | undefined {
  const cookie = parseSetCookie(line);
  if (cookie === undefined) return undefined;
  const { name, value, domain, path, expires, maxAge, httpOnly, secure, sameSite } = cookie;
  const all = { Name: name, Value: value, Domain: domain, Path: path, Expires: expires, MaxAge: maxAge };
  return present({ ...all, HttpOnly: httpOnly, Secure: secure, SameSite: sameSite });
}

/** What Go tells and ours does too: without the raw text it keeps beside. */
function comparable({ Raw: _, RawExpires: __, SameSite, ...cookie }: Loose): object {
  return present({ ...revive(cookie), SameSite: sameSiteOf(SameSite) });
}

function sameSiteOf(mode: { $ident: string } | undefined): string | undefined {
  const word = mode && /^SameSite(.*)Mode$/.exec(mode.$ident)![1]!.toLowerCase();
  return word === "default" ? undefined : word; // written without a value, or one unknown: as absent
}

function present(fields: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
