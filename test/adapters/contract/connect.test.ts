import { holdsAdapterContract } from "../../support/adapter-contract.ts";
import { openConnect } from "../../support/contract-hosts/express.ts";

holdsAdapterContract("Connect", openConnect);
