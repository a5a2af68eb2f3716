/** The adapter contract over Fetch. */
import { describe, test } from "node:test";
import { adapterContract } from "../../src/testing/adapter-contract.ts";
import { BARE_LACKS, openFetch } from "../support/contract-hosts/fetch.ts";

const about = { lacks: BARE_LACKS };
describe("the adapter contract over Fetch", () => {
  for (const check of adapterContract) test(check.name, { skip: check.skip(about) }, () => check.run(openFetch, about));
});
