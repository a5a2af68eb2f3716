/** The adapter contract over Express and Connect. */
import { describe, test } from "node:test";
import { adapterContract } from "../../src/testing/adapter-contract.ts";
import { openConnect, openExpress } from "../support/contract-hosts/express.ts";

describe("the adapter contract over Express", () => {
  for (const check of adapterContract) test(check.name, () => check.run(openExpress));
});

describe("the adapter contract over Connect", () => {
  for (const check of adapterContract) test(check.name, () => check.run(openConnect));
});
