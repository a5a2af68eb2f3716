/** Runs the adapter contract over a host, in memory and with a real Redis. */
import { describe, test } from "node:test";
import type { Store } from "../../src/session/store.ts";
import { redisStore } from "../../src/stores/redis.ts";
import type { AboutAdapter, OpenAdapter } from "../../src/testing/adapter-contract/site.ts";
import { adapterContract } from "../../src/testing/adapter-contract.ts";
import { wholeFile } from "./ending.ts";
import { singleClients } from "./redis-clients.ts";
import { noRedis, redisServer } from "./redis-server.ts";

const file = wholeFile();

export function holdsAdapterContract(name: string, open: OpenAdapter, lacks: AboutAdapter["lacks"] = {}): void {
  describe(`the adapter contract over ${name}`, () => run(open, { lacks }));
  if (process.env.CONTRACT_STORES === "memory") return; // on the other runtimes, where it is the runtime that is in question
  describe(`the adapter contract over ${name}, with Redis`, { skip: noRedis ?? false }, () => {
    run(open, { lacks, store: redisStores() });
  });
}

function run(open: OpenAdapter, about: AboutAdapter): void {
  for (const check of adapterContract) {
    test(check.name, { skip: check.skip(about), timeout: 30_000 }, () => check.run(open, about));
  }
}

/** An empty one each, on one server. */
function redisStores(): () => Promise<Store> {
  let client: ReturnType<NonNullable<(typeof singleClients)["redis"]>> | undefined;
  let opened = 0;
  return async () => {
    client ??= redisServer(file).then((server) => singleClients.redis!(file, server));
    return redisStore(await client, { prefix: `contract${opened++}:` });
  };
}
