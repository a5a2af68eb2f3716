import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { headerValue } from "../../src/params/header-value.ts";

const read = (text: string) => {
  const found = headerValue(text);
  return found && [found.value, ...found.params.map(([name, value]) => `${name}=${value}`)];
};

test("a value and its parameters, quoted or not", () => {
  assert.deepEqual(read("text/plain"), ["text/plain"]);
  assert.deepEqual(read("text/plain;"), ["text/plain"]);
  assert.deepEqual(read(" text/plain ; Charset=utf-8 ;; x=1"), ["text/plain", "charset=utf-8", "x=1"]);
  assert.deepEqual(read('form-data; name="a;b"; filename=""'), ["form-data", "name=a;b", "filename="]);
});

test("a backslash is a backslash, but before a quote or another one", () => {
  assert.deepEqual(read(String.raw`f; filename="C:\dir\a\"b\\c.txt"`), ["f", String.raw`filename=C:\dir\a"b\c.txt`]);
});

test("what cannot be read is no value", () => {
  for (const text of ['a; b="c', "a; b", "a; =c", 'a; b=c"d', 'a; b="c"d', String.raw`a; b="c\"`, "a; b c=d"])
    assert.equal(read(text), undefined, text);
});

test("nothing throws, and what was written is read", () => {
  fc.assert(fc.property(fc.string(), (text) => void headerValue(`a;${text}`)));
  fc.assert(
    fc.property(fc.string(), (value) => {
      const clean = value.replaceAll(/[\r\n\u2028\u2029]/g, "");
      const quoted = clean.replaceAll(/["\\]/g, "\\$&");
      assert.deepEqual(headerValue(`a; b="${quoted}"`)?.params, [["b", clean]]);
    }),
  );
});
