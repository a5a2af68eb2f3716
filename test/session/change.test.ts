import assert from "node:assert/strict";
import { test } from "node:test";
import { applyChange, type Change, NO_CHANGES, type Rotation } from "../../src/session/change.ts";
import { newRecord, type SessionRecord } from "../../src/session/record.ts";
import { fields, LIMITS, slot } from "../../src/testing/contract/bench.ts";

const BEGAN = 1e12;
const base: SessionRecord = newRecord(
  {
    data: fields({ a: 1, b: 2 }),
    slots: new Map([
      ["flash", slot("hi", true)],
      ["csrf", slot("secret", false)],
    ]),
    subject: "bob",
    authenticatedAt: BEGAN,
    persist: 7200,
  },
  BEGAN,
);
const apply = (change: Partial<Change>, { current = base, seconds = 10 } = {}) =>
  applyChange(
    current,
    { base, ...NO_CHANGES, fill: NO_CHANGES, slots: new Map(), serial: false, rotation: undefined, ...change },
    BEGAN + seconds * 1000,
    LIMITS,
  );
const rotation = (given: Partial<Rotation>): Rotation => ({
  subject: "bob",
  persist: undefined,
  restart: false,
  authenticated: false,
  ...given,
});
const flash = (text: string) => new Map([["flash", slot(text, true)]]);

test("a change touches data, slots, the version and, when that is due, the idle clock", () => {
  const { record } = apply({ set: fields({ a: 5 }) });
  assert.deepEqual(record, { ...base, data: fields({ a: 5, b: 2 }), version: 2 });
  assert.equal(apply({ set: fields({ a: 5 }) }, { seconds: 59 }).record.usedAt, BEGAN);
  assert.equal(apply({ set: fields({ a: 5 }) }, { seconds: 60 }).record.usedAt, BEGAN + 60_000);
  assert.equal(apply({ slots: flash("hi") }, { seconds: 60 }).record.usedAt, BEGAN + 60_000);
});

test("a change never touches what it was given", () => {
  const before = structuredClone(base);
  apply({ set: fields({ a: 5 }), unset: new Set(['"b"']), slots: flash("new"), rotation: rotation({}) });
  assert.deepEqual(base, before);
});

for (const [what, given, wanted] of [
  ["a renewal", { persist: 7200 }, {}],
  ["a renewal without a limit of its own", {}, { persist: undefined }],
  ["a new limit", { persist: 60, restart: true }, { persist: 60, createdAt: BEGAN + 10_000 }],
  ["a new proof", { persist: 7200, authenticated: true }, { authenticatedAt: BEGAN + 10_000 }],
  [
    "a switch",
    { subject: "alice", restart: true, authenticated: true },
    { subject: "alice", persist: undefined, createdAt: BEGAN + 10_000, authenticatedAt: BEGAN + 10_000 },
  ],
  [
    "a switch that proves nothing",
    { subject: "alice" },
    { subject: "alice", persist: undefined, authenticatedAt: undefined },
  ],
  [
    "a sign-out",
    { subject: undefined, restart: true },
    { subject: undefined, persist: undefined, createdAt: BEGAN + 10_000, authenticatedAt: undefined },
  ],
] as Array<[string, Partial<Rotation>, Partial<SessionRecord>]>) {
  test(`${what} makes a record of the rotation and of what was there`, () => {
    const kept = new Map([["flash", base.slots.get("flash")!]]);
    const { record } = apply({ rotation: rotation(given) });
    assert.deepEqual(record, { ...base, slots: kept, usedAt: BEGAN + 10_000, version: 2, ...wanted });
  });
}

test("a rotation keeps the slots that come with it, kept or not, and drops those before it that should not be", () => {
  const slots = new Map([
    ["other", slot(1, false)],
    ["flash", slot("new", true)],
  ]);
  const { record } = apply({ slots, rotation: rotation({}) });
  assert.deepEqual(Object.fromEntries([...record.slots].map(([name, { json }]) => [name, json])), {
    flash: '"new"',
    other: "1",
  });
});

test("overwritten counts each key and slot that somebody else changed to something else meanwhile", () => {
  const current = apply({ set: fields({ a: 9, c: 3 }), slots: flash("theirs") }).record;
  const over = (change: Partial<Change>) => apply(change, { current }).overwritten;
  assert.equal(over({ set: fields({ a: 5 }) }), 1);
  assert.equal(over({ set: fields({ a: 9 }) }), 0, "the same value");
  assert.equal(over({ set: fields({ b: 5 }) }), 0, "a key that nobody changed");
  assert.equal(over({ set: fields({ c: 5 }) }), 1, "a key that was not there");
  assert.equal(over({ unset: new Set(['"a"', '"b"']) }), 1);
  assert.equal(over({ slots: flash("mine") }), 1);
  assert.equal(over({ slots: flash("theirs") }), 0);
  assert.equal(over({ slots: new Map([["csrf", slot("mine", false)]]) }), 0);
  assert.equal(over({ slots: new Map([["flash", null]]) }), 0, "a slot that was to be removed stays");
  assert.equal(over({ set: fields({ a: 5, c: 5 }), slots: flash("mine") }), 3);
  const gone = apply({ unset: new Set(['"a"']) }).record;
  assert.equal(apply({ unset: new Set(['"a"']) }, { current: gone }).overwritten, 0, "gone already");
  assert.equal(apply({ set: fields({ a: 5 }) }, { current: gone }).overwritten, 1, "somebody removed it");
});

test("a fill is applied only to keys that are what was read, and a change goes over it", () => {
  const fill = { set: fields({ a: "filled", z: "filled" }), unset: new Set(['"b"']) };
  const data = (change: Partial<Change>, current = base) =>
    Object.fromEntries(
      [...apply({ fill, ...change }, { current }).record.data].map(([key, json]) => [
        JSON.parse(key),
        JSON.parse(json),
      ]),
    );
  assert.deepEqual(data({}), { a: "filled", z: "filled" });
  assert.deepEqual(data({ set: fields({ a: 5, b: 6 }) }), { a: 5, b: 6, z: "filled" });
  assert.deepEqual(data({ unset: new Set(['"z"', '"a"']) }), {});
  const current = apply({ set: fields({ a: 9, b: 9, z: 9 }) }).record;
  assert.deepEqual(data({}, current), { a: 9, b: 9, z: 9 });
});
