import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Redis } from "ioredis";
import { redisStore } from "../../../src/stores/redis.ts";
import { clusterClients, singleClients } from "../../support/redis-clients.ts";
import { noRedis, type RedisServer, redisCluster, redisServer } from "../../support/redis-server.ts";
import { commonPages, type Site, site } from "../../support/site.ts";
import { request, sessionCookie } from "../../support/visitor.ts";

/** The commands that clients sent to the servers while `run` ran, as MONITOR prints them; those of scripts do not count. */
async function watched(t: TestContext, servers: readonly RedisServer[]) {
  const seen: string[] = [];
  const marker = new Redis(servers[0]!.url);
  t.after(() => marker.disconnect());
  const monitors = await Promise.all(
    servers.map(async ({ url }) => {
      const redis = new Redis(url);
      const monitor = await redis.monitor();
      t.after(() => [redis, monitor].map((each) => each.disconnect()));
      monitor.on("monitor", (_time: string, args: string[], source: string) => {
        if (source !== "lua") seen.push(args.join(" "));
      });
      return redis;
    }),
  );
  let marks = 0;
  return async (run: () => Promise<unknown>): Promise<string[]> => {
    const from = seen.length;
    await run();
    const mark = `echo mark${marks++}`;
    for (const redis of monitors) await redis.call("echo", mark.slice(5));
    while (seen.filter((line) => line === mark).length < monitors.length) await new Promise(setImmediate);
    const commands = seen
      .slice(from)
      .filter(
        (line) =>
          !line.startsWith("echo ") && !/^(info|ping|cluster|command|hello|client|select|readonly)\b/i.test(line),
      );
    seen.length = 0;
    return commands.map((line) => line.split(" ")[0]!.toLowerCase());
  };
}

/** Runs every script once, so that the server has it. */
async function warm({ url, clock }: Site): Promise<void> {
  const cookie = `session=${sessionCookie(await request(`${url}/count`))}`;
  await request(`${url}/count`, "GET", { cookie });
  const signedIn = `session=${sessionCookie(await request(`${url}/login`, "GET", { cookie }))}`;
  clock.advance(60);
  await request(`${url}/show`, "GET", { cookie: signedIn });
  await request(`${url}/logout`, "GET", { cookie: signedIn });
}

for (const [name, connect] of Object.entries(singleClients)) {
  test(`${name}: commands per request on one server`, { skip: noRedis }, async (t) => {
    const server = await redisServer(t);
    const shop = await site(t, commonPages, { store: redisStore(await connect(t, server)) });
    const { url, clock } = shop;
    await warm(shop);
    const during = await watched(t, [server]);
    let cookie = "";
    const get = async (path: string, headers: Record<string, string> = { cookie }) => {
      const visit = await request(url + path, "GET", headers);
      if (sessionCookie(visit)) cookie = `session=${sessionCookie(visit)}`;
    };
    assert.deepEqual(await during(() => get("/show", {})), [], "anonymous");
    assert.deepEqual(await during(() => get("/show", { cookie: "session=nonsense" })), [], "a malformed id");
    assert.deepEqual(await during(() => get("/count", {})), ["evalsha"], "a session begins");
    assert.deepEqual(await during(() => get("/show")), ["get"], "a read");
    assert.deepEqual(await during(() => get("/count")), ["get", "evalsha"], "a write");
    assert.deepEqual(await during(() => get("/login")), ["get", "evalsha"], "a sign-in");
    assert.deepEqual(await during(() => get("/login?alice")), ["get", "evalsha"], "a switch");
    clock.advance(60);
    assert.deepEqual(await during(() => get("/show")), ["get", "evalsha"], "a read that restarts the idle clock");
    assert.deepEqual(await during(() => get("/show")), ["get"], "the next one");
    assert.deepEqual(await during(() => get("/logout")), ["get", "evalsha"], "a sign-out");
    cookie = "";
    assert.deepEqual(await during(() => get("/login", {})), ["evalsha"], "a sign-in without a session");
  });
}

for (const [name, connect] of Object.entries(clusterClients)) {
  test(`${name}: commands per request on a Cluster`, { skip: noRedis }, async (t) => {
    const nodes = await redisCluster(t);
    const shop = await site(t, commonPages, { store: redisStore(await connect(t, nodes)) });
    for (let i = 0; i < 60; i++) await warm(shop); // every node has every script
    const masters = nodes.filter(({ command }) => command("role").startsWith("master"));
    const during = await watched(t, masters);
    let cookie = `session=${sessionCookie(await request(`${shop.url}/count`))}`;
    await during(async () => {});
    assert.deepEqual(await during(() => request(`${shop.url}/show`, "GET", { cookie })), ["get"], "a read");
    assert.deepEqual(
      await during(() => request(`${shop.url}/count`, "GET", { cookie })),
      ["get", "evalsha"],
      "a write",
    );
    const signIn = await during(async () => {
      cookie = `session=${sessionCookie(await request(`${shop.url}/login`, "GET", { cookie }))}`;
    });
    assert.ok(signIn.length <= 4, `a sign-in took ${signIn}`);
    const fresh = await during(() => request(`${shop.url}/login`));
    assert.ok(fresh.length <= 4, `a sign-in without a session took ${fresh}`);
    t.diagnostic(`sign-in ${signIn.length} commands, without a session ${fresh.length}`);
  });
}

test("scripts that the server has forgotten are sent again, once", { skip: noRedis }, async (t) => {
  const server = await redisServer(t);
  const shop = await site(t, commonPages, { store: redisStore(await singleClients.redis!(t, server)) });
  await warm(shop);
  const during = await watched(t, [server]);
  const cookie = `session=${sessionCookie(await request(`${shop.url}/count`))}`;
  const count = () => request(`${shop.url}/count`, "GET", { cookie });
  server.command("script", "flush");
  await during(async () => {});
  assert.deepEqual(await during(count), ["get", "evalsha", "eval"]);
  assert.deepEqual(await during(count), ["get", "evalsha"]);
  assert.equal((await request(`${shop.url}/show`, "GET", { cookie })).body, '{"n":3}');
});
