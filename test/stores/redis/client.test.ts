import assert from "node:assert/strict";
import { test } from "node:test";
import { Cluster, Redis } from "ioredis";
import { redisStore } from "../../../src/stores/redis.ts";
import { noRedis, redisServer } from "../../support/redis-server.ts";
import { commonPages, site } from "../../support/site.ts";
import { until } from "../../support/until.ts";
import { request, sessionCookie } from "../../support/visitor.ts";

test("what is no client or URL throws when the store is made, and says what is one", () => {
  for (const client of [undefined, null, {}, 7, { get() {} }])
    assert.throws(() => redisStore(client as never), {
      code: "ERR_OPTION",
      option: "client",
      message: /redis, ioredis or iovalkey/,
    });
  for (const url of ["", "localhost:6379", "http://localhost", "redis://", "redis://a b"])
    assert.throws(() => redisStore(url), {
      code: "ERR_OPTION",
      option: "client",
      message: /redis:\/\/127\.0\.0\.1:6379/,
    });
});

test("options that cannot be throw when the store is made", () => {
  const client = { call: async () => null, pipeline: () => ({ exec: async () => [] }) };
  for (const prefix of ["a b", "{x}", "x".repeat(65), "ä", 7 as never, "*"])
    assert.throws(() => redisStore(client, { prefix }), { code: "ERR_OPTION", option: "prefix" });
  for (const waitReplicas of [-1, 1.5, 11, "1" as never])
    assert.throws(() => redisStore(client, { waitReplicas }), { code: "ERR_OPTION", option: "waitReplicas" });
  assert.throws(() => redisStore(client, { perfix: "x" } as never), { code: "ERR_OPTION", option: "perfix" });
});

test("a client that reads from replicas is refused: there a session that ended may still live", (t) => {
  const cluster = new Cluster([{ host: "127.0.0.1", port: 1 }], { scaleReads: "slave", lazyConnect: true });
  const replica = new Redis({
    sentinels: [{ host: "127.0.0.1", port: 1 }],
    name: "x",
    role: "slave",
    lazyConnect: true,
  });
  t.after(() => [cluster, replica].map((each) => each.disconnect()));
  for (const client of [cluster, replica])
    assert.throws(() => redisStore(client), { code: "ERR_OPTION", option: "client", message: /replicas/ });
});

test("by a URL it connects itself, before or after the server is there, and closes", { skip: noRedis }, async (t) => {
  const server = await redisServer(t);
  await server.stop();
  const store = redisStore(server.url);
  const { url } = await site(t, commonPages, { store, storeTimeout: 0.5, now: Date.now });
  assert.equal((await request(`${url}/login`)).status, 503);
  await server.start();
  await until(async () => (await request(`${url}/login`)).status === 200, "it connects");
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
  await store.close();
  assert.equal((await request(`${url}/show`, "GET", { cookie })).status, 503);
});

test("by a URL that is wrong nothing is stored, and the error says why", { skip: noRedis }, async (t) => {
  const server = await redisServer(t);
  const locked = await redisServer(t);
  locked.command("config", "set", "requirepass", "secret");
  for (const [url, why] of [
    [`${server.url}/99`, /out of range|not connected/],
    [locked.url, /NOAUTH|unauthenticated|Authentication/],
    [`redis://:wrong@127.0.0.1:${locked.port}`, /WRONGPASS|invalid/],
    ["redis://127.0.0.1:1", /ECONNREFUSED/],
  ] as const) {
    const store = redisStore(url);
    const { url: at, errors } = await site(t, commonPages, { store, storeTimeout: 5, breaker: false });
    for (let i = 0; i < 3; i++) assert.equal((await request(`${at}/login`)).status, 503, url);
    assert.match(String((errors.at(-1) as Error).cause), why);
    await store.close();
  }
  assert.equal(server.command("dbsize"), "0");
});

test("it closes while the server is away and something is under way, and may be closed twice", {
  skip: noRedis,
}, async (t) => {
  const server = await redisServer(t);
  const store = redisStore(server.url);
  const { url } = await site(t, commonPages, { store, storeTimeout: 0.5, now: Date.now });
  assert.equal((await request(`${url}/login`)).status, 200);
  await server.stop();
  const pending = request(`${url}/login`);
  await Promise.all([store.close(), store.close()]);
  assert.equal((await pending).status, 503);
});

test("a client of the application's own stays open when the store is closed", { skip: noRedis }, async (t) => {
  const client = new Redis((await redisServer(t)).url);
  t.after(() => client.disconnect());
  await redisStore(client).close();
  assert.equal(await client.ping(), "PONG");
});
