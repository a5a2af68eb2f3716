import assert from "node:assert/strict";
import { checkAttributes } from "../../src/cookies/attributes.ts";
import { parseCookies } from "../../src/cookies/parse.ts";
import { parseSetCookie } from "../../src/cookies/parse-set-cookie.ts";
import { withSetCookie } from "../../src/cookies/response-cookies.ts";
import { expiredCookie, serializeCookie } from "../../src/cookies/serialize.ts";
import { type Loose, ordered, type Row, refusal, revive, runCorpus } from "./corpus.ts";

const raw = (value: string) => value;
const linesOf = (headers: Loose): string[] => headers.$headers.map(([, line]: [string, string]) => line);

runCorpus({
  file: "undici",
  // The argument is a platform object there, and its absence a TypeError.
  outside: (row: Row) => row.expected?.throws?.message === "Illegal invocation",
  outsideCount: 6,
  contradicted: {
    "#2": "S60, hono and jshttp: SP around a value is trimmed",
    "#32": "D1: deletes with Max-Age=0 too",
    "#34": "D1 and S42: an empty Domain is refused",
    "#46": "S41: an attribute that is unknown is refused",
    "#49": "S51: a prefix is checked, not mended",
    "#50": "S51: a prefix is checked, not mended",
    "#53": "S39: a nameless cookie throws",
    "#93": "D1: deletes with Max-Age=0 too",
    "#239": "D2: a nameless cookie is ignored",
    "#241": "D2: a nameless cookie is ignored",
    "#245": "D2: a nameless cookie is ignored",
    "#250": "S42: a blank is no domain",
    "#252": "S42 and Go: a leading dot is removed",
  },
  run: ({ op, input, expected }) => {
    const [first, second, third] = input;
    switch (op) {
      case "getCookies": {
        const cookies = parseCookies(linesOf(first).join("; "));
        return assert.deepEqual(
          Object.entries(cookies).map(([name, cookie]) => [name, cookie!.value]),
          Object.entries(expected.returns),
        );
      }
      case "getSetCookies":
        return assert.deepEqual(
          linesOf(first).map((line) => parseSetCookie(line)),
          expected.returns.map(comparable),
        );
      case "parseCookie":
        return assert.deepEqual(parseSetCookie(first), comparable(expected.returns));
      case "isCTLExcludingHtab":
        return assert.equal(parseSetCookie(`a=x${first}x`) === undefined, expected.returns);
      case "validateCookieName":
        return assert.equal(refusal(() => checkAttributes(first, {})) !== undefined, "throws" in expected);
      case "validateCookiePath":
        return assert.equal(refusal(() => checkAttributes("a", { path: first })) !== undefined, "throws" in expected);
      case "validateCookieValue": {
        const code = refusal(() => serializeCookie("a", first, {}, { encode: raw }));
        return assert.equal(code !== undefined, "throws" in expected);
      }
    }
    const before = { "set-cookie": linesOf(first) };
    const call = () => {
      if (op === "deleteCookie") {
        const { value, ...attributes } = expiredCookie(third);
        return withSetCookie(before, serializeCookie(second, value, attributes));
      }
      const { name, value, expires, ...attributes } = revive(second);
      // undici takes milliseconds for a date as well.
      const date = typeof expires === "number" ? new Date(expires) : expires;
      const line = serializeCookie(name, value, { ...attributes, expires: date }, { encode: raw });
      return withSetCookie(before, line);
    };
    if (expected.throws) return assert.notEqual(refusal(call), undefined);
    const lines = expected.argsAfter === undefined ? [] : linesOf(expected.argsAfter[0]);
    assert.deepEqual((call()["set-cookie"] as string[]).map(ordered), lines.map(ordered));
  },
});

/** undici capitalises SameSite, and keeps the unknown attributes that ours ignores. */
function comparable({ unparsed: _, sameSite, ...cookie }: Loose): object {
  return { ...revive(cookie), ...(sameSite && { sameSite: sameSite.toLowerCase() }) };
}
