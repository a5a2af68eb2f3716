import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { difference, fromFields, isEmpty, toFields } from "../../src/session/change.ts";
import { MAX_DEPTH, sameJson, toJson } from "../../src/session/json.ts";

test("what toJson writes, JSON.parse gives back, and it is what JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      assert.equal(toJson(value, "session"), JSON.stringify(value));
    }),
  );
});

test("anything at all is either written and read back as it was, or refused with a code and a path", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: true,
  });
  fc.assert(
    fc.property(anything, (value) => {
      try {
        const json = toJson(value, "session");
        assert.equal(toJson(JSON.parse(json), "session"), json);
      } catch (error) {
        assert.equal((error as { code: string }).code, "ERR_SESSION_VALUE");
        assert.match((error as { path: string }).path, /^session/);
      }
    }),
  );
});

test("fields and data are two spellings of one thing, __proto__ included", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
      assert.equal(JSON.stringify(fromFields(toFields(data))), JSON.stringify(data));
    }),
  );
  const data = JSON.parse('{"__proto__":{"admin":true},"a":1}');
  assert.ok(Object.hasOwn(fromFields(toFields(data)), "__proto__"));
});

test("a difference leads from one state to the other, and there is none between equals", () => {
  const state = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.jsonValue());
  fc.assert(
    fc.property(state, state, (from, to) => {
      const [base, next] = [toFields(from), toFields(to)];
      const { set, unset } = difference(base, next);
      const applied = new Map(base);
      for (const key of unset) applied.delete(key);
      for (const [key, json] of set) applied.set(key, json);
      assert.deepEqual([...applied.keys()].sort(), [...next.keys()].sort());
      for (const [key, json] of applied) assert.ok(sameJson(json, next.get(key)!));
      assert.ok(isEmpty(difference(next, applied)));
    }),
  );
});

test("an object of another realm is as plain as one of ours, and its Date is not", () => {
  assert.equal(toJson(runInNewContext("({ a: [1] })"), "session"), '{"a":[1]}');
  assert.throws(() => toJson(runInNewContext("new Date()"), "session"), { code: "ERR_SESSION_VALUE" });
});

test("nesting is bounded, so no value exhausts the stack", () => {
  const nest = (depth: number) => {
    let value: unknown = 0;
    for (let i = 0; i < depth; i++) value = [value];
    return value;
  };
  assert.equal(typeof toJson(nest(MAX_DEPTH), "session"), "string");
  assert.throws(() => toJson(nest(MAX_DEPTH + 1), "session"), { code: "ERR_SESSION_VALUE" });
  assert.throws(() => toJson(nest(100_000), "session"), { code: "ERR_SESSION_VALUE" });
});
