import { holdsAdapterContract } from "../../support/adapter-contract.ts";
import { openFastify } from "../../support/contract-hosts/fastify.ts";

holdsAdapterContract("Fastify", openFastify);
