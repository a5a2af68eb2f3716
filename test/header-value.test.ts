import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { headerValue, unquoted } from "../src/header-value.ts";

const read = (text: string) => {
  const found = headerValue(text);
  return found && [found.value, ...found.params.map(({ name, value }) => `${name}=${value}`)];
};

test("a value and its parameters, quoted or not", () => {
  assert.deepEqual(read("text/plain"), ["text/plain"]);
  assert.deepEqual(read("text/plain;"), ["text/plain"]);
  assert.deepEqual(read(" text/plain ; Charset=utf-8 ;; x=1"), ["text/plain", "charset=utf-8", "x=1"]);
  assert.deepEqual(read('form-data; name="a;b"; filename=""'), ["form-data", "name=a;b", "filename="]);
});

test("what a backslash stands before is meant, or only what the reader says; the value stays as it was written", () => {
  const text = String.raw`f; filename="C:\dir\a\"b\\c.txt"`;
  assert.deepEqual(read(text), ["f", String.raw`filename=C:dira"b\c.txt`]);
  const [{ raw } = { raw: "" }] = headerValue(text)!.params;
  assert.equal(raw, text.slice("f; filename=".length));
  assert.equal(unquoted(raw, /\\(["\\])/g), String.raw`C:\dir\a"b\c.txt`);
});

test("clients write values that are no tokens without quotes", () => {
  assert.deepEqual(read("multipart/form-data; boundary=----=_Part/1?; x="), [
    "multipart/form-data",
    "boundary=----=_Part/1?",
    "x=",
  ]);
});

test("16 parameters are read, empty ones among them; a value with more is none", () => {
  const params = Array.from({ length: 16 }, (_, i) => `p${i}=v`);
  assert.deepEqual(read(["a", ...params].join("; ")), ["a", ...params]);
  assert.equal(read(`a; ${params.join("; ")}; q=v`), undefined);
  assert.deepEqual(read(`a${";".repeat(16)}`), ["a"]);
  assert.equal(read(`a${";".repeat(17)}`), undefined);
});

test("what cannot be read is no value", () => {
  for (const text of [
    'a; b="c',
    "a; b",
    "a; =c",
    'a; b=c"d',
    'a; b="c"d',
    String.raw`a; b="c\"`,
    "a; b c=d",
    "a; b =c",
  ])
    assert.equal(read(text), undefined, text);
});

test("nothing throws, and what was written is read", () => {
  fc.assert(fc.property(fc.string(), (text) => void headerValue(`a;${text}`)));
  fc.assert(
    fc.property(fc.string(), (value) => {
      const clean = value.replaceAll(/[\r\n\u2028\u2029]/g, "");
      const quoted = clean.replaceAll(/["\\]/g, "\\$&");
      assert.deepEqual(headerValue(`a; b="${quoted}"`)?.params, [{ name: "b", value: clean, raw: `"${quoted}"` }]);
    }),
  );
});
