import { before } from "node:test";
import { redisStore } from "../../../src/stores/redis.ts";
import type { RedisClient } from "../../../src/stores/redis-client.ts";
import { CONTRACT_HOSTS } from "../../support/contract-hosts/index.ts";
import { underContract } from "../../support/contract-hosts/under-contract.ts";
import { wholeFile } from "../../support/ending.ts";
import { singleClients } from "../../support/redis-clients.ts";
import { noRedis, redisServer } from "../../support/redis-server.ts";

const file = wholeFile();
let client: RedisClient;
let stores = 0;

before(async () => {
  if (noRedis === undefined) client = await singleClients.redis!(file, await redisServer(file));
});

for (const { name } of CONTRACT_HOSTS)
  underContract(name, { store: () => redisStore(client, { prefix: `${stores++}:` }) }, noRedis);
