import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { before, test } from "node:test";
import { promisify } from "node:util";
import { parseToken, subjectHash } from "../../../src/crypto/ids.ts";
import type { Change } from "../../../src/session/change.ts";
import { NO_CHANGES } from "../../../src/session/change.ts";
import type { SessionEvent } from "../../../src/session/events.ts";
import type { Draft } from "../../../src/session/record.ts";
import { type RedisStore, type RedisStoreOptions, redisStore } from "../../../src/stores/redis.ts";
import type { RedisClient } from "../../../src/stores/redis-client.ts";
import { LIMITS } from "../../../src/testing/contract/bench.ts";
import { wholeFile } from "../../support/ending.ts";
import { clusterClients, singleClients } from "../../support/redis-clients.ts";
import { noRedis, type RedisServer, redisCluster, redisServer } from "../../support/redis-server.ts";
import { commonPages, site } from "../../support/site.ts";
import { until } from "../../support/until.ts";
import { request, sessionCookie } from "../../support/visitor.ts";

const skip = noRedis;
const file = wholeFile();
let server: RedisServer;
let client: RedisClient;
before(async () => {
  if (skip) return;
  server = await redisServer(file);
  client = await singleClients.redis!(file, server);
});

let stores = 0;
function opened(options: RedisStoreOptions = {}): { store: RedisStore; prefix: string } {
  const prefix = options.prefix ?? `s${stores++}:`;
  return { store: redisStore(client, { ...options, prefix }), prefix };
}

const draft: Draft = {
  ...{ data: new Map([['"n"', "1"]]), slots: new Map(), subject: undefined },
  ...{ authenticatedAt: undefined, persist: undefined },
};
const start = Date.UTC(2026, 0, 1);
function context(now = start, events: SessionEvent[] = [], limits = LIMITS) {
  return { now, limits, emit: (event: SessionEvent) => void events.push(event), cookieName: "session" };
}
const recordOf = (prefix: string, token: string) => `${prefix}session:{${parseToken(token)!.key}}`;
const nothing = { ...NO_CHANGES, fill: NO_CHANGES, slots: new Map(), serial: false, rotation: undefined };

test("what is no session of this format is none, with an event, and is not written over", { skip }, async () => {
  const { store, prefix } = opened();
  const other = '[2,"hash",[],1,0,0,null,null,null,[],[]]';
  for (const value of ["", "{", "null", "1", "0x1", "[]", other, "\u0001", 's:4:"user"', `${other}\nabc`]) {
    const token = await store.create(draft, context());
    const read = await store.read(token, context());
    assert.ok("record" in read);
    server.command("set", recordOf(prefix, token), value);
    const events: SessionEvent[] = [];
    const at = context(start, events);
    assert.deepEqual(await store.read(token, at), { refused: "unknown" }, JSON.stringify(value));
    const change: Change = { base: read.record, ...nothing, set: new Map([['"n"', "2"]]) };
    assert.deepEqual(await store.update(token, change, at), { gone: "unknown" });
    assert.equal(await store.delete(token, at, read.record), false);
    assert.deepEqual(
      events,
      [1, 2, 3].map(() => ({ type: "store.unreadable" })),
    );
    assert.equal(server.command("get", recordOf(prefix, token)), value.trim(), "it is left as it was");
  }
});

test("a key of another type is no session either, never a failing request", { skip }, async () => {
  const { store, prefix } = opened();
  const token = await store.create(draft, context());
  const read = await store.read(token, context());
  assert.ok("record" in read);
  for (const command of [
    ["rpush", "x"],
    ["sadd", "x"],
    ["hset", "x", "1"],
  ]) {
    server.command("del", recordOf(prefix, token));
    server.command(command[0]!, recordOf(prefix, token), ...command.slice(1));
    const events: SessionEvent[] = [];
    const at = context(start, events);
    assert.deepEqual(await store.read(token, at), { refused: "unknown" });
    assert.equal(await store.delete(token, at), false);
    assert.equal(await store.delete(token, at, read.record), false);
    const change: Change = { base: read.record, ...nothing, set: new Map([['"n"', "2"]]) };
    assert.deepEqual(await store.update(token, change, at), { gone: "unknown" });
    assert.equal(events.length, 4);
    assert.equal(await store.end!("bob", parseToken(token)!.key, at), false);
  }
});

test("an index of another type is an error with a code, and nobody is signed in unlisted", { skip }, async () => {
  const { store, prefix } = opened();
  server.command("set", `${prefix}subject:${subjectHash("bob")}`, "x");
  await assert.rejects(async () => store.create({ ...draft, subject: "bob" }, context()), /WRONGTYPE/);
  assert.equal(server.command("keys", `${prefix}session:*`), "");
});

test("the server holds no token, no secret, no name to look for a subject by, and forgets in time", {
  skip,
}, async () => {
  const { store, prefix } = opened();
  const token = await store.create({ ...draft, subject: "bob" }, context());
  const keys = server.command("keys", `${prefix}*`).split("\n").sort();
  assert.deepEqual(keys, [recordOf(prefix, token), `${prefix}subject:${subjectHash("bob")}`].sort());
  const dump = keys.join() + server.command("get", keys[0]!);
  assert.equal(dump.includes(token.slice(22)), false, "the secret");
  const left = (key: string) => Number(server.command("pttl", key));
  const dies = (LIMITS.timeout + LIMITS.refresh + 60) * 1000;
  assert.ok(left(keys[0]!) > dies - 5000 && left(keys[0]!) <= dies, "the session: its limit and a minute");
  assert.ok(left(keys[1]!) > LIMITS.absolute * 1000, "its subject's list: longer than it can live");
});

test("a list of sessions outlasts each of them, however its limits grow", { skip }, async () => {
  const { store, prefix } = opened();
  const index = `${prefix}subject:${subjectHash("bob")}`;
  const left = () => Number(server.command("pttl", index)) / 1000;
  const token = await store.create({ ...draft, subject: "bob" }, context());
  const month = { ...LIMITS, timeout: 30 * 86_400, absolute: 30 * 86_400 };
  const later = context(start + 60_000, [], month);
  const read = await store.read(token, later); // restarts the idle clock under a longer limit
  assert.ok("record" in read && read.restarted);
  await until(() => left() > 29 * 86_400, "the list lasts longer after a reading under longer limits");
  const alices = await store.create({ ...draft, subject: "alice" }, context());
  const found = await store.read(alices, context());
  assert.ok("record" in found);
  const set = new Map([['"n"', "2"]]);
  await store.update(alices, { base: found.record, ...nothing, set }, later);
  const lasts = Number(server.command("pttl", `${prefix}subject:${subjectHash("alice")}`)) / 1000;
  assert.ok(lasts > 29 * 86_400, "after a change under longer limits");
  const persist = 90 * 86_400;
  const rotation = { subject: "bob", persist, restart: true, authenticated: false };
  const renewed = await store.update(token, { base: read.record, ...nothing, rotation }, later);
  assert.ok("token" in renewed);
  assert.ok(left() > 89 * 86_400, "after a renewal with a persist");
  await store.create({ ...draft, subject: "bob" }, context());
  assert.ok(left() > 89 * 86_400, "never shorter");
});

test("what has lapsed is taken off the list: when it is looked at, and as it grows", { skip }, async () => {
  const { store, prefix } = opened();
  const index = `${prefix}subject:${subjectHash("bob")}`;
  const listed = () => Number(server.command("hlen", index));
  for (let i = 0; i < 15; i++) {
    const token = await store.create({ ...draft, subject: "bob" }, context());
    server.command("del", recordOf(prefix, token)); // as its expiry would
  }
  assert.equal(listed(), 15);
  await store.create({ ...draft, subject: "bob" }, context());
  await until(() => listed() === 1, "the list is tidied");
  const gone = await store.create({ ...draft, subject: "bob" }, context());
  server.command("del", recordOf(prefix, gone));
  assert.equal((await store.list!("bob", context())).length, 1);
  assert.equal(listed(), 1);
});

test("many sessions of one subject end together", { skip }, async () => {
  const { store } = opened();
  const tokens = await Promise.all(
    Array.from({ length: 1200 }, () => store.create({ ...draft, subject: "bob" }, context())),
  );
  assert.equal((await store.list!("bob", context())).length, 1200);
  assert.equal(await store.deleteAll!("bob", { but: tokens[7] }, context()), tokens[7]);
  assert.equal((await store.list!("bob", context())).length, 1);
});

test("the clock decides, not the server's expiry: a record that is still there is past its time", {
  skip,
}, async () => {
  const { store } = opened();
  const token = await store.create(draft, context());
  const late = context(start + (LIMITS.timeout + LIMITS.refresh) * 1000);
  assert.deepEqual(await store.read(token, late), { refused: "expired-idle" });
});

test("a restart of the idle clock that fails is told, and the reading stands", { skip }, async (t) => {
  const own = await redisServer(t);
  const store = redisStore(await singleClients.ioredis!(t, own));
  const token = await store.create(draft, context());
  own.command("config", "set", "maxmemory", "1");
  const events: SessionEvent[] = [];
  const read = await store.read(token, context(start + 60_000, events));
  assert.ok("record" in read && read.restarted);
  await until(() => events.length > 0, "it is told");
  assert.deepEqual(events, [{ type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }]);
});

test("a server that evicts sessions is told, once, with the remedy", { skip }, async (t) => {
  for (const [policy, unsafe] of [
    ["allkeys-lru", true],
    ["volatile-lru", true],
    ["volatile-ttl", false],
    ["noeviction", false],
  ] as const) {
    const own = await redisServer(t, { maxmemory: "100mb", "maxmemory-policy": policy });
    const store = redisStore(await singleClients.redis!(t, own));
    const events: SessionEvent[] = [];
    const at = context(start, events);
    for (let i = 0; i < 3; i++) await store.read(await store.create(draft, at), at);
    assert.deepEqual(
      events.map(({ type }) => type),
      unsafe ? ["store.unsafe"] : [],
      policy,
    );
    if (events[0]?.type === "store.unsafe") assert.match(events[0].remedy, /noeviction/);
  }
});

test("two prefixes share nothing", { skip }, async () => {
  const [a, b] = [opened().store, opened().store];
  const token = await a.create({ ...draft, subject: "bob" }, context());
  assert.deepEqual(await b.read(token, context()), { refused: "unknown" });
  await b.deleteAll!("bob", {}, context());
  assert.ok("record" in (await a.read(token, context())));
});

test("adopted once on a Cluster too, with a subject, and spent after a sign-out", {
  skip,
  timeout: 30_000,
}, async (t) => {
  const nodes = await redisCluster(t);
  const store = redisStore(await clusterClients.iovalkey!(t, nodes));
  const seed = new Uint8Array(32).fill(7);
  const until = start + 3_600_000;
  const all = await Promise.all(
    Array.from({ length: 10 }, () => store.adopt!(seed, { ...draft, subject: "bob" }, until, context())),
  );
  const tokens = new Set(all.map((each) => ("record" in each ? each.token : "")));
  assert.equal(tokens.size, 1);
  assert.equal((await store.list!("bob", context())).length, 1);
  assert.equal(await store.delete([...tokens][0]!, context()), true);
  assert.deepEqual(await store.adopt!(seed, draft, until, context()), { refused: "adopted" });
  const limited = redisStore(await clusterClients.redis!(t, nodes), { maxPerSubject: 1, whenFull: "refuse" });
  await limited.create({ ...draft, subject: "bob" }, context());
  const second = new Uint8Array(32).fill(8);
  await assert.rejects(async () => limited.adopt!(second, { ...draft, subject: "bob" }, until, context()), {
    code: "ERR_SUBJECT_FULL",
  });
});

test("while slots move between the nodes of a Cluster nothing is lost", { skip, timeout: 60_000 }, async (t) => {
  const nodes = await redisCluster(t);
  const masters = nodes.filter(({ command }) => command("role").startsWith("master"));
  const ids = masters.map(({ command }) => command("cluster", "myid"));
  const { url, errors } = await site(t, commonPages, { store: redisStore(await clusterClients.ioredis!(t, nodes)) });
  const cookies = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => `session=${sessionCookie(await request(`${url}/login?visitor${i}`))}`),
  );
  const counts = cookies.map(() => 0);
  let moving = true;
  const work = cookies.map(async (cookie, i) => {
    while (moving) if ((await request(`${url}/count`, "GET", { cookie })).status === 200) counts[i]!++;
  });
  t.after(() => {
    moving = false;
  });
  const cli = (command: string, ...args: readonly string[]) =>
    promisify(execFile)("redis-cli", ["--cluster", command, `127.0.0.1:${masters[0]!.port}`, ...args]);
  for (const to of ids.slice(1)) {
    const how = ["--cluster-from", ids[0]!, "--cluster-to", to, "--cluster-slots", "1000", "--cluster-yes"];
    const reshard = async () => {
      await cli("check").catch(() => cli("fix")); // once the nodes agree again
      await cli("reshard", ...how);
      return true;
    };
    await until(reshard, "slots moved");
  }
  moving = false;
  await Promise.all(work);
  for (const [i, cookie] of cookies.entries()) {
    const { body } = await request(`${url}/show`, "GET", { cookie });
    assert.equal(body, `{"user":"visitor${i}","n":${counts[i]}}`);
  }
  t.diagnostic(`${counts.reduce((a, b) => a + b)} counted while 2000 slots moved, ${errors.length} refused`);
  assert.deepEqual(errors, []);
});
