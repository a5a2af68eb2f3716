/** SPEC 5.2, 1 and 12: which values are the same, and which are refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { sameJson } from "../../src/session/json.ts";
import { site } from "../support/site.ts";
import { visitor } from "../support/visitor.ts";

const different: Array<[unknown, unknown]> = [
  [{}, []],
  [{ o: {} }, { o: [] }],
  [[["a", 1]], { a: 1 }],
  [{ 0: "a" }, ["a"]],
  [[{}], [[]]],
  [0, "0"],
  [null, "null"],
  ["", []],
  [
    [1, 2],
    [2, 1],
  ],
];

test("an object and an array are different values, also where they would list alike", async (t) => {
  const { url } = await site(t, {
    "/set": ({ session, queryString }) => {
      const [pair, side] = queryString.split(".").map(Number);
      return { session: { ...session, c: different[pair!]![side!] as never } };
    },
    "/show": ({ session }) => ({ body: JSON.stringify(session) }),
  });
  const bob = visitor(url);
  for (const [i, pair] of different.entries()) {
    for (const side of [0, 1, 0]) {
      assert.equal((await bob.get(`/set?${i}.${side}`)).status, 200);
      assert.equal((await bob.get("/show")).body, JSON.stringify({ c: pair[side] }));
    }
  }
});

test("texts of one value are the same in whatever order their keys stand, and those of two are not", () => {
  assert.ok(sameJson('{"a":[{"p":1,"q":2}],"b":3}', '{"b":3,"a":[{"q":2,"p":1}]}'));
  for (const [a, b] of different) assert.equal(sameJson(JSON.stringify(a), JSON.stringify(b)), false);
  assert.equal(sameJson('{"a":{"b":1,"c":[]}}', '{"a":{"c":{},"b":1}}'), false);
  assert.equal(sameJson('{"__proto__":1,"a":2}', '{"__proto__":2,"a":1}'), false);
});

const withKey = (key: PropertyKey, value: unknown = 1) => Object.assign([1], { [key]: value });

const refused: Array<[what: string, value: unknown, path: string, words: RegExp]> = [
  ["a subclass of Array", { in: new (class Cart extends Array {})() }, "session.bad.in", /: a Cart would come back/],
  ["an array without a prototype", Object.setPrototypeOf([], null), "session.bad", /plain array/],
  ["an array with a key that is no index", [withKey("total")], "session.bad[0]", /no index would be dropped/],
  ["an array with a symbol", withKey(Symbol("s")), "session.bad", /no index would be dropped/],
  ["an array with a toJSON", withKey("toJSON", () => "x"), "session.bad", /no index would be dropped/],
  [
    "an array with a hidden key",
    Object.defineProperty([1], "hidden", { value: 1 }),
    "session.bad",
    /no index would be dropped/,
  ],
  [
    "an object with a hidden key",
    { o: Object.defineProperty({ a: 1 }, "hidden", { value: 1 }) },
    "session.bad.o",
    /not enumerable would be dropped/,
  ],
  ["an object with a symbol", { o: { [Symbol("s")]: 1 } }, "session.bad.o", /symbol would be dropped/],
  [
    "another realm's subclass of Array",
    runInNewContext("class Cart extends Array {}; new Cart()"),
    "session.bad",
    /a Cart would come back/,
  ],
  ["an error", new (class Oops extends Error {})(), "session.bad", /an Oops would come back/],
];

for (const [what, value, path, words] of refused) {
  test(`${what} is refused with its path, and nothing is stored`, async (t) => {
    const { url, errors } = await site(t, {
      "/bad": ({ session }) => ({ session: { ...session, good: 1, bad: value as never } }),
      "/begin": () => ({ session: { n: 1 } }),
      "/show": ({ session }) => ({ body: JSON.stringify(session) }),
    });
    const bob = visitor(url);
    await bob.get("/begin");
    const { status, setCookies } = await bob.get("/bad");
    assert.deepEqual([status, setCookies], [500, []]);
    const error = errors[0] as Error & { code: string; path: string };
    assert.deepEqual([error.code, error.path], ["ERR_SESSION_VALUE", path]);
    assert.match(error.message, words);
    assert.equal((await bob.get("/show")).body, '{"n":1}');
  });
}

test("a session that is a list, or hides a key, is refused as a whole", async (t) => {
  const { url, errors } = await site(t, {
    "/array": () => ({ session: [1] as never }),
    "/hidden": () => ({ session: Object.defineProperty({}, "hidden", { value: 1 }) }),
  });
  for (const [path, words] of [
    ["/array", /^session: an Array would come back/],
    ["/hidden", /^session: a key that is not enumerable/],
  ] as const) {
    assert.equal((await visitor(url).get(path)).status, 500);
    const error = errors.at(-1) as Error & { code: string; path: string };
    assert.deepEqual([error.code, error.path], ["ERR_SESSION_VALUE", "session"]);
    assert.match(error.message, words);
  }
});

test("arrays and objects of another realm are stored as ours are", async (t) => {
  const { url } = await site(t, {
    "/foreign": () => ({ session: { list: runInNewContext("[1, [2], { a: [3] }]") as never } }),
    "/show": ({ session }) => ({ body: JSON.stringify(session) }),
  });
  const bob = visitor(url);
  assert.equal((await bob.get("/foreign")).status, 200);
  assert.equal((await bob.get("/show")).body, '{"list":[1,[2],{"a":[3]}]}');
});
