import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryRevocations } from "../../src/stores/revocations.ts";

test("an id ends once: the second who ends it is told what was before", () => {
  const store = memoryRevocations();
  const first = { at: 1, next: "b", sameSubject: true };
  assert.equal(store.end("a", first, 100), undefined);
  assert.deepEqual({ ...(store.end("a", { at: 2 }, 100) as object), until: 0 }, { ...first, until: 0 });
  assert.equal((store.look("a", undefined, 99) as { ended: { next: string } }).ended.next, "b");
  assert.deepEqual(store.look("b", undefined, 99), { ended: undefined, epoch: 0 });
});

test("an entry is forgotten when its time has run out, not before", () => {
  const store = memoryRevocations();
  store.end("a", { at: 1 }, 100);
  store.raise("bob", 1, 100);
  assert.deepEqual(store.look("a", "bob", 100), { ended: undefined, epoch: 0 });
  assert.equal(store.end("a", { at: 100 }, 200), undefined);
});

test("an epoch only rises, within one millisecond too, and is each subject's own", () => {
  const store = memoryRevocations();
  assert.deepEqual(
    [5, 5, 3].map((now) => store.raise("bob", now, 999)),
    [
      { before: 0, epoch: 5 },
      { before: 5, epoch: 6 },
      { before: 6, epoch: 7 },
    ],
  );
  assert.deepEqual(store.look("x", "alice", 6), { ended: undefined, epoch: 0 });
});

test("an epoch that somebody else has raised meanwhile stays as it is, if that was asked for", () => {
  const store = memoryRevocations();
  assert.deepEqual(store.raise("bob", 5, 999, 0), { before: 0, epoch: 5 });
  assert.deepEqual(store.raise("bob", 9, 999, 0), { before: 5, epoch: 5 });
  assert.deepEqual(store.raise("bob", 9, 999, 5), { before: 5, epoch: 9 });
});

test("at the bound it is an error, never a forgotten end; what has run out makes room", () => {
  const store = memoryRevocations({ max: 3 });
  for (const id of ["a", "b", "c"]) store.end(id, { at: 0 }, 100);
  assert.throws(() => store.end("d", { at: 50 }, 200), /3 entries/);
  assert.ok((store.look("a", undefined, 50) as { ended: object }).ended);
  assert.equal(store.end("d", { at: 100 }, 200), undefined);
  for (const max of [0, 1.5, Number.NaN, 20_000_000])
    assert.throws(() => memoryRevocations({ max }), { option: "max" });
});

test("entries that run out make room as fast as others come", () => {
  const store = memoryRevocations({ max: 10 });
  for (let i = 0; i < 1000; i++) assert.equal(store.end(`id ${i}`, { at: i }, i + 3), undefined);
});
