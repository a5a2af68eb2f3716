/** The clients that tests talk to Redis with, by name; each closed when its test ends. */
import { Cluster as IoCluster, Redis as IoRedis } from "ioredis";
import { Redis as IoValkey, Cluster as ValkeyCluster } from "iovalkey";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import type { RedisClient } from "../../src/stores/redis-client.ts";
import type { Ending } from "./ending.ts";
import type { RedisServer, Sentinels } from "./redis-server.ts";

const quiet = () => {};
const RECONNECT = 100; // milliseconds at most

/** Clients of one server. */
export const singleClients: Readonly<Record<string, (t: Ending, server: RedisServer) => Promise<RedisClient>>> = {
  async redis(t, { url }) {
    const client = createClient({ url, socket: { reconnectStrategy: (n) => Math.min(RECONNECT, 10 * 2 ** n) } });
    client.on("error", quiet);
    await client.connect();
    t.after(() => client.destroy());
    return client;
  },
  async "redis pool"(t, { url }) {
    const socket = { reconnectStrategy: (n: number) => Math.min(RECONNECT, 10 * 2 ** n) };
    const pool = createClientPool({ url, socket }, { minimum: 2, maximum: 8 });
    pool.on("error", quiet);
    await pool.connect();
    t.after(() => pool.destroy());
    return pool;
  },
  async ioredis(t, { url }) {
    const client = new IoRedis(url, {
      retryStrategy: (n) => Math.min(RECONNECT, 10 * 2 ** n),
      maxRetriesPerRequest: null,
    });
    client.on("error", quiet);
    t.after(() => client.disconnect());
    return client;
  },
  async iovalkey(t, { url }) {
    const client = new IoValkey(url, {
      retryStrategy: (n) => Math.min(RECONNECT, 10 * 2 ** n),
      maxRetriesPerRequest: null,
    });
    client.on("error", quiet);
    t.after(() => client.disconnect());
    return client;
  },
};

/** Clients of a Cluster. */
export const clusterClients: Readonly<
  Record<string, (t: Ending, nodes: readonly RedisServer[]) => Promise<RedisClient>>
> = {
  async redis(t, nodes) {
    const cluster = createCluster({
      rootNodes: nodes.map(({ url }) => ({ url })),
      defaults: { socket: { reconnectStrategy: (n) => Math.min(RECONNECT, 10 * 2 ** n) } },
    });
    cluster.on("error", quiet);
    await cluster.connect();
    t.after(() => cluster.destroy());
    return cluster;
  },
  async ioredis(t, nodes) {
    const cluster = new IoCluster(
      nodes.map(({ port }) => ({ host: "127.0.0.1", port })),
      { clusterRetryStrategy: (n) => Math.min(RECONNECT, 10 * 2 ** n) },
    );
    cluster.on("error", quiet);
    t.after(() => cluster.disconnect());
    return cluster;
  },
  async iovalkey(t, nodes) {
    const cluster = new ValkeyCluster(nodes.map(({ port }) => ({ host: "127.0.0.1", port })));
    cluster.on("error", quiet);
    t.after(() => cluster.disconnect());
    return cluster;
  },
};

/** Clients that ask sentinels who the master is. */
export const sentinelClients: Readonly<Record<string, (t: Ending, watched: Sentinels) => Promise<RedisClient>>> = {
  async redis(t, { name, sentinels }) {
    const client = createSentinel({
      name,
      sentinelRootNodes: sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
      scanInterval: 200,
    });
    client.on("error", quiet);
    await client.connect();
    t.after(() => client.destroy());
    return client;
  },
  async ioredis(t, { name, sentinels }) {
    const client = new IoRedis({
      name,
      sentinels: sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
      retryStrategy: (n) => Math.min(RECONNECT, 10 * 2 ** n),
      sentinelRetryStrategy: () => RECONNECT,
      maxRetriesPerRequest: null,
    });
    client.on("error", quiet);
    t.after(() => client.disconnect());
    return client;
  },
  async iovalkey(t, { name, sentinels }) {
    const client = new IoValkey({
      name,
      sentinels: sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
      maxRetriesPerRequest: null,
    });
    client.on("error", quiet);
    t.after(() => client.disconnect());
    return client;
  },
};
