/** What `session` of `ringlight/node` lends to bare listeners. */
import { describe, test } from "node:test";
import { adapterContract } from "../../src/testing/adapter-contract.ts";
import { openNode } from "../support/contract-hosts/node.ts";

describe("the adapter contract over node:http", () => {
  for (const check of adapterContract) test(check.name, () => check.run(openNode));
});
