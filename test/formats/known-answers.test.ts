/**
 * Documents that were not produced here: RFC 8259, 13; https://github.com/edn-format/edn;
 * https://github.com/cognitect/transit-format (README.md, examples/0.8); https://github.com/msgpack/msgpack (spec.md, and
 * the example on https://msgpack.org).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { edn } from "../../src/formats/edn.ts";
import type { Format } from "../../src/formats/format.ts";
import { json } from "../../src/formats/json.ts";
import { messagePack } from "../../src/formats/message-pack.ts";
import { transit } from "../../src/formats/transit.ts";
import { hex, octets } from "../support/formats.ts";

type Answer = readonly [document: string | Uint8Array, data: unknown];

const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`key000${i}`, i]));
const read: ReadonlyArray<readonly [format: Format, answers: readonly Answer[]]> = [
  [
    json(),
    [
      [
        '{"Image": {"Width": 800, "Animated" : false, "IDs": [116, 943, 234, 38793]}}',
        { Image: { Width: 800, Animated: false, IDs: [116, 943, 234, 38793] } },
      ],
      ['"Hello world!"', "Hello world!"],
      ["42", 42],
      ["\ufeff[true]", [true]],
      ['"\\uD834\\uDD1E"', "𝄞"],
    ],
  ],
  [
    edn(),
    [
      ["(a b 42)", ["a", "b", 42]],
      ['{:a 1, "foo" :bar, [1 2 3] four}', { a: 1, foo: "bar", "[1 2 3]": "four" }],
      ["#{a b [1 2 3]}", ["a", "b", [1, 2, 3]]],
      ['#inst "1985-04-12T23:20:50.52Z"', "1985-04-12T23:20:50.520Z"],
      ['#uuid "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"', "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
      ["[nil true -0 +7 1.5e3 2N \\newline :my/fred]", [null, true, 0, 7, 1500, 2, "\n", "my/fred"]],
      ["9007199254740993", "9007199254740993"],
    ],
  ],
  [
    transit(),
    [
      [
        '["^ ","~:simple",["^ ","~:a",1,"~:b",2,"~:c",3],"~:mixed",["^ ","~:a",1,"~:b","a string","~:c",true]]',
        { simple: { a: 1, b: 2, c: 3 }, mixed: { a: 1, b: "a string", c: true } },
      ],
      ['{"~:c":true,"~:b":"a string","~:a":1}', { a: 1, b: "a string", c: true }],
      [
        '["~m-6106017600000","~m0","~m946728000000","~m1396909037000"]',
        [
          "1776-07-04T12:00:00.000Z",
          "1970-01-01T00:00:00.000Z",
          "2000-01-01T12:00:00.000Z",
          "2014-04-07T22:17:17.000Z",
        ],
      ],
      [
        '["~#list",[0,1,2.0,true,false,"five","~:six","~$seven","~~eight",null]]',
        [0, 1, 2, true, false, "five", "six", "seven", "~eight", null],
      ],
      ['["^ ","~i1","one","~i2","two"]', { 1: "one", 2: "two" }],
      [
        '["^ ","~:f",["^ ","~:key0000",0,"~:key0001",1,"~:key0002",2],"~:s",["^ ","^0",0,"^1",1,"^2",2]]',
        { f: keys(3), s: keys(3) },
      ],
      [
        '[["^ ","~:idx",-1,"~:part","~:db.part/user"],["^ ","^0",-2,"^1","^2"]]',
        [
          { idx: -1, part: "db.part/user" },
          { idx: -2, part: "db.part/user" },
        ],
      ],
      ['{"~#set":[1,2]}', [1, 2]],
      ['["~#cmap",["a",1,"b",2]]', { a: 1, b: 2 }],
      ['["~#\'",5]', 5],
      [
        '["~u531a379e-31bb-4ce1-8690-158dceb64be6","~rhttp://x/","~cc","~?t","~_","~i5","~d1.5"]',
        ["531a379e-31bb-4ce1-8690-158dceb64be6", "http://x/", "c", true, null, 5, 1.5],
      ],
      [
        '["~t1985-04-12T23:20:50.52Z","~f1.25","~n5","~zNaN","~z-INF"]',
        ["1985-04-12T23:20:50.520Z", 1.25, 5, "NaN", "-Infinity"],
      ],
      ['["~i9007199254740993","~n123456789012345678901"]', ["9007199254740993", "123456789012345678901"]],
      ['"~bAQID"', Uint8Array.of(1, 2, 3)],
    ],
  ],
  [
    messagePack(),
    [
      [hex("82 a7 636f6d70616374 c3 a6 736368656d61 00"), { compact: true, schema: 0 }],
      [hex("95 c0 c2 c3 7f ff"), [null, false, true, 127, -1]],
      [
        hex("96 cc ff cd ffff ce ffffffff d0 80 d1 8000 d2 80000000"),
        [255, 65535, 2 ** 32 - 1, -128, -32768, -(2 ** 31)],
      ],
      [
        hex("93 cf 001fffffffffffff d3 ffe0000000000001 cf ffffffffffffffff"),
        [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, "18446744073709551615"],
      ],
      [hex("94 ca 3fc00000 cb 3ff199999999999a ca 7f800000 cb 7ff8000000000000"), [1.5, 1.1, "Infinity", "NaN"]],
      [hex("93 a3 e282ac d9 01 61 da 0001 62"), ["€", "a", "b"]],
      [hex("c4 03 010203"), Uint8Array.of(1, 2, 3)],
      [hex("dc 0001 dd 00000001 de 0001 a1 61 df 00000001 a1 62 01"), [[{ a: { b: 1 } }]]],
      [hex("81 a1 31 c0"), { 1: null }],
      [
        hex("93 d6 ff 00000001 d7 ff 0000000000000001 c7 0c ff 00000000 ffffffffffffffff"),
        ["1970-01-01T00:00:01.000Z", "1970-01-01T00:00:01.000Z", "1969-12-31T23:59:59.000Z"],
      ],
    ],
  ],
];

for (const [format, answers] of read) {
  for (const [document, data] of answers) {
    test(`${format.name} reads ${typeof document === "string" ? document : Buffer.from(document).toString("hex")}`, () => {
      assert.deepEqual(format.read(octets(document)), data);
    });
  }
}

const day = new Date(Date.UTC(2014, 3, 7, 22, 17, 17));
const write: ReadonlyArray<readonly [format: Format, answers: readonly Answer[]]> = [
  [
    json(),
    [
      ['{"a":[1,null,"ü"],"day":"2014-04-07T22:17:17.000Z"}', { a: [1, null, "ü"], day, none: undefined }],
      ['"\\ud800"', "\ud800"],
    ],
  ],
  [
    edn(),
    [
      ['{:user "bob", :n/a [1 2.5 nil true]}', { user: "bob", "n/a": [1, 2.5, null, true] }],
      ['{"not a keyword" 1, "user" 2}', { "not a keyword": 1, user: 2 }],
      ['[#inst "2014-04-07T22:17:17.000Z" 5N 100000000000000000000.0 1e+21]', [day, 5n, 1e20, 1e21]],
      ['"\\"\\\\\\n\\u0000"', '"\\\n\0'],
      ["{}", {}],
    ],
  ],
  [edn({ keys: "string" }), [['{"user" "bob"}', { user: "bob" }]]],
  [
    transit(),
    [
      ['["^ ","~:user","bob","~:tags",["a"]]', { user: "bob", tags: ["a"] }],
      ['[["^ ","~:name",1],["^ ","^0",2]]', [{ name: 1 }, { name: 2 }]],
      ['["~m1396909037000","~n5","~bAQID","~~x"]', [day, 5n, Uint8Array.of(1, 2, 3), "~x"]],
      ['["^ ","a b",1]', { "a b": 1 }],
      ['["~#\'","text"]', "text"],
    ],
  ],
  [transit({ keys: "string" }), [['["^ ","user","bob"]', { user: "bob" }]]],
  [
    messagePack(),
    [
      [hex("82 a7 636f6d70616374 c3 a6 736368656d61 00"), { compact: true, schema: 0 }],
      [
        hex("93 d6 ff 53432 1ad c4 03 010203 d3 0000000000000005".replace("53432 1ad", "534323ed")),
        [day, Uint8Array.of(1, 2, 3), 5n],
      ],
      [hex("96 7f cc 80 cd 0100 ce 00010000 e0 cb 3ff8000000000000"), [127, 128, 256, 65536, -32, 1.5]],
      [hex("cf ffffffffffffffff"), 2n ** 64n - 1n],
    ],
  ],
];

for (const [format, answers] of write) {
  for (const [document, data] of answers) {
    test(`${format.name} writes ${typeof document === "string" ? document : Buffer.from(document).toString("hex")}`, () => {
      assert.deepEqual(format.write(data), document);
    });
  }
}
