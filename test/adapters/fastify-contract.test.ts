/** The adapter contract over Fastify. */
import { describe, test } from "node:test";
import { adapterContract } from "../../src/testing/adapter-contract.ts";
import { openFastify } from "../support/contract-hosts/fastify.ts";

describe("the adapter contract over Fastify", () => {
  for (const check of adapterContract) test(check.name, () => check.run(openFastify));
});
