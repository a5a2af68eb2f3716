import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { charsetOf, mediaType } from "../src/media-type.ts";

const read: ReadonlyArray<
  readonly [value: string, type: string, charset: string | undefined, others: readonly string[]]
> = [
  ["text/html", "text/html", undefined, []],
  [" Text/HTML ;charset=UTF-8 ", "text/html", "utf-8", []],
  ['text/html; Charset="u\\tf-8";x="a;b"', "text/html", "utf-8", ['x="a;b"']],
  ["text/html;;charset=a;charset=b;", "text/html", "a", []],
  ["multipart/form-data; boundary=--x", "multipart/form-data", undefined, ["boundary=--x"]],
];
for (const [value, type, charset, others] of read) {
  test(`reads ${value}`, () => {
    const found = mediaType(value)!;
    const rest = found.params.filter(({ name }) => name !== "charset").map(({ name, raw }) => `${name}=${raw}`);
    assert.deepEqual([found.type, charsetOf(found)?.toLowerCase(), rest], [type, charset, others]);
  });
}

for (const value of [
  undefined,
  "",
  "text",
  "text/",
  "/html",
  "text/html, text/plain",
  "text/html x",
  "text/html;a",
  "text/html; a =b",
  'text/html;a="b',
  "te xt/html",
  "text/html\r\n",
  'text/html; a="\r\nx: y"',
  "*/*;q",
]) {
  test(`takes ${value} for none`, () => assert.equal(mediaType(value), undefined));
}

test("never throws, and takes little time", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (value) => void mediaType(value)));
  for (const part of [";", " ", "; ", '"', "a", ';a="', ";a=b", "\\", '\\"']) {
    for (const start of ["a/b", 'a/b;a="']) mediaType(start + part.repeat(200_000));
  }
});
