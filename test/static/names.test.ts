import assert from "node:assert/strict";
import { test } from "node:test";
import { isHidden, isSafe, namesUnder } from "../../src/static/names.ts";

test("a path names what lies below the prefix, decoded once", () => {
  assert.deepEqual(namesUnder("", "/css/a%20b.css"), ["css", "a b.css"]);
  assert.deepEqual(namesUnder("", "/%C3%A9"), ["é"]);
  assert.deepEqual(namesUnder("", "/a+b"), ["a+b"]);
  assert.deepEqual(namesUnder("", "/%252e%252e"), ["%2e%2e"]);
  assert.deepEqual(namesUnder("", "/"), [""]);
  assert.deepEqual(namesUnder("", "/docs/"), ["docs", ""]);
  assert.deepEqual(namesUnder("/static", "/static"), []);
  assert.deepEqual(namesUnder("/static", "/static/"), [""]);
  assert.deepEqual(namesUnder("/static", "/static/a"), ["a"]);
});

test("a prefix is whole names", () => {
  for (const uri of ["/", "/stati", "/statics/a", "/static2", "static/a", "", "*", "/other/static/a"]) {
    assert.equal(namesUnder("/static", uri), undefined, uri);
  }
  assert.equal(namesUnder("", ""), undefined);
  assert.equal(namesUnder("", "a.txt"), undefined);
});

const REFUSED_NAMES = [
  "..",
  ".",
  "...",
  "a.",
  "a ",
  " ",
  "a\\b",
  "..\\a",
  "a/b",
  "../a",
  "C:",
  "c:a",
  "a.txt::$DATA",
  "a.txt:b",
  "a\0",
  "\0",
  "a\nb",
  "\x7f",
  "CON",
  "con",
  "nul.txt",
  "NUL .txt",
  "aux.css",
  "prn",
  "COM1",
  "lpt9.log",
  "COM¹",
  "CONIN$",
  "",
];

for (const name of REFUSED_NAMES) {
  test(`${JSON.stringify(name)} can mean something else on some system`, () => {
    assert.ok(!isSafe(name));
    assert.equal(namesUnder("", `/${encodeURIComponent(name)}/x`), undefined);
    if (name !== "") assert.equal(namesUnder("", `/x/${encodeURIComponent(name)}`), undefined);
  });
}

for (const name of [
  "a",
  "a.b",
  "...a",
  ".env",
  "console",
  "com10",
  "nullable",
  "auxiliary.css",
  "COM",
  "a b",
  "％2e",
]) {
  test(`${JSON.stringify(name)} is a name`, () => assert.ok(isSafe(name)));
}

for (const part of ["%zz", "%", "%2", "%c0%ae%c0%ae", "%c0%af", "%e0%80%ae", "%ff", "%ed%a0%80", "%f8%80%80%80%ae"]) {
  test(`${part} decodes to nothing`, () => {
    assert.equal(namesUnder("", `/${part}/secret.txt`), undefined);
    assert.equal(namesUnder("", `/a/${part}`), undefined);
  });
}

test("empty names are refused, but for the last", () => {
  for (const uri of ["//etc/passwd", "/a//b", "//", "/a//"]) assert.equal(namesUnder("", uri), undefined, uri);
});

test("dotfiles hide, .well-known at the top does not", () => {
  for (const names of [
    [".env"],
    ["a", ".git", "config"],
    ["a", ".well-known"],
    [".well-known", ".env"],
    [".well-known2"],
  ]) {
    assert.ok(isHidden(names), names.join("/"));
  }
  assert.ok(!isHidden([".well-known", "security.txt"]));
  assert.ok(!isHidden(["a", "b.txt"]));
});
