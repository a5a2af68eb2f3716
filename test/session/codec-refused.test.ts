/** SPEC 5.2, 12 and 15: what no codec keeps, codecs that are none, and texts that no codec can read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as devalue from "devalue";
import fc from "fast-check";
import { valueText } from "../../src/session/codec.ts";
import { MAX_DEPTH } from "../../src/session/json.ts";
import type { SessionRecord } from "../../src/session/record.ts";
import type { Store } from "../../src/session/store.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { keptVisitor, STORES } from "../support/kept-visitor.ts";

/** As superjson writes, in short: texts are as deep as what they hold. */
const nested = {
  stringify: (value: unknown) => JSON.stringify(value, (_key, inner) => (inner instanceof Map ? [[...inner]] : inner)),
  parse: JSON.parse,
};

const at = new Date(0);
const deep = (levels: number, wrap: (inner: unknown) => unknown) => {
  let value: unknown = at;
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
};
const hidden = Object.defineProperty({ at }, "hidden", { value: 1 });
const sparse = Object.assign(new Array(3), { 0: at, total: 1 });

const refused: Array<[what: string, value: unknown, path: string, words: RegExp]> = [
  ["a function", { at, f: () => 1 }, "session.bad.f", /no codec keeps a function; leave it out/],
  ["a symbol", [at, Symbol("s")], "session.bad[1]", /no codec keeps a symbol/],
  ["a Buffer, of which devalue makes an Uint8Array", [Buffer.from("a")], "session.bad[0]", /a Buffer would come back/],
  ["a subclass of Map", { in: new (class Cart extends Map {})() }, "session.bad.in", /a Cart would come back/],
  ["an array without a prototype", Object.setPrototypeOf([at], null), "session.bad", /would come back/],
  ["a subclass of Array", new (class Cart extends Array {})(), "session.bad", /a Cart would come back/],
  [
    "an instance of a class",
    new (class Cart {})(),
    "session.bad",
    /codec cannot keep it \(Cannot stringify arbitrary non-POJOs\)/,
  ],
  ["one in a Map", new Map([["a", { b: new (class Cart {})() }]]), 'session.bad.get("a").b', /cannot keep it/],
  ["a promise", Promise.resolve(1), "session.bad", /codec cannot keep it/],
  ["a key that is a symbol", { at, in: { [Symbol("s")]: 1 } }, "session.bad.in", /symbol would be dropped/],
  ["a hidden key", [hidden], "session.bad[0]", /not enumerable would be dropped/],
  ["one in a Set", new Set([hidden]), "session.bad.values()", /not enumerable would be dropped/],
  ["an array's key that is no index", [Object.assign([at], { a: 1 })], "session.bad[0]", /no index would be dropped/],
  ["the same beside holes", sparse, "session.bad", /no index would be dropped/],
  ["Maps too deep", deep(MAX_DEPTH + 1, (inner) => new Map([[1, inner]])), "", /nested too deep/],
  ["100,000 arrays", deep(100_000, (inner) => [inner]), "", /nested too deep/],
];

for (const [what, value, path, words] of refused) {
  test(`${what} is refused with its path, and nothing is stored`, async () => {
    const bob = keptVisitor();
    await bob.visit(() => ({ session: { n: 1 } }));
    assert.equal(await bob.visit((session) => ({ session: { ...session, good: at, bad: value } })), 500);
    const error = bob.errors[0]!;
    assert.equal(error.code, "ERR_SESSION_VALUE");
    if (path !== "") assert.equal(error.path, path);
    assert.ok(error.message.startsWith(`${error.path}: `));
    assert.match(error.message, words);
    assert.equal(error.cause, undefined, "which would hold the value");
    assert.deepEqual(await bob.show(), { n: 1 });
  });
}

test("as deep as JSON may be, a value is kept, by every store", async () => {
  for (const [, open] of STORES) {
    const bob = keptVisitor(open());
    const value = deep(MAX_DEPTH, (inner) => [inner]);
    assert.equal(await bob.visit(() => ({ session: { value } })), 200);
    assert.deepStrictEqual(await bob.show(), { value });
  }
});

test("a codec's text that is too deep to be read back is refused when it is written", () => {
  const value = deep(MAX_DEPTH / 2, (inner) => new Map([[1, inner]]));
  assert.throws(() => valueText(value, "session.a", nested), { code: "ERR_SESSION_VALUE", path: "session.a" });
  assert.ok(valueText(new Map([[1, at]]), "session.a", nested));
});

test("anything at all is either read back as it was, or refused with a code and a path", () => {
  const anything = fc.anything({
    ...{ withBigInt: true, withDate: true, withMap: true, withSet: true, withSparseArray: true },
    ...{ withTypedArray: true, withNullPrototype: true, withBoxedValues: true, withUnicodeString: true },
  });
  const write = (value: unknown) => valueText(value, "session", devalue);
  fc.assert(
    fc.property(anything, (value) => {
      let text: string;
      try {
        text = write(value);
      } catch (error) {
        assert.equal((error as { code: string }).code, "ERR_SESSION_VALUE");
        assert.match((error as { path: string }).path, /^session/);
        return;
      }
      const coded = text.startsWith('{ "codec": ');
      assert.equal(write(coded ? devalue.parse(text.slice(11, -2)) : JSON.parse(text)), text);
      if (coded) assert.deepStrictEqual(devalue.parse(text.slice(11, -2)), value);
    }),
    { numRuns: 1000 },
  );
});

const { stringify, parse } = devalue;
const noCodec: Array<[what: string, codec: unknown, words: RegExp]> = [
  ["null", null, /must have stringify\(value\) and parse\(text\), as in import \* as devalue/],
  ["half a codec", { stringify }, /must have stringify/],
  ["JSON itself", JSON, /a Date comes back as something else/],
  [
    "a codec that answers later",
    { stringify: devalue.stringifyAsync, parse },
    /must give JSON text, at once; for a Date/,
  ],
  ["texts that are not JSON", { stringify: devalue.uneval, parse }, /must give JSON text/],
  ["a parse that fails", { stringify, parse: (text: string) => parse(`!${text}`) }, /parse cannot read what stringify/],
  [
    "a codec that loses what is in a Map",
    {
      stringify: (value: unknown) => JSON.stringify(value instanceof Date ? { at: value.getTime() } : value),
      parse: (text: string) => (JSON.parse(text).at === undefined ? JSON.parse(text) : new Date(JSON.parse(text).at)),
    },
    /a Map comes back as something else/,
  ],
  [
    "a codec that refuses everything",
    {
      stringify: () => {
        throw new Error("no");
      },
      parse,
    },
    /keeps neither a Date, a Map, a Set nor a bigint/,
  ],
];

for (const [what, codec, words] of noCodec) {
  test(`${what} is no codec: the stack is not built`, () => {
    assert.throws(() => wrapSession({ codec: codec as typeof devalue }), {
      code: "ERR_OPTION",
      option: "codec",
      message: words,
    });
  });
}

test("a codec that says what it cannot keep is one, also where it knows but Dates", async () => {
  const dates = {
    stringify(value: unknown) {
      if (value instanceof Date) return JSON.stringify({ at: value.getTime() });
      throw new TypeError("no Date");
    },
    parse: (text: string) => new Date(JSON.parse(text).at),
  };
  const bob = keptVisitor(memoryStore(), { codec: dates });
  assert.equal(await bob.visit(() => ({ session: { at, user: "bob", list: [1] } })), 200);
  assert.deepStrictEqual(await bob.show(), { at, user: "bob", list: [1] });
  assert.equal(await bob.visit(() => ({ session: { list: [at] } })), 500);
  assert.match(bob.errors[0]!.message, /^session\.list: the codec cannot keep it \(no Date\)/);
});

test("a codec's methods are called on it, with one argument", async () => {
  class Own {
    readonly calls: number[] = [];
    stringify(...given: [value: unknown]): string {
      this.calls.push(given.length);
      return devalue.stringify(given[0]);
    }
    parse(...given: [text: string]): unknown {
      this.calls.push(given.length);
      return devalue.parse(given[0]);
    }
  }
  const codec = new Own();
  const bob = keptVisitor(memoryStore(), { codec });
  await bob.visit(() => ({ session: { at } }));
  assert.deepStrictEqual(await bob.show(), { at });
  assert.deepEqual(new Set(codec.calls), new Set([1]));
});

test("a codec that makes plain objects of instances, as superjson does, is not let; one that keeps them is", async () => {
  class Money {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  const careless = {
    stringify: (value: unknown) => stringify(value instanceof Money ? { ...value } : value),
    parse,
  };
  const price = new Money(5);
  const bob = keptVisitor(memoryStore(), { codec: careless });
  assert.equal(await bob.visit(() => ({ session: { price: price as never } })), 500);
  assert.match(bob.errors[0]!.message, /^session\.price: a Money would come back as something else/);
  bob.restart({
    codec: {
      stringify: (value) => stringify(value, { Money: (each) => each instanceof Money && each.cents }),
      parse: (text) => parse(text, { Money: (cents) => new Money(cents) }),
    },
  });
  assert.equal(await bob.visit(() => ({ session: { price: price as never, at } })), 200);
  assert.deepStrictEqual(await bob.show(), { price, at });
});

test("a value that a codec changes into no JSON text is refused, not stored", async () => {
  const odd = { ...devalue, stringify: (value: unknown) => (Array.isArray(value) ? "\ud800" : stringify(value)) };
  const bob = keptVisitor(memoryStore(), { codec: odd });
  assert.equal(await bob.visit(() => ({ session: { list: [at] } })), 500);
  assert.match(bob.errors[0]!.message, /^session\.list: the codec gave no JSON text/);
});

/** A store whose record of one session has this text under the key `at`. */
function giving(text: unknown): Store {
  const store = memoryStore();
  const torn = (record: SessionRecord) => ({ ...record, data: new Map([['"at"', text as string]]) });
  return {
    ...store,
    async read(...call) {
      const result = await store.read(...call);
      return "record" in result ? { ...result, record: torn(result.record) } : result;
    },
  };
}

for (const text of [
  '{ "codec": [["Date","1970-01-01T00:00:00.000Z"]]',
  '{ "codec": [["Date"',
  '{ "codec": [["Dat","1970-01-01T00:00:00.000Z"]] }',
  '{ "codec": {"json":"1970","meta":{"values":["Date"]}} }',
  '{ "codec": -1 }',
  '{ "codec":  }',
  42,
  undefined,
]) {
  test(`a stored ${text} is a broken store: a 503, an event, and no empty session`, async () => {
    const bob = keptVisitor(giving(text === 42 ? { at } : text));
    await bob.visit(() => ({ session: { at } }));
    let reached = false;
    const status = await bob.visit(() => {
      reached = true;
    });
    assert.deepEqual([status, reached], [503, false]);
    assert.equal(bob.errors[0]?.code, "ERR_STORE_UNAVAILABLE");
    assert.deepEqual(bob.events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" });
  });
}
