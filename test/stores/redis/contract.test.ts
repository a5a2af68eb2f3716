import assert from "node:assert/strict";
import { before, test } from "node:test";
import { redisStore } from "../../../src/stores/redis.ts";
import type { RedisClient } from "../../../src/stores/redis-client.ts";
import { judgeStore, storeContract } from "../../../src/testing/store-contract.ts";
import { wholeFile } from "../../support/ending.ts";
import { clusterClients, sentinelClients, singleClients } from "../../support/redis-clients.ts";
import { noRedis, redisCluster, redisSentinels, redisServer } from "../../support/redis-server.ts";

const file = wholeFile();
const clients = new Map<string, RedisClient>();
let stores = 0;
const open = (name: string) => redisStore(clients.get(name)!, { prefix: `${stores++}:` });

before(
  async () => {
    if (noRedis) return;
    const [single, cluster, watched] = await Promise.all([redisServer(file), redisCluster(file), redisSentinels(file)]);
    for (const [name, connect] of Object.entries(singleClients)) clients.set(name, await connect(file, single));
    for (const [name, connect] of Object.entries(clusterClients))
      clients.set(`${name} on a Cluster`, await connect(file, cluster));
    for (const [name, connect] of Object.entries(sentinelClients))
      clients.set(`${name} by Sentinels`, await connect(file, watched));
  },
  { timeout: 60_000 },
);

const names = [
  ...Object.keys(singleClients),
  ...Object.keys(clusterClients).map((name) => `${name} on a Cluster`),
  ...Object.keys(sentinelClients).map((name) => `${name} by Sentinels`),
];
for (const name of names) {
  for (const check of storeContract) {
    test(`${name}, ${check.guarantee}: ${check.name}`, { skip: noRedis }, () => check.run(() => open(name)));
  }
  test(`${name}: judged as a whole, it lacks nothing`, { skip: noRedis }, async () => {
    const verdicts = await judgeStore(() => open(name));
    assert.deepEqual(new Set(verdicts.map(({ state }) => state)), new Set(["held"]));
  });
}
