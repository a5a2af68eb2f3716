/** Redis in its three forms, started once for all tests of a file, each with one client. */
import { before } from "node:test";
import { type RedisStore, type RedisStoreOptions, redisStore } from "../../src/stores/redis.ts";
import type { RedisClient } from "../../src/stores/redis-client.ts";
import { wholeFile } from "./ending.ts";
import { clusterClients, sentinelClients, singleClients } from "./redis-clients.ts";
import { noRedis, redisCluster, redisSentinels, redisServer } from "./redis-server.ts";

const MODES = ["single", "Cluster", "Sentinel"] as const;
export type Mode = (typeof MODES)[number];

/** By mode: a store of its own in it, under a prefix of its own. */
export function redisModes(
  modes: readonly Mode[] = MODES,
): Readonly<Record<string, (options?: RedisStoreOptions) => RedisStore>> {
  const file = wholeFile();
  const clients = new Map<Mode, RedisClient>();
  const connect: Record<Mode, () => Promise<RedisClient>> = {
    single: async () => singleClients.redis!(file, await redisServer(file)),
    Cluster: async () => clusterClients.ioredis!(file, await redisCluster(file)),
    Sentinel: async () => sentinelClients.redis!(file, await redisSentinels(file)),
  };
  before(
    async () => {
      if (noRedis) return;
      for (const mode of modes) clients.set(mode, await connect[mode]());
    },
    { timeout: 60_000 },
  );
  let stores = 0;
  return Object.fromEntries(
    modes.map((mode) => [
      mode,
      (options = {}) => redisStore(clients.get(mode)!, { prefix: `${stores++}:`, ...options }),
    ]),
  );
}
