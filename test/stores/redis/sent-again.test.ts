import assert from "node:assert/strict";
import { test } from "node:test";
import type { Redis } from "ioredis";
import { parseToken } from "../../../src/crypto/ids.ts";
import { NO_CHANGES } from "../../../src/session/change.ts";
import type { Draft } from "../../../src/session/record.ts";
import { redisStore } from "../../../src/stores/redis.ts";
import { SCRIPTS, type Script } from "../../../src/stores/redis-scripts.ts";
import { LIMITS } from "../../../src/testing/contract/bench.ts";
import { clusterClients, singleClients } from "../../support/redis-clients.ts";
import { noRedis, redisCluster, redisServer } from "../../support/redis-server.ts";

const skip = noRedis;
const start = Date.UTC(2026, 0, 1);
const context = (now = start, limits = LIMITS) => ({ now, limits, emit: () => {}, cookieName: "session" });
const draft: Draft = {
  ...{ data: new Map(), slots: new Map(), subject: undefined },
  ...{ authenticatedAt: undefined, persist: undefined },
};
const nothing = { ...NO_CHANGES, fill: NO_CHANGES, slots: new Map(), serial: false };
const into = (subject: string) => ({ subject, persist: undefined, restart: true, authenticated: true });

/** A client that sends one script's next command twice, as after a cut connection; something happens in between. */
function sendingTwice(client: Redis, script: Script, between: () => Promise<unknown>) {
  let armed = true;
  return {
    isCluster: client.isCluster,
    options: client.options,
    pipeline: client.pipeline.bind(client),
    async call(...command: [string, ...string[]]) {
      const isIt = command[1] === script.sha || command[1] === script.text;
      const answer = await client.call(...command).catch((error: Error) => error);
      if (answer instanceof Error) throw answer;
      if (!armed || !isIt) return answer;
      armed = false;
      await between();
      return client.call(...command);
    },
  };
}

test("a sign-in that is sent again after its session was ended does not bring that one back", { skip }, async (t) => {
  const client = (await singleClients.ioredis!(t, await redisServer(t))) as Redis;
  const plain = redisStore(client);
  for (const end of [
    async (handle: string) => assert.equal(await plain.end!("bob", handle, context()), true),
    async () => plain.deleteAll!("bob", {}, context()),
  ]) {
    let ended = "";
    const store = redisStore(
      sendingTwice(client, SCRIPTS.bind, async () => {
        const [session] = await plain.list!("bob", context());
        ended = session!.handle;
        await end(ended);
      }),
    );
    const token = await store.create({ ...draft, subject: "bob" }, context());
    assert.notEqual(parseToken(token)!.key, ended);
    assert.deepEqual(
      (await plain.list!("bob", context())).map(({ handle }) => handle),
      [parseToken(token)!.key],
      "it began anew",
    );
    await plain.deleteAll!("bob", {}, context());
  }
});

test("on a Cluster a switch of the subject that is sent again leaves nothing behind", {
  skip,
  timeout: 30_000,
}, async (t) => {
  const client = (await clusterClients.ioredis!(t, await redisCluster(t))) as unknown as Redis;
  const plain = redisStore(client, { maxPerSubject: 1 });
  const bob = await plain.create({ ...draft, subject: "bob" }, context());
  const store = redisStore(
    sendingTwice(client, SCRIPTS.write, async () => {}),
    { maxPerSubject: 1 },
  );
  const read = await store.read(bob, context());
  assert.ok("record" in read);
  const switched = await store.update(bob, { base: read.record, ...nothing, rotation: into("alice") }, context());
  assert.ok("token" in switched);
  await plain.create({ ...draft, subject: "bob" }, context());
  assert.ok(
    "record" in (await plain.read(switched.token, context())),
    "bob's next sign-in does not end alice's session",
  );
});

test("a restart of the idle clock that comes late does not take it back", { skip }, async (t) => {
  const client = (await singleClients.ioredis!(t, await redisServer(t))) as Redis;
  const plain = redisStore(client);
  const token = await plain.create(draft, context());
  const late = Promise.withResolvers<void>();
  const slow = redisStore({
    pipeline: client.pipeline.bind(client),
    async call(...command: [string, ...string[]]) {
      if (/^eval/.test(command[0]) && !command.includes(SCRIPTS.memory.sha)) await late.promise;
      return client.call(...command);
    },
  });
  await slow.read(token, context(start + 60_000));
  const used = start + 600_000;
  await plain.read(token, context(used));
  late.resolve();
  await plain.read(token, context(used)); // after it, on the same connection
  const after = await plain.read(token, context(used + 1000));
  assert.ok("record" in after);
  assert.equal(after.record.usedAt, used);
});

test("while the server is out of memory sessions can be ended, one by one and all at once", { skip }, async (t) => {
  const server = await redisServer(t);
  const store = redisStore(await singleClients.redis!(t, server));
  const [one, two] = [
    await store.create({ ...draft, subject: "bob" }, context()),
    await store.create({ ...draft, subject: "bob" }, context()),
  ];
  const epoch = await store.subjectEpoch!("bob", context());
  server.command("config", "set", "maxmemory", "1");
  await assert.rejects(async () => store.create(draft, context()), /OOM/);
  assert.equal(await store.delete(one, context()), true);
  await store.deleteAll!("bob", {}, context());
  assert.deepEqual(await store.read(two, context()), { refused: "unknown" });
  assert.notEqual(await store.subjectEpoch!("bob", context()), epoch);
});
