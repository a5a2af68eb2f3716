import assert from "node:assert/strict";
import { test } from "node:test";
import { storeContract } from "../../src/testing/store-contract.ts";
import { brokenStores } from "./broken-stores.ts";
import { plainStore } from "./plain-store.ts";

for (const check of storeContract)
  test(`the plain store, unbroken: ${check.name}`, () => check.run(() => plainStore()));

for (const { name, caughtBy, open } of brokenStores) {
  test(`the contract catches ${name}`, async () => {
    const check = storeContract.find((candidate) => candidate.name === caughtBy);
    assert.ok(check, `there is no check "${caughtBy}"`);
    await assert.rejects(check.run(open));
  });
}
