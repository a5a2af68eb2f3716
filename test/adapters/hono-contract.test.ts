/** The adapter contract over Hono. */
import { describe, test } from "node:test";
import { adapterContract } from "../../src/testing/adapter-contract.ts";
import { openHono } from "../support/contract-hosts/hono.ts";
import { FETCH_LACKS } from "../support/contract-hosts/on-fetch.ts";

const about = { lacks: FETCH_LACKS };
describe("the adapter contract over Hono", () => {
  for (const check of adapterContract) test(check.name, { skip: check.skip(about) }, () => check.run(openHono, about));
});
