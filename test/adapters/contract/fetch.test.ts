import { holdsAdapterContract } from "../../support/adapter-contract.ts";
import { openFetch } from "../../support/contract-hosts/fetch.ts";
import { LACKS } from "../../support/contract-hosts/on-fetch.ts";

holdsAdapterContract("bare Fetch", openFetch, LACKS);
