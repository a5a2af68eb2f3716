/** The adapter contract over Koa. */
import { describe, test } from "node:test";
import { adapterContract } from "../../src/testing/adapter-contract.ts";
import { openKoa } from "../support/contract-hosts/koa.ts";

describe("the adapter contract over Koa", () => {
  for (const check of adapterContract) test(check.name, () => check.run(openKoa));
});
