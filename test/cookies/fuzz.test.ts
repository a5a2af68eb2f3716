import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { parseCookieDate } from "../../src/cookies/cookie-date.ts";
import { cookieValues, parseCookies } from "../../src/cookies/parse.ts";
import { parseSetCookie } from "../../src/cookies/parse-set-cookie.ts";
import { serializeCookie } from "../../src/cookies/serialize.ts";
import { refusal } from "./corpus.ts";

const pieces = fc.constantFrom(
  ";",
  "=",
  " ",
  "\t",
  '"',
  "\\",
  "%",
  "%41",
  "a",
  "b",
  "\0",
  "\r\n",
  "é",
  "__proto__",
  ",",
);
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(pieces, { maxLength: 40 }).map((each) => each.join("")),
);
const unicode = fc.string({ unit: "binary", maxLength: 300 });

test("no text makes a parser throw", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      parseCookies(text);
      parseSetCookie(text);
      parseCookieDate(text);
      cookieValues(text, "a");
    }),
  );
});

test("of every name the first value is given, the same in both readers", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const [name, cookie] of Object.entries(parseCookies(text, { decode: (each) => each }))) {
        assert.equal(cookieValues(text, name)[0], cookie!.value);
      }
    }),
  );
});

test("any text comes back from a cookie as it was", () => {
  fc.assert(
    fc.property(unicode, (value) => {
      const line = serializeCookie("a", value);
      assert.equal(parseCookies(line).a?.value, value.toWellFormed());
      assert.equal(parseSetCookie(line)?.name, "a");
    }),
  );
});

test("no name, value or path brings a control character or a second ; into a line", () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, value, path) => {
      for (const encode of [undefined, (each: string) => each]) {
        let line = "";
        const code = refusal(() => {
          line = serializeCookie(name, value, { path }, { encode });
        });
        if (code === undefined) assert.match(line, /^[!-:<-~]+; Path=[ -:<-~]+$/);
      }
    }),
  );
});
