/** `connectStore` over real stores of express-session, on real servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import session from "express-session";
import { newRecord } from "../../src/session/record.ts";
import { connectStore } from "../../src/stores/connect.ts";
import {
  type CallbackStore,
  type ConnectRecord,
  connectRecord,
  setIn,
  textFrom,
} from "../../src/stores/connect-host.ts";
import { entryText } from "../../src/stores/entry-text.ts";
import { fields, LIMITS } from "../../src/testing/contract/bench.ts";
import { judgeStore, storeContract } from "../../src/testing/store-contract.ts";
import { testAnyJson } from "../support/any-json.ts";
import { type Host, memory, type Open, postgres, redis } from "../support/callback-hosts.ts";
import { twoProcesses } from "../support/two-processes.ts";

let opened = 0;

const running = new Map<Host, Open>();
for (const host of [memory, redis, postgres]) if (!host.without) running.set(host, await host.start());

for (const [host, skip] of [memory, redis, postgres].map((each) => [each, each.without] as const)) {
  const open = running.get(host);

  for (const check of storeContract) {
    test(`${host.name}, ${check.guarantee}: ${check.name}`, { skip }, async () => {
      await check.run(async () => connectStore(await open!(`store${opened++}`), { processes: "one" }));
    });
  }

  testAnyJson(host.name, async () => connectStore(await open!(`json${opened++}`)), skip ? { skip } : {}, { runs: 50 });

  test(`${host.name} keeps a record's text and how long it lives, whatever is in it`, { skip }, async () => {
    const store = await open!("text");
    const draft = { subject: "b\u0000b 😀\ud83d\u2028", authenticatedAt: undefined, persist: undefined };
    const data = fields({ ["__proto__"]: 1, "": "\u0000 ✓ 😀 \ud83d \u2028 \\ \" '" });
    const record = newRecord({ ...draft, data, slots: new Map([["ü", { json: '"é"', keep: true }]]) }, 7);
    const sent = connectRecord(entryText({ record, hash: "h", tombstones: [] }), 5000.5);
    await setIn(store, "A".repeat(22), sent);
    const kept = await keptIn(store, "A".repeat(22));
    assert.equal(kept.ringlight, sent.ringlight);
    assert.match(kept.ringlight, /^[\x20-\x7e]+$/);
    assert.equal(JSON.parse(kept.ringlight)[6], draft.subject);
    assert.deepEqual(JSON.parse(JSON.stringify(kept.cookie)), JSON.parse(JSON.stringify(sent.cookie)));
    assert.equal(kept.cookie.maxAge, 5001);
  });
}

test("connect-redis is told to keep a session until a minute after its time", { skip: redis.without }, async () => {
  const store = await running.get(redis)!("ttl");
  const told: number[] = [];
  const watched: CallbackStore = {
    ...{ get: (...call) => store.get(...call), destroy: (...call) => store.destroy(...call) },
    set(sid, record: { cookie: { expires: Date } }, done) {
      told.push(Math.round((record.cookie.expires.getTime() - Date.now()) / 1000));
      return store.set(sid, record as never, done);
    },
  };
  const draft = { data: fields({}), slots: new Map(), subject: undefined, authenticatedAt: undefined };
  const context = { now: Date.UTC(2001, 0, 1), limits: LIMITS, emit: () => {}, cookieName: "session" };
  for (const persist of [undefined, 30 * 86_400]) await connectStore(watched).create({ ...draft, persist }, context);
  assert.deepEqual(told, [LIMITS.timeout + LIMITS.refresh + 60, 30 * 86_400 + 60]);
});

function keptIn(host: CallbackStore, sid: string): Promise<ConnectRecord> {
  return new Promise((resolve, reject) =>
    host.get(sid, (error, kept) => (error ? reject(error) : resolve(kept as ConnectRecord))),
  );
}

/** What a judgement says, guarantee by guarantee. */
async function judged(open: () => Promise<ReturnType<typeof connectStore>>): Promise<Record<string, string>> {
  return Object.fromEntries((await judgeStore(open)).map(({ guarantee, state }) => [guarantee, state]));
}

test("judged as one process, it lacks nothing", async () => {
  const open = running.get(memory)!;
  const states = await judged(async () => connectStore(await open(""), { processes: "one" }));
  assert.deepEqual(new Set(Object.values(states)), new Set(["held"]));
});

/** Its writes arrive some round trips later, so that two processes do meet, on a busy machine too. */
function slow(host: CallbackStore): CallbackStore {
  return {
    get: (...call) => host.get(...call),
    destroy: (...call) => host.destroy(...call),
    async set(sid, record, done) {
      for (let i = 0; i < 6; i++) await textFrom(host, sid);
      host.set(sid, record, done);
    },
  };
}

const lacking = ["G1", "G2", "G3", "G4"];

for (const host of [redis, postgres]) {
  test(`judged as two processes over ${host.name}, it lacks what it declares, and holds the rest`, {
    skip: host.without,
  }, async () => {
    const open = running.get(host)!;
    const states = await judged(async () => {
      const name = `two${opened++}`;
      return twoProcesses(connectStore(slow(await open(name))), connectStore(slow(await open(name))));
    });
    for (const [guarantee, state] of Object.entries(states))
      assert.equal(state, lacking.includes(guarantee) ? "lacking" : "held", guarantee);
  });
}

test("the same lacks show over express-session's own store, without a network", async () => {
  const states = await judged(async () => {
    const shared = new session.MemoryStore();
    const other: CallbackStore = {
      get: (...call) => shared.get(...call),
      set: (...call) => shared.set(...call),
      destroy: (...call) => shared.destroy(...call),
    };
    return twoProcesses(connectStore(shared), connectStore(other));
  });
  for (const [guarantee, state] of Object.entries(states))
    assert.equal(state, lacking.includes(guarantee) ? "lacking" : "held", guarantee);
});
