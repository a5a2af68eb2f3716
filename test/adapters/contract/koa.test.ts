import { holdsAdapterContract } from "../../support/adapter-contract.ts";
import { openKoa } from "../../support/contract-hosts/koa.ts";

holdsAdapterContract("Koa", openKoa);
