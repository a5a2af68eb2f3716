/** Any JSON survives a store unchanged: by property, and by the cases that backends are known to bend. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Change, fromFields, NO_CHANGES, toFields } from "../../src/session/change.ts";
import type { Draft } from "../../src/session/record.ts";
import type { Store } from "../../src/session/store.ts";
import { LIMITS } from "../../src/testing/contract/bench.ts";

const context = { now: Date.UTC(2026, 0, 1), limits: LIMITS, emit: () => {}, cookieName: "session" };
const none = { slots: new Map(), subject: undefined, authenticatedAt: undefined, persist: undefined };

/** Keeps data, changes them to other data, and gives back what was read each time. */
async function throughStore(store: Store, first: object, second: object): Promise<readonly [object, object]> {
  const token = await store.create({ ...none, data: toFields(first) } satisfies Draft, context);
  const one = await store.read(token, context);
  assert.ok("record" in one);
  const set = toFields(second);
  const unset = new Set([...one.record.data.keys()].filter((key) => !set.has(key)));
  const nothing = { fill: NO_CHANGES, slots: new Map(), serial: false, rotation: undefined };
  const change: Change = { base: one.record, set, unset, ...nothing };
  const changed = await store.update(token, change, context);
  assert.ok("token" in changed);
  const now = changed.token; // some stores keep the record in it
  const two = await store.read(now, context);
  assert.ok("record" in two);
  await store.delete(now, context, two.record);
  return [fromFields(one.record.data), fromFields(two.record.data)];
}

// Whole 16-bit units: NUL and lone surrogates among them.
const text = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 8 }),
  fc.constantFrom(
    "\u0000",
    "\ud800",
    "\udfff\ud800",
    "\\u0000",
    "__proto__",
    "constructor",
    "\u2028",
    "'; --",
    "\n1 2",
    "💥",
  ),
);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0 || 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(text, tie("json"), { maxKeys: 4, noNullPrototype: true }).map(reparsed),
  ),
}));
const data = fc.dictionary(text, json, { maxKeys: 6 }).map(reparsed);

// As JSON.parse makes it: `__proto__` an own key.
function reparsed(value: unknown): object {
  return JSON.parse(JSON.stringify(value)) as object;
}

function deep(levels: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? { a: value } : [value];
  return value;
}

const BENT: Readonly<Record<string, unknown>> = {
  emptyArray: [],
  emptyObject: {},
  nested: [[], {}, [[]], { a: [], b: {} }],
  nul: "\u0000 in \u0000",
  surrogates: ["\ud800", "\udc00", "\ud800\ud800", "a\udfff"],
  large: 2 ** 53,
  larger: 2 ** 53 + 2,
  largest: Number.MAX_VALUE,
  smallest: Number.MIN_VALUE,
  tenth: 0.1,
  negative: -1e-7,
  order: JSON.parse('{"b":1,"a":2,"10":3,"9":4}'),
  proto: JSON.parse('{"__proto__":{"x":1},"constructor":[],"toString":null}'),
  deep: deep(190),
  unicode: "💥 \u2028\u2029 ﷽",
  text: '{"not":"decoded"}',
};

const MEGABYTE = { text: "ä".repeat(500_000) };

export function testAnyJson(
  name: string,
  open: () => Store | Promise<Store>,
  how: { readonly skip?: string | undefined } = {},
  { runs = 150, maxOctets = Number.POSITIVE_INFINITY }: { readonly runs?: number; readonly maxOctets?: number } = {},
): void {
  test(`${name}: any JSON survives, in values and in keys`, how, async () => {
    const store = await open();
    await fc.assert(
      fc.asyncProperty(data, data, async (first, second) => {
        const [one, two] = await throughStore(store, first, second);
        assert.equal(JSON.stringify(one), JSON.stringify(first));
        assert.deepEqual(new Map(Object.entries(two)), new Map(Object.entries(second)));
      }),
      { numRuns: runs },
    );
  });

  test(`${name}: the values that backends bend survive too`, how, async () => {
    const store = await open();
    const [one, two] = await throughStore(store, BENT, { again: BENT });
    assert.deepEqual(one, BENT);
    assert.equal(JSON.stringify(one), JSON.stringify(BENT), "the order of keys");
    assert.deepEqual(two, { again: BENT });
    // A cookie cannot hold it, and says so; the session before it stays.
    if (maxOctets < 1_000_000)
      await assert.rejects(async () => throughStore(store, {}, MEGABYTE), { code: "ERR_SESSION_SIZE" });
    else assert.deepEqual((await throughStore(store, MEGABYTE, {}))[0], MEGABYTE);
    assert.deepEqual((await throughStore(store, { zero: -0 }, {}))[0], { zero: 0 }, "-0 as JSON tells it");
    assert.ok(Object.hasOwn((one as typeof BENT).proto as object, "__proto__"));
  });
}
