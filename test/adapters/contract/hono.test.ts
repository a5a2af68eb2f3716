import { holdsAdapterContract } from "../../support/adapter-contract.ts";
import { openHono } from "../../support/contract-hosts/hono.ts";
import { LACKS } from "../../support/contract-hosts/on-fetch.ts";

holdsAdapterContract("Hono", openHono, LACKS);
