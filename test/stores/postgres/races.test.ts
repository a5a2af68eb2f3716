import assert from "node:assert/strict";
import { test } from "node:test";
import { parseToken } from "../../../src/crypto/ids.ts";
import { fromFields } from "../../../src/session/change.ts";
import type { SessionEvent } from "../../../src/session/events.ts";
import { postgresStore } from "../../../src/stores/postgres.ts";
import { fields, LIMITS } from "../../../src/testing/contract/bench.ts";
import { barriers, everyOrder, inOrder } from "../../support/barriers.ts";
import { postgresServer, watched, withoutPostgres } from "../../support/postgres-server.ts";
import { commonPages, type Pages, site } from "../../support/site.ts";
import { change, codeOf, context, draft, lives, NOW, recordOf, signIn } from "../../support/store-calls.ts";
import { request, sessionCookie } from "../../support/visitor.ts";

const skip = withoutPostgres("postgresStore");
const server = postgresServer(skip);

test("two writers of different keys, in every order: both are kept; a log-out in flight stays", { skip }, async (t) => {
  const store = postgresStore(server.pg(), { table: server.table() });
  for (const order of everyOrder("/a", "/b")) {
    const points = barriers();
    const held = async (path: string, session: unknown) => {
      await points.hold(path);
      return { session };
    };
    const pages: Pages = {
      ...commonPages,
      "/a": ({ session }) => held("/a", { ...session, a: 1 }),
      "/b": ({ session }) => held("/b", { ...session, b: 2 }),
    };
    const { url } = await site(t, pages, { store });
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    await inOrder(order, points, (path) => request(url + path, "GET", { cookie }));
    const { user, a, b } = JSON.parse((await request(`${url}/show`, "GET", { cookie })).body);
    assert.deepEqual([user, a, b], ["bob", 1, 2]);
  }
});

test("two pools, as two processes: 50 counters end at 50, and a log-out on one holds on the other", {
  skip,
}, async (t) => {
  const table = server.table();
  const sites = await Promise.all(
    [server.client("postgres"), server.rival()].map((client) =>
      site(t, commonPages, { store: postgresStore(client, { table }) }),
    ),
  );
  const [one, two] = [sites[0]!.url, sites[1]!.url];
  const bob = { cookie: `session=${sessionCookie(await request(`${one}/login`))}` };
  await Promise.all(Array.from({ length: 50 }, (_, i) => request(`${[one, two][i % 2]}/count`, "GET", bob)));
  assert.equal((await request(`${two}/show`, "GET", bob)).body, '{"user":"bob","n":50}');
  await request(`${two}/logout`, "GET", bob);
  assert.equal((await request(`${one}/show`, "GET", bob)).body, "{}");
});

test("where transactions are serializable by default, 30 counters still end at 30", { skip }, async (t) => {
  const strict = server.pool({ options: "-c default_transaction_isolation=serializable" });
  const { url } = await site(t, commonPages, { store: postgresStore(strict, { table: server.table() }) });
  const bob = { cookie: `session=${sessionCookie(await request(`${url}/login`))}` };
  const counts = await Promise.all(Array.from({ length: 30 }, () => request(`${url}/count`, "GET", bob)));
  assert.deepEqual(new Set(counts.map(({ status }) => status)), new Set([200]));
  assert.equal((await request(`${url}/show`, "GET", bob)).body, '{"user":"bob","n":30}');
});

test("a change that waited for another one is tried again on what that one left", { skip }, async () => {
  const table = server.table();
  const store = postgresStore(server.pg(), { table });
  const token = (await store.create({ ...draft, data: fields({ n: 0 }) }, context())) as string;
  const client = await server.rival().connect();
  const rival = postgresStore(
    Object.assign(
      watched(server.rival(), () => {}),
      { query: client.query.bind(client) },
    ),
    {
      ...{ table, migrate: false },
    },
  );
  for (const serial of [false, true]) {
    const base = await recordOf(store, token);
    await client.query("BEGIN");
    await rival.update(token, change(base, { set: fields({ n: 5 }) }), context());
    const racing = store.update(token, change(base, { set: fields({ m: 1 }), serial }), context());
    await server.waiting(1);
    await client.query("COMMIT");
    const result = await racing;
    assert.deepEqual(Object.keys(result), serial ? ["conflict"] : ["token", "overwritten"]);
    assert.deepEqual(fromFields((await recordOf(store, token)).data), { n: 5, m: 1 });
  }
  client.release();
});

test("sign-ins at once under a limit, over two pools: so many are left and no more, and those are listed", {
  skip,
}, async () => {
  const table = server.table();
  const stores = [server.pg(), server.client("postgres")].map((client) =>
    postgresStore(client, { table, maxPerSubject: 3 }),
  );
  const events: SessionEvent[] = [];
  const tokens = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const store = stores[i % 2]!;
      if (i % 4 < 2) return store.create({ ...draft, subject: "bob" }, context(NOW, events));
      const visitor = await store.create(draft, context());
      const result = await store.update(
        visitor,
        change(await recordOf(store, visitor), { rotation: signIn("bob") }),
        context(NOW, events),
      );
      assert.ok("token" in result);
      return result.token;
    }),
  );
  const left = [];
  for (const token of tokens) if (await lives(stores[0]!, token)) left.push(parseToken(token)!.key);
  assert.equal(left.length, 3);
  assert.deepEqual((await stores[1]!.list!("bob", context())).map(({ handle }) => handle).sort(), left.sort());
  assert.deepEqual(events, Array(17).fill({ type: "session.evicted", signedIn: true }));
});

test("sign-ins at once that are refused at the limit: so many are stored, the others reject and store nothing", {
  skip,
}, async () => {
  const table = server.table();
  const stores = [server.pg(), server.client("postgres")].map((client) =>
    postgresStore(client, { table, maxPerSubject: 3, whenFull: "refuse" }),
  );
  const codes = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      codeOf(stores[i % 2]!.create({ ...draft, subject: "bob" }, context()) as Promise<string>),
    ),
  );
  assert.equal(codes.filter((code) => code === "stored").length, 3);
  assert.equal(codes.filter((code) => code === "ERR_SUBJECT_FULL").length, 9);
  assert.equal((await server.rows(`SELECT * FROM "${table}"`)).length, 3);
});

test("a sign-in with an epoch, and the end of all sessions at any moment of it: it is refused, or ended", {
  skip,
}, async () => {
  const table = server.table();
  const store = postgresStore(server.pg(), { table });
  const epochOf = async (who: string) => store.subjectEpoch!(who, context());
  const enter = (who: string, epoch: string) => store.create({ ...draft, subject: who, epoch }, context());

  const before = await epochOf("before");
  await store.deleteAll!("before", {}, context());
  assert.equal(await codeOf(enter("before", before)), "ERR_SUBJECT_EPOCH");

  const amid = await epochOf("amid");
  const codes: string[] = [];
  const ending = watched(server.rival(), async (text) => {
    if (text.startsWith("INSERT") || text.includes("kept AS")) codes.push(await codeOf(enter("amid", amid)));
  });
  await postgresStore(ending, { table }).deleteAll!("amid", {}, context());
  assert.deepEqual(codes, ["stored", "ERR_SUBJECT_EPOCH"], "before each of its two statements");

  const visitor = (await store.create(draft, context())) as string;
  const base = await recordOf(store, visitor);
  const holds = await server.rival().connect();
  await holds.query(`BEGIN; SELECT FROM "${table}" WHERE key = '${parseToken(visitor)!.key}' FOR UPDATE`);
  const under = await epochOf("waits");
  const signedIn = store.update(visitor, change(base, { rotation: signIn("waits", under) }), context());
  await server.waiting(1); // it has passed the epoch, and waits for its own row
  const ended = store.deleteAll!("waits", {}, context());
  await server.waiting(2);
  await holds.query("COMMIT");
  holds.release();
  const result = await signedIn;
  await ended;
  assert.ok("token" in result);
  assert.equal(await lives(store, result.token), false);

  assert.deepEqual(await server.rows(`SELECT * FROM "${table}"`), []);
});

test("a sign-in that finds the subject's epoch passed, or another sign-in amid it, stores nothing by that", {
  skip,
}, async () => {
  const table = server.table();
  const rival = postgresStore(server.rival(), { table, maxPerSubject: 2 });
  let others = 0;
  const store = postgresStore(
    watched(server.pg(), async (text) => {
      // Between its look at the subject's sessions and its own: so often that it must look again.
      if (text.includes("admitted") && others < 3)
        await rival.create({ ...draft, subject: "bob" }, context(NOW + others++));
    }),
    { table, maxPerSubject: 2 },
  );
  const events: SessionEvent[] = [];
  const token = (await store.create({ ...draft, subject: "bob" }, context(NOW + 10, events))) as string;
  assert.equal(others, 3);
  assert.equal((await store.list!("bob", context(NOW + 10))).length, 2);
  assert.deepEqual(events, [{ type: "session.evicted", signedIn: true }]);
  const epoch = await store.subjectEpoch!("bob", context());
  await rival.deleteAll!("bob", { but: token }, context(NOW + 10));
  const late = store.create({ ...draft, subject: "bob", epoch }, context(NOW + 10, events));
  assert.equal(await codeOf(late), "ERR_SUBJECT_EPOCH");
  assert.deepEqual([(await store.list!("bob", context(NOW + 10))).length, events.length], [1, 1]);
});

test("ending all sessions races with sign-ins: none that was there before lives, none with an older epoch, and what lives is listed", {
  skip,
}, async () => {
  const table = server.table();
  const stores = [server.pg(), server.client("postgres")].map((client) => postgresStore(client, { table }));
  const turns = async (count: number) => {
    for (let i = 0; i < count; i++) await new Promise(setImmediate);
  };
  for (let round = 0; round < 40; round++) {
    const bob = `bob${round}`;
    const began = new Set<string>();
    const all: { token: string; under: "none" | "old" }[] = [];
    let ending = false;
    const before = await Promise.all([0, 1, 2].map((i) => stores[i % 2]!.create(draft, context())));
    const bases = await Promise.all(before.map((token) => recordOf(stores[0]!, token)));
    const old = await stores[0]!.subjectEpoch!(bob, context());
    const work = Array.from({ length: 12 }, async (_, i) => {
      await turns(Math.floor(Math.random() * 12));
      const store = stores[i % 2]!;
      const epoch = i % 3 === 0 ? old : undefined;
      try {
        let token: string;
        if (i < 3) {
          const result = await store.update(before[i]!, change(bases[i]!, { rotation: signIn(bob, epoch) }), context());
          assert.ok("token" in result);
          token = result.token;
        } else token = await store.create({ ...draft, subject: bob, epoch }, context());
        if (!ending) began.add(token);
        all.push({ token, under: epoch === undefined ? "none" : "old" });
      } catch (error) {
        assert.equal((error as { code: string }).code, "ERR_SUBJECT_EPOCH");
      }
    });
    await turns(Math.floor(Math.random() * 12));
    ending = true;
    await stores[round % 2]!.deleteAll!(bob, {}, context());
    for (const token of began) assert.equal(await lives(stores[0]!, token), false, "there before");
    await Promise.all(work);
    const left: string[] = [];
    for (const { token, under } of all) {
      if (!(await lives(stores[1]!, token))) continue;
      assert.equal(under, "none", "a sign-in under an older epoch");
      left.push(parseToken(token)!.key);
    }
    assert.deepEqual((await stores[0]!.list!(bob, context())).map(({ handle }) => handle).sort(), left.sort());
  }
});

test("two devices that end each other at once: one of them stays", { skip }, async () => {
  const table = server.table();
  const stores = [server.pg(), server.client("postgres")].map((client) => postgresStore(client, { table }));
  for (let round = 0; round < 20; round++) {
    const bob = `bob${round}`;
    const tokens = await Promise.all(stores.map((store) => store.create({ ...draft, subject: bob }, context())));
    const kept = await Promise.all(stores.map((store, i) => store.deleteAll!(bob, { but: tokens[i]! }, context())));
    assert.equal(kept.filter((token) => token !== undefined).length, 1);
    assert.equal((await stores[0]!.list!(bob, context())).length, 1);
  }
  const dead = (await stores[0]!.create({ ...draft, subject: "bob" }, context())) as string;
  await stores[0]!.delete(dead, context());
  assert.equal(await stores[1]!.deleteAll!("bob", { but: dead }, context()), undefined);
  assert.equal(await stores[0]!.subjectEpoch!("bob", context()), "", "who has ended raises no epoch");
});

test("adoptions at once of one old session share one; after the grace it is refused, and after its end too", {
  skip,
}, async () => {
  const table = server.table();
  const stores = [server.pg(), server.client("postgres")].map((client) =>
    postgresStore(client, { table, maxPerSubject: 5 }),
  );
  const seed = Buffer.alloc(32, 5);
  const adopt = (i: number, now = NOW) =>
    stores[i % 2]!.adopt!(seed, { ...draft, subject: "bob" }, NOW + 86_400_000, context(now));
  const results = await Promise.all(Array.from({ length: 10 }, (_, i) => adopt(i)));
  const tokens = new Set(results.map((result) => ("record" in result ? result.token : result.refused)));
  assert.deepEqual([...tokens], [seed.toString("base64url")]);
  assert.equal((await server.rows(`SELECT * FROM "${table}"`)).length, 1);
  assert.deepEqual(await adopt(0, NOW + LIMITS.grace * 1000), { refused: "adopted" });
  await stores[0]!.deleteAll!("bob", {}, context());
  assert.deepEqual(await adopt(1), { refused: "adopted" });
});

test("a pool of one connection is enough", { skip }, async () => {
  const store = postgresStore(server.pool({ max: 1 }), { table: server.table(), maxPerSubject: 2 });
  const tokens = await Promise.all([1, 2, 3, 4].map(() => store.create({ ...draft, subject: "bob" }, context())));
  await Promise.all(tokens.map((but) => store.deleteAll!("bob", { but }, context())));
  assert.equal((await store.list!("bob", context())).length, 1);
});
