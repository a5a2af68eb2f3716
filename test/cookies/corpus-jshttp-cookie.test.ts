import assert from "node:assert/strict";
import { decodeValue, parseCookies } from "../../src/cookies/parse.ts";
import { parseSetCookie } from "../../src/cookies/parse-set-cookie.ts";
import { serializeCookie } from "../../src/cookies/serialize.ts";
import { refusal, revive, runCorpus } from "./corpus.ts";

const tokens = Object.fromEntries(
  [99, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125].map((row) => [
    `#${row}`,
    "S38: the name is no token",
  ]),
);

runCorpus({
  file: "jshttp-cookie",
  outside: () => false,
  outsideCount: 0,
  contradicted: {
    ...tokens,
    "#53": "D2: a nameless cookie is ignored",
    "#56": "D2: a nameless cookie is ignored",
    "#57": "D2: a nameless cookie is ignored",
    "#134": "S42 and Go: the leading dot is removed",
    "#136": "S42 and Go: the leading dot is removed",
    "#147": "S40: DQUOTE is no cookie-octet",
    "#148": "S40: comma is no cookie-octet",
    "#149": "S40: backslash is no cookie-octet",
    "#188": "S52: SameSite=None without Secure is refused",
    "#189": "S52: SameSite is one of three words",
    "#274": "D2: a nameless cookie is ignored",
    "#276": "D2: a nameless cookie is ignored",
  },
  run: ({ op, input, expected }) => {
    const [subject, { decode, encode }] = [revive(input[0]), revive(input[1] ?? {})];
    const call = () => {
      if (op === "parseCookie") {
        return Object.fromEntries(
          Object.entries(parseCookies(subject, { decode })).map(([name, cookie]) => [name, cookie!.value]),
        );
      }
      if (op === "parseSetCookie") {
        const cookie = parseSetCookie(subject);
        // Ours gives the value as sent and leaves decoding to the caller; jshttp decodes by default.
        return cookie && { ...cookie, value: (decode ?? decodeValue)(cookie.value) };
      }
      if (op === "stringifySetCookie") {
        const { name, value, ...attributes } = subject;
        return serializeCookie(name, value, attributes, { encode });
      }
      assert.equal(op, "stringifyCookie");
      // The Cookie header is a user agent's to write; its pairs are those of Set-Cookie.
      const present = Object.entries(subject as Record<string, string | undefined>).filter(
        ([, value]) => value !== undefined,
      );
      return present.map(([name, value]) => serializeCookie(name, value!, {}, { encode })).join("; ");
    };
    if (expected.throws) return assert.notEqual(refusal(call), undefined);
    assert.deepEqual(call(), revive(expected.returns));
  },
});
