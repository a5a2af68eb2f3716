import { before } from "node:test";
import { redisStore } from "../../../src/stores/redis.ts";
import type { RedisClient } from "../../../src/stores/redis-client.ts";
import { wholeFile } from "../../support/ending.ts";
import { clusterClients, singleClients } from "../../support/redis-clients.ts";
import { noRedis, redisCluster, redisServer } from "../../support/redis-server.ts";
import { testSubjectRaces } from "../../support/subject-races.ts";

const file = wholeFile();
const clients: Record<"single" | "Cluster", RedisClient[]> = { single: [], Cluster: [] };
before(
  async () => {
    if (noRedis) return;
    const [server, nodes] = [await redisServer(file), await redisCluster(file)];
    for (const connect of Object.values(singleClients)) clients.single.push(await connect(file, server));
    for (const connect of Object.values(clusterClients)) clients.Cluster.push(await connect(file, nodes));
  },
  { timeout: 60_000 },
);
let runs = 0;
for (const mode of ["single", "Cluster"] as const) {
  testSubjectRaces(
    `Redis ${mode}`,
    () => {
      const prefix = `${runs++}:`;
      return clients[mode].map((client) => redisStore(client, { prefix }));
    },
    { skip: noRedis },
  );
}
