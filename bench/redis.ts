/**
 * `redisStore` on a real server, beside bare commands and beside the other layout that could be: a hash with a field per key.
 * 64 operations in flight, sessions of about 300 octets; the client's CPU and the server's, in µs per operation.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { type Change, NO_CHANGES, toFields } from "../src/session/change.ts";
import type { Draft, SessionRecord } from "../src/session/record.ts";
import { redisStore } from "../src/stores/redis.ts";
import type { RedisClient } from "../src/stores/redis-client.ts";
import { noRedis, redisServer } from "../test/support/redis-server.ts";

const IN_FLIGHT = 64;
const CALLS = 20_000;
const ROUNDS = 5;
const limits = { timeout: 30_000_000, absolute: 34_000_000, refresh: 10_000_000, grace: 60 }; // nothing lapses, nothing is due
/** Each session is written about once a second of its own clock, so that the list of its commits stays short. */
let now = Date.now();
const context = {
  limits,
  emit: () => {},
  cookieName: "session",
  get now() {
    now += 1000 / IN_FLIGHT;
    return now;
  },
};
const data = {
  user: "bob",
  roles: ["reader", "writer"],
  cart: [{ id: 17, n: 2 }],
  theme: "dark",
  text: "x".repeat(120),
};
const draft: Draft = {
  ...{ data: toFields(data), slots: new Map(), subject: undefined },
  ...{ authenticatedAt: undefined, persist: undefined },
};
const nothing = { ...NO_CHANGES, fill: NO_CHANGES, slots: new Map(), serial: false, rotation: undefined };

/** One field is set only while the secret is the same: what a write of the other layout would be. */
const SET_FIELD = `
if redis.call('HGET', KEYS[1], 'secret') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

const ends: (() => void | Promise<void>)[] = [];
const running = { after: (end: () => void | Promise<void>) => void ends.push(end) };

if (noRedis) console.log(`redis: ${noRedis}`);
else {
  const server = await redisServer(running);
  const pid = Number(/process_id:(\d+)/.exec(server.command("info", "server"))![1]);
  const serverCpu = () => {
    const [, , , , , , , , , , , , , user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
    return (Number(user) + Number(system)) * 10_000; // ticks of 10 ms, in µs
  };
  const node = createClient({ url: server.url });
  await node.connect();
  const io = new Redis(server.url);
  ends.push(() => node.destroy());
  ends.push(() => io.disconnect());
  await measure("redis", node, (...command) => node.sendCommand(command), serverCpu);
  await measure("ioredis", io, (name, ...args) => io.call(name!, ...args), serverCpu);
  for (const end of ends.reverse()) await end();
}

async function measure(
  name: string,
  client: RedisClient,
  send: (...command: string[]) => Promise<unknown>,
  serverCpu: () => number,
): Promise<void> {
  const store = redisStore(client);
  const token = await store.create(draft, context);
  const read = async (): Promise<SessionRecord> => {
    const result = await store.read(token, context);
    assert.ok("record" in result);
    return result.record;
  };
  const key = `hash:${name}`;
  const fields = [...toFields(data)].flat();
  await send("hset", key, "secret", "s".repeat(43), "version", "1", ...fields);
  const text = JSON.stringify(data);
  await send("set", `bare:${name}`, text);
  let n = 0;
  const change = (base: SessionRecord, field: string): Change => ({
    ...{ base, ...nothing },
    set: new Map([[field, String(n++)]]),
  });
  const setField = (field: string) => send("eval", SET_FIELD, "1", key, "s".repeat(43), field, String(n++), "1920000");
  const many: ReadonlyArray<readonly [what: string, run: () => Promise<unknown>]> = [
    ["bare GET and JSON.parse", async () => JSON.parse((await send("get", `bare:${name}`)) as string)],
    ["read", read],
    ["hash: HGETALL", async () => send("hgetall", key)],
  ];
  const others = await Promise.all(Array.from({ length: IN_FLIGHT }, () => store.create(draft, context)));
  let turn = 0;
  const writes: ReadonlyArray<readonly [what: string, run: () => Promise<unknown>]> = [
    ["bare SET PX", async () => send("set", `bare:${name}`, text, "px", "1920000")],
    [
      "read and write, each its own session",
      async () => {
        const own = others[turn++ % IN_FLIGHT]!;
        const found = await store.read(own, context);
        assert.ok("record" in found);
        assert.ok("token" in (await store.update(own, change(found.record, '"n"'), context)));
      },
    ],
    [
      "hash: HGETALL and a field's script",
      async () => {
        await send("hgetall", key);
        await setField('"n"');
      },
    ],
    [
      "read and write, eight at once in one session",
      async () => {
        const own = others[Math.floor(turn / 8) % IN_FLIGHT]!;
        const field = `"k${turn++ % 8}"`;
        const found = await store.read(own, context);
        assert.ok("record" in found);
        assert.ok("token" in (await store.update(own, change(found.record, field), context)));
      },
    ],
  ];
  console.log(`${name.padEnd(46)}  client   server   µs of CPU per operation, medians of ${ROUNDS}`);
  for (const [what, run] of [...many, ...writes]) {
    const rounds: [number, number][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [before, server] = [process.cpuUsage(), serverCpu()];
      let left = CALLS;
      await Promise.all(
        Array.from({ length: IN_FLIGHT }, async () => {
          while (left-- > 0) await run();
        }),
      );
      const { user, system } = process.cpuUsage(before);
      rounds.push([(user + system) / CALLS, (serverCpu() - server) / CALLS]);
    }
    const median = (at: 0 | 1) => rounds.map((round) => round[at]).sort((a, b) => a - b)[ROUNDS >> 1]!;
    console.log(`  ${what.padEnd(44)} ${median(0).toFixed(1).padStart(7)} ${median(1).toFixed(1).padStart(8)}`);
  }
}
