import assert from "node:assert/strict";
import { Session } from "node:inspector/promises";
import { test } from "node:test";
import fc from "fast-check";
import { type NestedParams, nested } from "../../src/params/nest.ts";
import { gathered, type Params, paramsOf } from "../../src/params/record.ts";

const LIMITS = { depth: 8, arrayLimit: 100 };
const from = (text: string, limits = LIMITS) => nested(paramsOf(text, Number.MAX_SAFE_INTEGER), limits);
const plain = (text: string) => JSON.parse(JSON.stringify(from(text))) as unknown;

test("brackets make objects and arrays", () => {
  assert.deepEqual(plain("cart[items][]=tea&cart[items][]=milk&cart[to]=bob&x=1"), {
    cart: { items: ["tea", "milk"], to: "bob" },
    x: "1",
  });
  assert.deepEqual(plain("a[b][]=c"), { a: { b: ["c"] } });
  assert.deepEqual(plain("a[1]=y&a[0]=x"), { a: ["x", "y"] });
  assert.deepEqual(plain("a[0][n]=1&a[0][m]=2&a[1][n]=3"), { a: [{ n: "1", m: "2" }, { n: "3" }] });
  assert.deepEqual(plain("a.b=1&a%5Bb%5D=2&x=1&x=2"), { "a.b": "1", a: { b: "2" }, x: ["1", "2"] });
});

test("without brackets the record itself is given back", () => {
  const params = paramsOf("a=1&b=2&b=3", 1000);
  assert.equal(nested(params, LIMITS), params);
});

test("odd names are harmless", () => {
  assert.deepEqual(plain("a[=1&a]b=2&]=3&x[[y]=4"), { a: { "[": "1" }, "a]b": "2", "]": "3", x: { "[[y]": "4" } });
  assert.deepEqual(plain("a=1&a[b]=2"), { a: ["1", { b: "2" }] });
  assert.deepEqual(plain("a[b]=2&a=1"), { a: ["1", { b: "2" }].toReversed() });
  assert.deepEqual(plain("a[]=1&a[length]=5"), { a: { 0: "1", length: "5" } });
  assert.deepEqual(plain("a[0]=x&a[50]=y"), { a: ["x", "y"] });
});

const EVIL = [
  "__proto__=1",
  "__proto__[polluted]=1",
  "a[__proto__][polluted]=1",
  "a[__proto__]=1",
  "a[]=1&a[__proto__][polluted]=1",
  "a[constructor][prototype][polluted]=1",
  "constructor[prototype][polluted]=1",
  "[__proto__][polluted]=1",
  "a[0][__proto__][polluted]=1&a[0][b]=1",
];

test("nothing is polluted, and every object is without a prototype", () => {
  const before = Reflect.ownKeys(Object.prototype).length;
  for (const text of EVIL) {
    const result = from(text);
    assert.equal(({} as Record<string, unknown>).polluted, undefined, text);
    assert.equal(([] as unknown as Record<string, unknown>).polluted, undefined, text);
    each(result, (object) => {
      assert.equal(Object.getPrototypeOf(object), null, text);
      assert.equal(Object.hasOwn(object, "__proto__"), false, text);
    });
  }
  assert.equal(Reflect.ownKeys(Object.prototype).length, before);
});

function each(value: unknown, look: (object: object) => void): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) look(value);
  for (const inner of Object.values(value)) each(inner, look);
}

test("past a limit it is a 400: depth, length, index", () => {
  const refused = { code: "ERR_PARAMS_LIMIT", status: 400 };
  const brackets = (n: number) => `a${"[b]".repeat(n)}=1`;
  assert.ok(from(brackets(8)));
  for (const text of [brackets(9), brackets(10_000), "a[999999]=1", "a[100]=1", "a[]=1&".repeat(101)])
    assert.throws(() => from(text), refused, text.slice(0, 20));
  assert.equal((from("a[]=1&".repeat(100)).a as unknown[]).length, 100);
  assert.ok(from(`a${"[".repeat(10_000)}=1`), "brackets that do not close are text");
});

test("whatever comes is nested or refused, and what went in comes out", () => {
  const part = fc.constantFrom(
    "a",
    "b",
    "[",
    "]",
    "[]",
    "[0]",
    "[1]",
    "[a]",
    "[7]",
    "__proto__",
    "[__proto__]",
    "length",
  );
  const name = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(name, { maxLength: 12 }), (names) => {
      const pairs = names.map((each, i) => [each, `value ${i}`] as const);
      let result: NestedParams;
      try {
        result = nested(gathered(pairs) as Params, LIMITS);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "ERR_PARAMS_LIMIT");
        return;
      }
      const texts = new Set<string>();
      JSON.stringify(result, (_, value: unknown) => {
        if (typeof value === "string") texts.add(value);
        return value;
      });
      for (const [each, value] of pairs)
        assert.ok(each === "" || each.includes("__proto__") || texts.has(value), `${each} of ${names.join("&")}`);
    }),
    { numRuns: 2000 },
  );
});

/** How many blocks of code ran, by the engine's own counts: a measure of work without a clock. */
async function work(run: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  run();
  const { result } = await session.post("Profiler.takePreciseCoverage");
  await session.post("Profiler.stopPreciseCoverage");
  session.disconnect();
  const counts = result
    .filter(({ url }) => url.includes("/qs/lib/") || url.includes("/params/nest.ts"))
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)));
  return counts.reduce((sum, count) => sum + count, 0);
}

test("100,000 names take ten times the work of 10,000", async () => {
  const shapes: readonly ((i: number) => string)[] = [
    (i) => `a[k${i}]`,
    (i) => `k${i}[b][c]`,
    (i) => `a[${i % 100}][k${i}]`,
    (i) => `a[b][c][d][e][k${i}]`,
    (i) => `a[${i}`,
  ];
  for (const shape of shapes) {
    const named = (n: number) => gathered(Array.from({ length: n }, (_, i) => [shape(i), "1"] as const)) as Params;
    const [few, many] = [named(10_000), named(100_000)];
    const small = await work(() => nested(few, LIMITS));
    const large = await work(() => nested(many, LIMITS));
    assert.ok(small > 10_000, `${shape(1)}: counted ${small}`);
    assert.ok(large < 11 * small, `${shape(1)}: ${small}, then ${large}`);
  }
});
