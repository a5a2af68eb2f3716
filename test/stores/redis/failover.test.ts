import assert from "node:assert/strict";
import { test } from "node:test";
import { redisStore } from "../../../src/stores/redis.ts";
import { countingVisitors } from "../../support/counting-visitors.ts";
import { clusterClients, sentinelClients } from "../../support/redis-clients.ts";
import { noRedis, redisCluster, redisSentinels } from "../../support/redis-server.ts";
import { until } from "../../support/until.ts";

const CLUSTERS: ReadonlyArray<readonly [client: string, waitReplicas: number]> = [
  ["redis", 1],
  ["ioredis", 0],
  ["iovalkey", 1],
];

for (const [name, waitReplicas] of CLUSTERS) {
  const connect = clusterClients[name]!;
  test(`${name}: a Cluster's master is killed under load, with waitReplicas: ${waitReplicas}`, {
    skip: noRedis,
    timeout: 60_000,
  }, async (t) => {
    const nodes = await redisCluster(t);
    const crowd = await countingVisitors(t, redisStore(await connect(t, nodes), { waitReplicas }), 16);
    await crowd.more(100);
    const master = nodes.find(({ command }) => command("role").startsWith("master"))!;
    const survivor = nodes.find((node) => node !== master)!;
    await master.stop("SIGKILL");
    await until(() => survivor.command("cluster", "info").includes("cluster_state:ok"), "the cluster is whole");
    await until(
      () =>
        survivor
          .command("cluster", "nodes")
          .split("\n")
          .filter((l) => /master - /.test(l)).length === 3,
      "a replica took over",
    );
    await crowd.more(100);
    await crowd.stop();
    assert.deepEqual(crowd.wrong, [], "nobody saw another's session");
    let [lost, gone] = [0, 0];
    for (const person of crowd.people) {
      const n = await crowd.counted(person);
      assert.ok(n <= person.acknowledged + person.failed, "nothing counts twice");
      if (n === 0) gone++;
      lost += Math.max(0, person.acknowledged - n);
    }
    t.diagnostic(
      `${crowd.served()} acknowledged, ${lost} lost to the failover, ${gone} of ${crowd.people.length} sessions gone`,
    );
    if (waitReplicas > 0) assert.equal(lost, 0, "what a replica has is kept");
  });
}

for (const [name, connect] of Object.entries(sentinelClients)) {
  test(`${name}: by Sentinels, the master is killed under load: a replica takes over`, {
    skip: noRedis,
    timeout: 60_000,
  }, async (t) => {
    const watching = await redisSentinels(t);
    const crowd = await countingVisitors(t, redisStore(await connect(t, watching), { waitReplicas: 1 }), 4, 2);
    await crowd.more(20);
    await watching.master.stop("SIGKILL");
    await until(() => watching.replica.command("role").startsWith("master"), "the replica is the master");
    // Nobody follows the new master, so that nothing can be on a replica: reads go on, and writes say so.
    await crowd.counted(crowd.people[0]!);
    await crowd.stop();
    assert.deepEqual(crowd.wrong, []);
    let lost = 0;
    for (const person of crowd.people) {
      const n = await crowd.counted(person);
      lost += Math.max(0, person.acknowledged - n);
    }
    t.diagnostic(`${crowd.served()} acknowledged, ${lost} lost to the failover with waitReplicas: 1`);
    assert.equal(lost, 0);
  });
}
