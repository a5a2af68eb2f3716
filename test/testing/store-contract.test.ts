import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStore } from "../../src/stores/memory.ts";
import { judgeStore, storeContract } from "../../src/testing/store-contract.ts";

for (const check of storeContract)
  test(`memory store, ${check.guarantee}: ${check.name}`, () => check.run(() => memoryStore()));

test("every check has a name of its own", () => {
  assert.equal(new Set(storeContract.map(({ name }) => name)).size, storeContract.length);
});

test("a store that gives everything is judged as holding each guarantee that has checks", async () => {
  const verdicts = await judgeStore(() => memoryStore());
  assert.deepEqual(new Set(verdicts.map(({ state }) => state)), new Set(["held"]));
});

test("a lack that is declared and does not exist is judged stale, one that is not declared broken", async () => {
  const stale = await judgeStore(() => ({ ...memoryStore(), lacks: { G4: "so we say" } }));
  assert.equal(stale.find(({ guarantee }) => guarantee === "G4")?.state, "stale");
  const store = () => ({ ...memoryStore(), delete: () => true });
  assert.equal((await judgeStore(store)).find(({ guarantee }) => guarantee === "G3")?.state, "broken");
  const lacking = await judgeStore(() => ({ ...store(), lacks: { G3: "sessions cannot be ended", G6: "neither" } }));
  assert.equal(lacking.find(({ guarantee }) => guarantee === "G3")?.state, "lacking");
});
