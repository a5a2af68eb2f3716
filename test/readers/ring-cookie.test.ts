import assert from "node:assert/strict";
import { createHmac, hkdfSync } from "node:crypto";
import { mock, test } from "node:test";
import fc from "fast-check";
import { readMap } from "../../src/edn/read.ts";
import { type RingCookieOptions, ringCookieReader } from "../../src/readers/ring-cookie.ts";
import { MAX_DEPTH } from "../../src/session/json.ts";
import { sealRing, signRing } from "../support/ring-cookie.ts";

const KEY = "0123456789abcdef";
const until = new Date("2030-01-01T00:00:00Z");
const reader = ringCookieReader({ key: KEY, until });

/** The data of a session whose EDN is given. */
function dataOf(edn: string | Uint8Array): object | undefined {
  return reader.read(sealRing(KEY, edn))?.data;
}

// Printed by Clojure 1.11.1 and sealed by javax.crypto, on which Ring stands; key 0123456789abcdef, IV counted from 0.
const known: readonly [edn: string, value: string, data: object][] = [
  [
    '{:identity "ada", :visits 7}',
    "AAECAwQFBgcICQoLDA0OD0eeYZwafs5%2B0kcxHSgFTddvaRjlh1HmyRZONqZfp%2F6A--%2FMK5S9Y24EX4qWXun1Acc0SctTm%2B2SRcRNZMrIup5Bo%3D",
    { identity: "ada", visits: 7 },
  ],
  [
    '{:user/id #uuid "0f8fad5b-d9cb-469f-a165-70867728950e", :roles #{:admin}, :since #inst "2024-02-29T12:30:00.000-00:00", :name "Zoë 🦊"}',
    "AQIDBAUGBwgJCgsMDQ4PEOrbbvvsNKyX0KNI2WP9c%2BEbRVjDJ8cPLxthdzfiqJxfKyzgBiXW%2B42hWKsQuzMx9R9WTRxJIBbQnVX7NcXeullcuOV7g6us9MO3PL0ZjjjGP3RlZJitebAZPOwl6qF14%2BhtVBtV7cpNu6ObhSO%2BLR77reZInv3BeRaYqnoJKB9dJ1kikSzNx%2B%2Bdy%2FLLgo4YMQ%3D%3D--uaa%2FHSbbzHSc2tTbkLscBEgXAgV0AJN6xwJJXl7HN7k%3D",
    {
      "user/id": "0f8fad5b-d9cb-469f-a165-70867728950e",
      roles: ["admin"],
      since: "2024-02-29T12:30:00.000Z",
      name: "Zoë 🦊",
    },
  ],
];

test("cookies that Clojure printed and Java sealed are opened, and written alike by this test", () => {
  known.forEach(([edn, value, data], i) => {
    assert.deepEqual(reader.read(value)?.data, data);
    assert.equal(sealRing(KEY, edn, { iv: Buffer.from(Array.from({ length: 16 }, (_, j) => i + j)) }), value);
  });
});

test("a key is 16 octets or text of as many, and what becomes of the octets afterwards changes nothing", () => {
  const key = Buffer.from(KEY);
  const other = ringCookieReader({ key: new Uint8Array(key), until });
  const shared = ringCookieReader({ key, until });
  key.fill(0);
  for (const each of [other, shared]) assert.deepEqual(each.read(known[0]![1]), reader.read(known[0]![1]));
  const accented = "é23456789abcdef"; // 15 characters
  assert.deepEqual(ringCookieReader({ key: accented, until }).read(sealRing(accented, "{:a 1}"))?.data, { a: 1 });
});

test("every spelling of one value gives its data and one seed: encoded or not, in whole or in part", () => {
  const text = decodeURIComponent(known[0]![1]);
  const spellings = [
    known[0]![1],
    text,
    known[0]![1].replaceAll("%2B", "+"),
    known[0]![1].replaceAll("%2", "%2".toLowerCase()),
  ];
  spellings.push(
    text.replaceAll("=", "%3d").replaceAll("+", "%2b"),
    text.replaceAll("-", "%2D"),
    encodeURIComponent(text),
  );
  assert.ok(text.includes("+"), "a plus that a form's rule would read as a space");
  for (const value of spellings) assert.deepEqual(reader.read(value), reader.read(text), value);
});

test("the seed is an HMAC of IV and ciphertext under a key derived from the ring key for this purpose alone", () => {
  const octets = Buffer.from(decodeURIComponent(known[0]![1]).split("--")[0]!, "base64");
  const key = Buffer.from(hkdfSync("sha256", KEY, "", "ringlight/1/adopt ring cookie", 32));
  const seed = createHmac("sha256", key).update(octets).digest();
  assert.deepEqual(Buffer.from(reader.read(known[0]![1])!.seed), seed);
  assert.notDeepEqual(reader.read(sealRing(KEY, known[0]![0]))!.seed, seed, "another IV, another value");
});

// As `pr-str` prints them, and the JSON that they become.
const values: readonly [what: string, edn: string, json: unknown][] = [
  ["nil", "nil", null],
  ["true", "true", true],
  ["false", "false", false],
  ["a string with every escape", String.raw`"a\"b\\c\n\t\r\f\b"`, 'a"b\\c\n\t\r\f\b'],
  ["a string with what pr-str leaves as it is", '"\u0001\u2028é🦊;#_{"', "\u0001\u2028é🦊;#_{"],
  ["a keyword", ":admin", "admin"],
  ["a keyword with a namespace", ":app.user/admin", "app.user/admin"],
  ["keywords of signs", "[:+ :a#b :#c :a'b :<=> :->x? :ü]", ["+", "a#b", "#c", "a'b", "<=>", "->x?", "ü"]],
  ["symbols", "[sym a.b/c + - . / ->x]", ["sym", "a.b/c", "+", "-", ".", "/", "->x"]],
  [
    "named characters",
    "[\\newline \\space \\tab \\return \\formfeed \\backspace]",
    ["\n", " ", "\t", "\r", "\f", "\b"],
  ],
  ["characters that mean something", '[\\( \\) \\[ \\] \\{ \\} \\" \\; \\, \\\\ \\# \\é]', [...'()[]{}";,\\#é']],
  ["a vector", "[1 [2] []]", [1, [2], []]],
  ["a list", "(1 (2) ())", [1, [2], []]],
  ["a set", "#{#{} :a}", [[], "a"]],
  ["a map", "{:b {:c {}}}", { b: { c: {} } }],
  ["an instant", '#inst "2024-02-29T12:30:00.123-00:00"', "2024-02-29T12:30:00.123Z"],
  ["an instant with nanoseconds", '#inst "2024-02-29T12:30:00.123456789-00:00"', "2024-02-29T12:30:00.123Z"],
  ["a uuid", '#uuid "0f8fad5b-d9cb-469f-a165-70867728950e"', "0f8fad5b-d9cb-469f-a165-70867728950e"],
  ["a tag that nobody knows", '#joda/date-time "2024"', "2024"],
  ["a tag with the name of a method", "[#constructor 1 #toString 2 #valueOf 3]", [1, 2, 3]],
  ["integers", "[0 -12 9007199254740991 -9007199254740991]", [0, -12, 9007199254740991, -9007199254740991]],
  [
    "integers that a number rounds",
    "[9007199254740993 9223372036854775807]",
    ["9007199254740993", "9223372036854775807"],
  ],
  ["BigInts", "[5N 123456789012345678901234567890N]", [5, "123456789012345678901234567890"]],
  ["BigDecimals", "[19.99M 1.10M 1E+3M 0E-7M -123456789012.345M]", [19.99, 1.1, 1000, 0, -123456789012.345]],
  ["BigDecimals that a number rounds", "[9007199254740.993M 1E+400M]", ["9007199254740.993", "1E+400"]],
  ["doubles", "[1.0 -0.5 1.0E-7 1.7976931348623157E308 4.9E-324]", [1, -0.5, 1e-7, Number.MAX_VALUE, 5e-324]],
  ["ratios", "[1/2 -3/4 1/3]", [0.5, -0.75, "1/3"]],
  ["what JSON cannot hold", "[##Inf ##-Inf ##NaN]", ["Infinity", "-Infinity", "NaN"]],
  ["keys that are text", '{"a b" 1 sym 2 :n/k 3 \\x 4 #uuid "u" 5}', { "a b": 1, sym: 2, "n/k": 3, x: 4, u: 5 }],
  [
    "keys that are none",
    "{1 1 nil 2 true 3 [:a 1] 4 #{2} 5 (x) 6 {:m 1} 7}",
    {
      1: 1,
      nil: 2,
      true: 3,
      "[:a 1]": 4,
      "#{2}": 5,
      "(x)": 6,
      "{:m 1}": 7,
    },
  ],
  [
    "a map with its namespace in front",
    '#:user{:id 1, :x/y 2, :_/z 3, s 4, "t" 5}',
    {
      "user/id": 1,
      "x/y": 2,
      z: 3,
      "user/s": 4,
      t: 5,
    },
  ],
  ["commas and lines between", "[1,,2\n\t3,\r\n]", [1, 2, 3]],
];

for (const [what, edn, json] of values) {
  test(`what Clojure prints becomes plain JSON: ${what}`, () => {
    assert.deepEqual(dataOf(`{:value ${edn}}`), { value: json });
    assert.deepEqual(JSON.parse(JSON.stringify(dataOf(`{:value ${edn}}`))), { value: json });
  });
}

test("the flash and the anti-forgery token stay behind, at the top alone; and where nothing else is, there is nothing", () => {
  const token = ':ring.middleware.anti-forgery/anti-forgery-token "t"';
  assert.deepEqual(dataOf(`{:_flash {:m "x"}, ${token}, :a {:_flash 1}}`), { a: { _flash: 1 } });
  const unasked = mock.fn(() => ({ a: 1 }));
  assert.equal(ringCookieReader({ key: KEY, until, toSession: unasked }).read(sealRing(KEY, "{}")), undefined);
  assert.equal(unasked.mock.callCount(), 0);
  assert.equal(dataOf("{}"), undefined, "what Ring sends at a sign-out");
  assert.equal(dataOf(`{${token}}`), undefined, "what Ring sends to everybody");
});

test("keys such as __proto__ are keys like any other", () => {
  const data = dataOf('{"__proto__" {:admin true}, :constructor {:prototype 1}, :a {:__proto__ {:admin true}}}')!;
  assert.deepEqual(Object.keys(data), ["__proto__", "constructor", "a"]);
  assert.equal(Object.getPrototypeOf(data), Object.prototype);
  assert.equal((data as { admin?: unknown }).admin, undefined);
  assert.equal(({} as { admin?: unknown }).admin, undefined);
});

test("a map is read to the depth that a session can have, and no deeper", () => {
  const deep = (levels: number) => `${"{:a ".repeat(levels - 1)}{:b 1}${"}".repeat(levels - 1)}`;
  assert.ok(dataOf(deep(MAX_DEPTH)));
  assert.equal(dataOf(deep(MAX_DEPTH + 1)), undefined);
  for (const hostile of [
    "[".repeat(5000),
    `{:a ${"#a ".repeat(1500)}1}`,
    `{:a ${"[".repeat(2500)}${"]".repeat(2500)}}`,
  ])
    assert.equal(dataOf(hostile), undefined);
});

const unreadable: readonly string[] = [
  ...["", " ", "42", "nil", '"text"', ":a", "[1]", "(1)", "#{1}", '#inst "2024-02-29T12:30:00.000-00:00"', "sym"],
  ...[
    "{:a 1} {:b 2}",
    "{:a 1} 2",
    "{:a 1}}",
    "{:a 1",
    "{:a",
    "{:a}",
    "{:a 1 :b}",
    "{:a [1}",
    "{:a (1]}",
    "}{",
    "{:a 1]",
  ],
  ...['{:a "x', '{:a "\\x"}', "{:a #=(java.lang.System/exit 0)}", "#=(hash-map)", '{:a #"re"}', "{:a #(f)}", "{:a 'b}"],
  ...[
    "{:a #_ 1}",
    "{:a 1} ; b",
    "^{:m 1} {:a 1}",
    "{:a ^:m b}",
    "{:a @b}",
    "{:a `b}",
    "{:a ~b}",
    "{:a #tag}",
    "{:a [#tag] :b 1}",
    "{:a 1} #tag",
    "#tag",
    "{:a #__proto__ 1}",
  ],
  ...["{:a #:b 1}", "{:a #::b{:c 1}}", "{:a ##Foo}", "{: 1}", "{::a 1}", "{:a \\}", "{:a \\nope}", "{:a #inst 5}"],
  ...['{:a #inst "5"}', '{:a #inst "2024-13-40T00:00:00.000-00:00"}', "{:a 017}", "{:a 0x1F}", "{:a 1x}", "{:a 1.5N}"],
  ...[
    "{:a 1/0}",
    "{:a 1, :a 2}",
    '{:a 1, "a" 2}',
    '{1 1, "1" 2}',
    `{:${"a".repeat(300)} 1}`,
    `{:a ${"1".repeat(300)}N}`,
  ],
];

test("under the right MAC too, what is not one map of EDN is nothing, without an error", () => {
  for (const edn of unreadable) assert.equal(reader.read(sealRing(KEY, edn)), undefined, edn);
  assert.equal(dataOf(Buffer.from('{:a "\xff"}', "latin1")), undefined, "octets that are no UTF-8");
  assert.equal(dataOf("\ufeff{:a 1}"), undefined, "a byte order mark");
});

test("under the right MAC too, what is not an IV and whole blocks with their padding is nothing", () => {
  const octets = Buffer.from(decodeURIComponent(sealRing(KEY, "{:a 1234}")).split("--")[0]!, "base64");
  for (let length = 0; length < octets.length; length++) {
    assert.equal(reader.read(signRing(KEY, octets.subarray(0, length))), undefined, `${length} octets`);
  }
  assert.ok(reader.read(signRing(KEY, octets)));
  for (let last = 0; last < 256; last++) {
    const changed = Buffer.from(octets);
    changed[15]! ^= last; // the last octet of the IV is that of the padding, which is 7
    assert.equal(reader.read(signRing(KEY, changed)) !== undefined, last === 0);
  }
});

test("a value of which one bit was changed does not open, wherever it stands", () => {
  const text = decodeURIComponent(known[0]![1]);
  for (let i = 0; i < text.length; i++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ (1 << bit)) + text.slice(i + 1);
      assert.equal(reader.read(changed), undefined, changed);
    }
  }
});

test("in the header's spelling a changed bit opens nothing but the same value: %2b is %2B", () => {
  const [, value] = known[1]!;
  for (let i = 0; i < value.length; i++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = value.slice(0, i) + String.fromCharCode(value.charCodeAt(i) ^ (1 << bit)) + value.slice(i + 1);
      const read = reader.read(changed);
      if (changed.replace(/%[0-9a-f]{2}/gi, (octet) => octet.toUpperCase()) === value)
        assert.deepEqual(read, reader.read(value));
      else assert.equal(read, undefined, changed);
    }
  }
});

test("a value cut anywhere, at its start or its end, does not open", () => {
  for (const value of [known[1]![1], decodeURIComponent(known[1]![1])]) {
    for (let i = 0; i < value.length; i++) {
      assert.equal(reader.read(value.slice(0, i)), undefined);
      if (i > 0) assert.equal(reader.read(value.slice(i)), undefined);
    }
  }
});

test("what Ring let pass does not: a third part, another spelling of base64, dashes", () => {
  const text = decodeURIComponent(known[1]![1]);
  const [data, mac] = text.split("--") as [string, string];
  assert.ok(data.endsWith("=="));
  const refused = [
    ...[
      "",
      "-",
      "--",
      "---",
      "----",
      "------",
      `${text}--`,
      `--${text}`,
      `${text}--more`,
      `${data}---${mac}`,
      `${data}-${mac}`,
    ],
    ...[data, mac, `${data}--`, `--${mac}`, `${mac}--${data}`, `${data}--${mac.slice(0, -1)}`, `${data}--${mac}=`],
    ...[`${data.slice(0, -2)}--${mac}`, `${data.slice(0, -1)}--${mac}`, `${data}=--${mac}`, `${data}\n--${mac}`],
    ...[
      `${data.slice(0, -3)}${data.at(-3) === "Q" ? "R" : "h"}==--${mac}`,
      text.replaceAll("/", "_"),
      text.replaceAll("+", "-"),
    ],
    ...[
      text.replaceAll("+", " "),
      text.replaceAll("+", "%20"),
      `"${text}"`,
      ` ${text}`,
      `${text} `,
      `${text}%`,
      `${text}%ff`,
    ],
    ...[
      encodeURIComponent(encodeURIComponent(text)),
      "%",
      "%zz",
      "%00",
      "\ud800",
      "é",
      "null",
      "[object Object]",
      "a".repeat(43),
    ],
  ];
  for (const value of refused) assert.equal(reader.read(value), undefined, value);
});

test("a value that another key sealed does not open", () => {
  assert.equal(ringCookieReader({ key: "0123456789abcdeF", until }).read(known[0]![1]), undefined);
  assert.equal(reader.read(sealRing("fedcba9876543210", "{:a 1}")), undefined);
});

test("8192 characters are looked at, and no more", () => {
  const longest = sealRing(KEY, `{:a "${"a".repeat(6064)}"}`);
  const text = decodeURIComponent(longest);
  assert.ok(text.length === 8174);
  assert.ok(reader.read(text));
  const longer = decodeURIComponent(sealRing(KEY, `{:a "${"a".repeat(6080)}"}`));
  assert.ok(longer.length === 8198);
  assert.equal(reader.read(longer), undefined);
});

test("whatever comes is read or is nothing: anything as a value, and anything as EDN under the right MAC", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => reader.read(value) === undefined));
  const parts = [
    "{",
    "}",
    "#{",
    "[",
    "]",
    "(",
    ")",
    ":a",
    "a",
    "1",
    "1.5M",
    '"',
    '"x"',
    "\\",
    "\\a",
    "#",
    "#a",
    "#inst",
    ";",
    "#_",
    "^",
  ];
  const token = fc.oneof(fc.constantFrom(...parts), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), fc.constantFrom("", " "), (tokens, between) => {
      const data = readMap(`{:k ${tokens.join(between)}}`);
      if (data !== undefined) assert.deepEqual(JSON.parse(JSON.stringify(data)), data);
    }),
    { numRuns: 2000 },
  );
});

test("toSession makes the application's own data of the session's", () => {
  const toSession = ({ identity, ...rest }: Record<string, unknown>) => {
    assert.deepEqual(Object.keys(rest), ["visits"]);
    return { user: identity };
  };
  const own = ringCookieReader({ key: KEY, until, toSession });
  assert.deepEqual(own.read(known[0]![1]), { data: { user: "ada" }, seed: reader.read(known[0]![1])!.seed });
  for (const nothing of [undefined, {}]) {
    assert.equal(ringCookieReader({ key: KEY, until, toSession: () => nothing }).read(known[0]![1]), undefined);
  }
});

test("a mistake in toSession takes over nothing and is told once, on the console", () => {
  const printed = mock.method(console, "error", () => {});
  try {
    const mistakes: readonly (() => unknown)[] = [
      () => (undefined as unknown as { a: { b: 1 } }).a.b,
      () => ({ at: new Date() }),
      () => "ada",
      () => null,
      () => [1],
      async () => ({ user: "ada" }),
    ];
    mistakes.forEach((toSession, i) => {
      const own = ringCookieReader({ key: KEY, until, toSession } as RingCookieOptions);
      assert.equal(own.read(known[0]![1]), undefined);
      assert.equal(own.read(known[1]![1]), undefined);
      assert.equal(printed.mock.callCount(), i + 1);
      assert.match(String(printed.mock.calls[i]!.arguments[0]), /toSession of ringCookieReader failed/);
    });
  } finally {
    printed.mock.restore();
  }
});

test("the reader tells where the cookie was set, as Ring's middleware does by default", () => {
  const { cookieName, path, domain } = reader;
  assert.deepEqual({ cookieName, path, domain }, { cookieName: "ring-session", path: "/", domain: undefined });
  const moved = new Date(until);
  const made = ringCookieReader({ key: KEY, until: moved });
  moved.setFullYear(2099);
  assert.deepEqual(made.until, until);
  const other = ringCookieReader({ key: KEY, until, cookieName: "luminus", path: "/app", domain: ".example.com" });
  assert.deepEqual([other.cookieName, other.path, other.domain], ["luminus", "/app", ".example.com"]);
});

const bad: readonly [what: string, options: object, option: string, remedy: RegExp][] = [
  ["no key", { key: undefined }, "key", /16 octets that cookie-store has as :key.* Ring draws one at each start/],
  ["a key of 15 octets", { key: new Uint8Array(15) }, "key", /16 octets .*; it has 15/],
  ["a key of 32 octets", { key: new Uint8Array(32) }, "key", /it has 32/],
  ["no octet", { key: "" }, "key", /it has 0/],
  ["16 characters that are 17 octets", { key: "s3cret-é89abcdef" }, "key", /it has 17.* é is two octets/],
  ["a key that is a list", { key: [...Buffer.from(KEY)] }, "key", /as bytes or text/],
  ["no until", { until: undefined }, "until", /valid Date, days or weeks ahead/],
  ["an until that is no date", { until: new Date(Number.NaN) }, "until", /valid Date/],
  ["an until that is text", { until: "2030-01-01" }, "until", /valid Date/],
  ["a cookie name with a space", { cookieName: "ring session" }, "cookieName", /letters, digits/],
  ["an empty cookie name", { cookieName: "" }, "cookieName", /at least one/],
  ["a path that does not begin with /", { path: "app" }, "path", /as \/app/],
  ["a path with ;", { path: "/;x" }, "path", /without ;/],
  ["a path of 1025 octets", { path: `/${"a".repeat(1024)}` }, "path", /at most 1024/],
  ["a domain with a port", { domain: "example.com:80" }, "domain", /host name/],
  ["a domain of 254 octets", { domain: `${"a.".repeat(126)}aa` }, "domain", /host name/],
  ["a toSession that is none", { toSession: "user" }, "toSession", /function/],
  [
    "a misspelt option",
    { cookiename: "a" },
    "cookiename",
    /no option of ringCookieReader; did you mean cookieName\?; there are: key, until, cookieName/,
  ],
];

for (const [what, options, option, remedy] of bad) {
  test(`refused when the reader is made, with the option's name and the remedy: ${what}`, () => {
    assert.throws(
      () => ringCookieReader({ key: KEY, until, ...options } as RingCookieOptions),
      (error: { code: string; option: string; message: string }) => {
        assert.equal(error.code, "ERR_OPTION");
        assert.equal(error.option, option);
        assert.match(error.message, remedy);
        assert.ok(error.message.startsWith(`${option}: `) && !error.message.includes("s3cret"));
        return true;
      },
    );
  });
}
