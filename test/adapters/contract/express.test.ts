import { holdsAdapterContract } from "../../support/adapter-contract.ts";
import { openExpress } from "../../support/contract-hosts/express.ts";

holdsAdapterContract("Express", openExpress);
