/** Runs the adapter contract over one host, in memory or over another store; on whatever runtime this is. */
import { describe, test } from "node:test";
import type { AboutAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { adapterContract } from "../../../src/testing/adapter-contract.ts";
import { CONTRACT_HOSTS } from "./index.ts";

export function underContract(name: string, { store }: Pick<AboutAdapter, "store"> = {}, skip?: string): void {
  const { open, lacks } = CONTRACT_HOSTS.find((host) => host.name === name)!;
  const about: AboutAdapter = { store, lacks };
  describe(`the adapter contract over ${name}`, { skip: skip ?? false }, () => {
    for (const check of adapterContract) test(check.name, { skip: check.skip(about) }, () => check.run(open, about));
  });
}
