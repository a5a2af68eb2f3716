import { underContract } from "../../support/contract-hosts/under-contract.ts";

underContract("Connect");
