import { holdsAdapterContract } from "../../support/adapter-contract.ts";
import { openNode } from "../../support/contract-hosts/node.ts";

holdsAdapterContract("node:http", openNode);
