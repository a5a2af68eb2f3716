import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { redisStore } from "../../../src/stores/redis.ts";
import { countingVisitors } from "../../support/counting-visitors.ts";
import { singleClients } from "../../support/redis-clients.ts";
import { noRedis, redisServer } from "../../support/redis-server.ts";
import { commonPages, site } from "../../support/site.ts";
import { tcpProxy } from "../../support/tcp-proxy.ts";
import { until } from "../../support/until.ts";
import { request, sessionCookie } from "../../support/visitor.ts";

for (const [name, connect] of Object.entries(singleClients)) {
  test(`${name}: killed under load and started again, it loses nothing that was acknowledged`, {
    skip: noRedis,
  }, async (t) => {
    const server = await redisServer(t, { appendonly: "yes", appendfsync: "always" });
    const crowd = await countingVisitors(t, redisStore(await connect(t, server)), 8);
    await crowd.more(100);
    await server.stop("SIGKILL");
    await pause(1500); // so long it is away: requests fail, and the breaker opens
    await server.start();
    const back = performance.now();
    await crowd.more(1);
    const recovery = Math.round(performance.now() - back);
    await crowd.more(100);
    await crowd.stop();
    assert.deepEqual(crowd.wrong, []);
    let perhaps = 0;
    for (const person of crowd.people) {
      const n = await crowd.counted(person);
      assert.ok(n >= person.acknowledged, `${n} stored of ${person.acknowledged} acknowledged`);
      assert.ok(n <= person.acknowledged + person.failed, `${n} stored, ${person.acknowledged} and ${person.failed}`);
      perhaps += n - person.acknowledged;
    }
    const failed = crowd.people.reduce((sum, person) => sum + person.failed, 0);
    t.diagnostic(
      `${crowd.served()} acknowledged, 0 lost; ${failed} refused while it was away, ${perhaps} of them stored; ` +
        `answers again after ${recovery} ms`,
    );
    assert.ok(recovery < 1000, `answers again after ${recovery} ms`);
    assert.ok(failed > 0, "it was away");
    assert.ok(crowd.events.some(({ type }) => type === "store.failed"));
  });
}

test("a network that swallows packets: every request ends within the time limit, and the breaker spares the rest", {
  skip: noRedis,
}, async (t) => {
  const server = await redisServer(t);
  const proxy = await tcpProxy(t, server.port);
  const client = createClient({ url: `redis://127.0.0.1:${proxy.port}`, socket: { reconnectStrategy: 50 } });
  client.on("error", () => {});
  await client.connect();
  t.after(() => client.destroy());
  const storeTimeout = 0.5;
  const { url, events, errors } = await site(t, commonPages, {
    store: redisStore(client),
    storeTimeout,
    now: Date.now,
    withoutStore: ({ uri }) => uri === "/status",
  });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  proxy.swallow();
  const paths = ["/show", "/count", "/login?alice", "/logout"];
  const took: number[] = [];
  const ask = async (path: string) => {
    const began = performance.now();
    const { status, setCookies } = await request(url + path, "GET", { cookie });
    took.push(performance.now() - began);
    assert.deepEqual([status, setCookies], [503, []], path);
  };
  await Promise.all(Array.from({ length: 40 }, (_, i) => ask(paths[i % 4]!)));
  t.diagnostic(
    `40 requests at once, a limit of ${storeTimeout * 1000} ms: the slowest took ${Math.round(Math.max(...took))} ms`,
  );
  assert.ok(Math.max(...took) < storeTimeout * 1000 + 1000);
  const codes = new Set(errors.map((error) => (error as { code?: string }).code));
  assert.deepEqual(codes, new Set(["ERR_STORE_TIMEOUT"]));
  assert.equal(events.filter(({ type }) => type === "store.paused").length, 1);
  const before = took.length;
  await Promise.all(paths.map(ask));
  const fast = took.slice(before);
  t.diagnostic(`4 more while the breaker is open: the slowest took ${Math.round(Math.max(...fast))} ms`);
  assert.equal((errors.at(-1) as { code?: string }).code, "ERR_STORE_UNAVAILABLE");
  assert.equal((await request(`${url}/status`, "GET", { cookie })).body, '{"state":"unavailable"}');
  proxy.heal();
  await until(async () => (await request(`${url}/show`, "GET", { cookie })).status === 200, "it answers again");
  assert.equal(events.filter(({ type }) => type === "store.resumed").length, 1);
});

test("a command that the client sends again after a cut connection counts once", {
  skip: noRedis,
  timeout: 60_000,
}, async (t) => {
  const server = await redisServer(t);
  const proxy = await tcpProxy(t, server.port);
  const client = new Redis({ port: proxy.port, maxRetriesPerRequest: null, retryStrategy: () => 1 });
  client.on("error", () => {});
  t.after(() => client.disconnect());
  const { url } = await site(t, commonPages, { store: redisStore(client), storeTimeout: 30, breaker: false });
  const cookie = `session=${sessionCookie(await request(`${url}/count`))}`;
  await request(`${url}/count`, "GET", { cookie });
  let cuts = 0;
  proxy.cutBeforeAnswer(() => {
    cuts++;
    return 4 + (cuts % 5); // the client's own greeting, and a few answers
  });
  const answers = await Promise.all(Array.from({ length: 50 }, () => request(`${url}/count`, "GET", { cookie })));
  const acknowledged = answers.filter(({ status }) => status === 200).length;
  proxy.heal();
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, `{"n":${2 + acknowledged}}`);
  t.diagnostic(`${acknowledged} of 50 acknowledged over ${cuts} cut connections`);
  assert.equal(acknowledged, 50);
  assert.ok(cuts > 3, "connections were cut");
});

test("what no replica has is lost when its primary is: counted, and not acknowledged with waitReplicas: 1", {
  skip: noRedis,
}, async (t) => {
  for (const waitReplicas of [0, 1]) {
    const primary = await redisServer(t);
    const proxy = await tcpProxy(t, primary.port);
    const replica = await redisServer(t, { replicaof: `127.0.0.1 ${proxy.port}` });
    await until(() => replica.command("info", "replication").includes("master_link_status:up"), "the replica follows");
    const store = redisStore(await singleClients.redis!(t, primary), { waitReplicas });
    const { url, errors } = await site(t, commonPages, { store, breaker: false });
    const cookie = `session=${sessionCookie(await request(`${url}/count`))}`;
    await until(() => replica.command("dbsize") === "1", "the replica has it");
    proxy.swallow();
    const visits = await Promise.all([1, 2, 3].map(() => request(`${url}/count`, "GET", { cookie })));
    const acknowledged = 1 + visits.filter(({ status }) => status === 200).length;
    await primary.stop("SIGKILL");
    replica.command("replicaof", "no", "one");
    const left = await site(t, commonPages, { store: redisStore(await singleClients.redis!(t, replica)) });
    const { body } = await request(`${left.url}/show`, "GET", { cookie });
    const stored = Number((JSON.parse(body) as { n?: number }).n);
    t.diagnostic(`waitReplicas: ${waitReplicas}: ${acknowledged} acknowledged, ${acknowledged - stored} of them lost`);
    assert.equal(acknowledged, waitReplicas === 0 ? 4 : 1);
    assert.equal(stored, 1);
    if (waitReplicas === 1) {
      assert.match(String((errors[0] as Error).cause), /stored, but on 0 replicas only/);
    }
  }
});
