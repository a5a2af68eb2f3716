import assert from "node:assert/strict";
import test from "node:test";
import { cookieValues, parseCookies } from "../../src/cookies/parse.ts";

const read = (header: string | undefined, options = {}) =>
  Object.entries(parseCookies(header, options)).map(([name, cookie]) => [name, cookie!.value]);

const rows: readonly [string, string | undefined, readonly (readonly [string, string])[]][] = [
  ["no header has no cookies", undefined, []],
  ["the first of duplicates wins", "a=1; a=2", [["a", "1"]]],
  ["names are not decoded", "__%48ost-a=1", [["__%48ost-a", "1"]]],
  [
    "names keep their case",
    "__SeCuRe-a=1; __Secure-a=2",
    [
      ["__SeCuRe-a", "1"],
      ["__Secure-a", "2"],
    ],
  ],
  [
    "a DQUOTE opens nothing",
    'a="1; b=2"',
    [
      ["a", '"1'],
      ["b", '2"'],
    ],
  ],
  [
    "$Version and $Path mean nothing",
    "$Version=1; a=2; $Path=/",
    [
      ["$Version", "1"],
      ["a", "2"],
      ["$Path", "/"],
    ],
  ],
  [
    "a backslash escapes nothing in a value",
    'a="\\";b=2',
    [
      ["a", '"\\"'],
      ["b", "2"],
    ],
  ],
  ["nameless pairs yield nothing", "=x; x; ==x; ; =", []],
  [
    "names of the prototype are plain names",
    "__proto__=1; constructor=2; toString=3",
    [
      ["__proto__", "1"],
      ["constructor", "2"],
      ["toString", "3"],
    ],
  ],
  ["a pair with a control character is dropped alone", "a=1\0; b=2; c\x7f=3; d=\r\n4", [["b", "2"]]],
  [
    "only SP and HTAB are trimmed",
    "\t a =\t 1 \t;\u00a0b=2;c=\u00a03",
    [
      ["a", "1"],
      ["c", "\u00a03"],
    ],
  ],
  ["names with white space or beyond ASCII are dropped", "a b=1; é=2; \u2003c=3; d=4", [["d", "4"]]],
  [
    "what cannot be decoded stays",
    "a=%; b=%zz; c=%E0%A4; d=%41",
    [
      ["a", "%"],
      ["b", "%zz"],
      ["c", "%E0%A4"],
      ["d", "A"],
    ],
  ],
];

for (const [title, header, expected] of rows) test(title, () => assert.deepEqual(read(header), expected));

test("the result has no prototype", () => {
  assert.equal(Object.getPrototypeOf(parseCookies("__proto__=1")), null);
  assert.equal(parseCookies("a=1").toString, undefined);
});

test("reads 1000 pairs unless told otherwise, and every value of one name", () => {
  const header = Array.from({ length: 10_000 }, (_, index) => `c${index}=${index}`)
    .join(";")
    .slice(0, 65_000);
  assert.equal(read(header).length, 1000);
  assert.equal(read("a=1;b=2;c=3", { maxPairs: 2 }).length, 2);
  const many = `${"a=1;".repeat(10_000)}a=2;b=3;${" ".repeat(70_000)}a=4`;
  assert.equal(cookieValues(many, "a").length, 10_002);
  assert.equal(cookieValues(many, "a").at(-1), "4");
});

test("reads 64 KiB and no pair that ends later", () => {
  const fill = `a=${"x".repeat(65_532)}`;
  assert.deepEqual(
    read(`${fill};b=1`).map(([name]) => name),
    ["a"],
  );
  assert.deepEqual(read(`${fill}xx;b=1`).length, 1);
  assert.deepEqual(read(`${fill}xxx;b=1`), []);
  assert.deepEqual(read(`c=1;${fill};b=1`), [["c", "1"]]);
});

test("all values of a name come raw and in order, without those with a control character", () => {
  assert.deepEqual(cookieValues('b=1; a=%41; a="2"; A=3; a=4\0; xa=5; ax=6; a', "a"), ["%41", '"2"']);
  assert.deepEqual(cookieValues(undefined, "a"), []);
  assert.deepEqual(cookieValues("=1", ""), []);
});

const shapes = [
  ";",
  "=",
  "a=",
  "a=;",
  "a=b;",
  " ",
  "\t;",
  '"',
  "%",
  "a=%;",
  "=;",
  "\\",
  "\0",
  "\r\n",
  "a=\0;",
  "é",
  "__proto__=1;",
];
for (const shape of shapes) {
  test(`64 KiB of ${JSON.stringify(shape)} are read`, () => {
    const header = shape.repeat(Math.ceil(65_536 / shape.length));
    for (const each of [header, `${header}=`, `${header}a=b`]) {
      parseCookies(each);
      cookieValues(each, "a");
    }
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
}
