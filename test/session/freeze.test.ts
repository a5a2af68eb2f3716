/** SPEC 5.2, 1: changing a session in place is an error, or a change that is kept; never one that gets lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import * as devalue from "devalue";
import fc from "fast-check";
import { deepFreeze } from "../../src/session/freeze.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { keptValue } from "../support/kept-values.ts";
import { keptVisitor } from "../support/kept-visitor.ts";

type Changing = Record<string, (...given: unknown[]) => unknown>;

const at = new Date(0);
const setters = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith("set"));
const changing: Array<[key: string, method: string]> = [
  ...["set", "delete", "clear"].map((method): [string, string] => ["map", method]),
  ...["add", "delete", "clear"].map((method): [string, string] => ["set", method]),
  ...setters.map((method): [string, string] => ["at", method]),
];

for (const deep of [false, true]) {
  test(`what would change a Date, a Map or a Set of a session throws${deep ? ", deep inside another" : ""}`, async () => {
    const bob = keptVisitor();
    const kept = { at, map: new Map([["a", at]]), set: new Set(["a"]) };
    const wrapped = new Map([[new Set([1n]), [{ kept }]]]);
    await bob.visit(() => ({ session: deep ? { wrapped } : kept }));
    const tried: string[] = [];
    const attempt = (session: unknown) => {
      const inside = deep ? [...(session as { wrapped: typeof wrapped }).wrapped.values()][0]![0]!.kept : session;
      for (const [key, method] of changing) {
        const call = () => (inside as Record<string, Changing>)[key]![method]!("a", 1);
        assert.throws(call, { name: "TypeError", message: /read-only: .* answer session/ });
        tried.push(method);
      }
      return session;
    };
    await bob.visit((session) => void attempt(session));
    assert.equal(await bob.visit(() => ({ session: attempt })), 200, "in a session function too");
    assert.equal(tried.length, 2 * changing.length);
    assert.deepEqual(await bob.show(), deep ? { wrapped } : kept);
  });
}

test("a frozen value is otherwise like any: written, compared, copied, printed, listed", () => {
  fc.assert(
    fc.property(keptValue, (value) => {
      const text = devalue.stringify(value);
      const frozen = deepFreeze(devalue.parse(text));
      assert.deepStrictEqual(frozen, value);
      assert.equal(devalue.stringify(frozen), text);
      assert.equal(inspect(frozen, { depth: 9 }), inspect(devalue.parse(text), { depth: 9 }));
      if (!/"URL/.test(text)) assert.deepStrictEqual(structuredClone(frozen), value);
    }),
  );
  const map = deepFreeze(new Map([["at", at]])) as Map<string, Date>;
  assert.deepEqual(Object.keys(map), []);
  assert.ok(Object.isFrozen(map) && Object.isFrozen(map.get("at")));
});

test("a copy can be changed", () => {
  const map = deepFreeze(new Map([["at", new Date(0)]]));
  const copy = new Map(map).set("b", new Date(map.get("at")!));
  copy.get("b")!.setTime(1);
  assert.deepEqual([...copy.values()].map(Number), [0, 1]);
  assert.equal(structuredClone(map).get("at")!.setTime(2), 2);
});

test("a RegExp stays of use", () => {
  const { words } = deepFreeze({ words: /\w+/g });
  assert.deepEqual("a b".match(words), ["a", "b"]);
  assert.ok(words.test("a"));
});

test("what cannot be frozen is fresh at each request, and a change in place is kept where the session is answered", async () => {
  const bob = keptVisitor(memoryStore());
  await bob.visit(() => ({ session: { bytes: new Uint8Array([1, 2]), home: new URL("http://a.test/") } }));
  const change = (session: object) => {
    (session as { bytes: Uint8Array }).bytes[0] = 9;
    (session as { home: URL }).home.pathname = "/b";
    return session;
  };
  await bob.visit((session) => void change(session));
  assert.deepEqual(await bob.show(), { bytes: new Uint8Array([1, 2]), home: new URL("http://a.test/") });
  await bob.visit((session) => ({ session: { ...change(session) } }));
  assert.deepEqual(await bob.show(), { bytes: new Uint8Array([9, 2]), home: new URL("http://a.test/b") });
});
