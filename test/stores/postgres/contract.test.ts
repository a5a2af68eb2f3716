import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Client } from "pg";
import postgres from "postgres";
import { drawKey, parseToken } from "../../../src/crypto/ids.ts";
import { fromFields, toFields } from "../../../src/session/change.ts";
import type { SessionEvent } from "../../../src/session/events.ts";
import { recreate } from "../../../src/session/next.ts";
import { type PostgresStoreOptions, postgresStore } from "../../../src/stores/postgres.ts";
import type { PgPool } from "../../../src/stores/postgres-client.ts";
import { postgresSchema } from "../../../src/stores/postgres-schema.ts";
import { fields, LIMITS, slot } from "../../../src/testing/contract/bench.ts";
import { judgeStore, storeContract } from "../../../src/testing/store-contract.ts";
import { CLIENTS, postgresServer, watched, withoutPostgres } from "../../support/postgres-server.ts";
import { commonPages, type Pages, site } from "../../support/site.ts";
import { change, codeOf, context, draft, lives, NOW, recordOf } from "../../support/store-calls.ts";
import { request, sessionCookie } from "../../support/visitor.ts";

const skip = withoutPostgres("postgresStore");
const server = postgresServer(skip);

for (const name of CLIENTS) {
  for (const check of storeContract)
    test(`${name}, ${check.guarantee}: ${check.name}`, { skip }, () =>
      check.run(() => postgresStore(server.client(name), { table: server.table() })),
    );
}

test("judged as a whole, it lacks nothing; with prepared statements, and with a limit", { skip }, async () => {
  const verdicts = await judgeStore(() =>
    postgresStore(server.pg(), { table: server.table(), prepare: true, maxPerSubject: 9 }),
  );
  assert.deepEqual(
    verdicts.flatMap(({ failures }) => failures),
    [],
  );
  assert.deepEqual(new Set(verdicts.map(({ state }) => state)), new Set(["held"]));
});

test("with a limit of sessions, postgres.js, and no prepared statements, it lacks nothing either", {
  skip,
}, async () => {
  const sql = server.sql({ prepare: false });
  const verdicts = await judgeStore(() => postgresStore(sql, { table: server.table(), maxPerSubject: 9 }));
  assert.deepEqual(
    verdicts.flatMap(({ failures }) => failures),
    [],
  );
});

for (const name of CLIENTS) {
  test(`${name}: any JSON survives, and any subject`, { skip }, async () => {
    const store = postgresStore(server.client(name), { table: server.table() });
    const unit = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      fc.constantFrom("\u0000", "\ud800", "\udfff", '"', "\\", "\u2028", "😀"),
    );
    const text = fc.string({ unit, maxLength: 12 });
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        ...[
          text,
          fc.boolean(),
          fc.constant(null),
          fc.integer(),
          fc.constantFrom(2 ** 53, 2 ** 53 + 2, 1e308, 5e-324, -0, 0.1),
        ],
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.oneof(text, fc.constantFrom("__proto__", "constructor", "10", "2")), tie("value"), {
          maxKeys: 3,
        }),
      ),
    })).value;
    const keep = async (data: object, subject: string | undefined) => {
      const draftOf = {
        ...draft,
        data: toFields(data),
        subject,
        slots: new Map([["\u0000 \ud800", slot(data, true)]]),
      };
      const record = await recordOf(store, (await store.create(draftOf, context())) as string);
      assert.deepEqual([...record.data], [...draftOf.data]);
      assert.deepEqual(fromFields(record.data), JSON.parse(JSON.stringify(data)));
      assert.deepEqual([record.subject, [...record.slots.keys()]], [subject, ["\u0000 \ud800"]]);
      if (subject !== undefined) assert.equal((await store.list!(subject, context())).length > 0, true);
    };
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, json, { maxKeys: 4 }), fc.option(text, { nil: undefined }), keep),
      { numRuns: 100 },
    );
    let deep: unknown = "\u0000";
    for (let i = 0; i < 190; i++) deep = i % 2 ? [deep] : { "\ud800": deep };
    await keep({ deep, big: "\u0000ü".repeat(250_000), n: -0, ["__proto__"]: 1 }, "\u0000\udfff");
  });
}

test("statements per request: none without a session, one to read, one to change, to sign in, to sign out", {
  skip,
}, async (t) => {
  const texts: string[] = [];
  const store = postgresStore(
    watched(server.pg(), (text) => texts.push(text)),
    { table: server.table() },
  );
  await store.migrate();
  await store.read("A".repeat(43), context());
  const pages: Pages = { ...commonPages, "/renew": ({ session }) => ({ session: recreate(session) }) };
  const { url, clock } = await site(t, pages, { store });
  let cookie = "";
  const count = async (path: string, more: Record<string, string> = {}) => {
    texts.length = 0;
    const visit = await request(url + path, "GET", { ...(cookie === "" ? {} : { cookie }), ...more });
    assert.equal(visit.status, 200);
    const token = sessionCookie(visit);
    if (token !== undefined) cookie = `session=${token}`;
    return texts.filter((text) => !text.includes("SKIP LOCKED")).length;
  };
  assert.equal(await count("/show"), 0, "without a session");
  assert.equal(await count("/show", { cookie: "session=\u00ff' OR 1=1" }), 0, "with junk in the cookie");
  assert.equal(await count("/count"), 1, "the first write");
  assert.equal(await count("/show"), 1, "a reading");
  assert.equal(await count("/count"), 2, "a change");
  assert.equal(await count("/login"), 2, "a sign-in with a session");
  assert.equal(await count("/renew"), 2, "a renewal");
  clock.advance(90);
  assert.equal(await count("/show"), 1, "a reading that restarts the idle clock");
  clock.advance(1800);
  assert.equal(await count("/count"), 2, "a change after a reading that restarts the idle clock");
  assert.equal(await count("/logout"), 2, "a sign-out");
  cookie = "";
  assert.equal(await count("/login"), 1, "a sign-in without a session");
});

test("a reading writes only when the idle clock is due, and not for a wrong secret", { skip }, async () => {
  const table = server.table();
  const store = postgresStore(server.pg(), { table });
  const token = (await store.create(draft, context())) as string;
  const version = async () => (await server.rows(`SELECT xmin::text || ' ' || used AS v FROM "${table}"`))[0]!.v;
  const first = await version();
  const due = NOW + LIMITS.refresh * 1000;
  await store.read(token, context(due - 1));
  const forged = `${token.slice(0, 22)}${drawKey().slice(0, 20)}A`;
  assert.deepEqual(await store.read(forged, context(due)), { refused: "unknown" });
  assert.equal(await version(), first);
  const readings = await Promise.all(Array.from({ length: 8 }, () => store.read(token, context(due))));
  assert.equal(readings.filter((reading) => "record" in reading && reading.restarted).length, 1);
  assert.notEqual(await version(), first);
});

test("a change is not kept off by a reading that has just restarted the idle clock, nor does it turn it back", {
  skip,
}, async () => {
  const table = server.table();
  const texts: string[] = [];
  const store = postgresStore(
    watched(server.pg(), (text) => texts.push(text)),
    { table },
  );
  const token = (await store.create(draft, context())) as string;
  const base = await recordOf(store, token);
  const later = NOW + 90_000;
  await recordOf(store, token, later);
  texts.length = 0;
  await store.update(token, change(base, { set: fields({ n: 1 }) }), context(later - 40_000));
  assert.equal(texts.length, 1);
  assert.equal((await recordOf(store, token, NOW + 59_000)).usedAt, later);
});

test("the tables are made once, ten at a time and again, without a word; by a plain role none are asked for", {
  skip,
}, async () => {
  const table = server.table();
  const notices: unknown[] = [];
  const sql = server.sql({ onnotice: (notice) => void notices.push(notice) });
  const many = server.pool({ max: 10 });
  await Promise.all(Array.from({ length: 10 }, (_, i) => postgresStore(i % 2 ? sql : many, { table }).migrate()));
  for (let i = 0; i < 3; i++) await postgresStore(sql, { table }).migrate();
  await sql.unsafe(postgresSchema({ table })).simple();
  assert.deepEqual([await server.rows(`SELECT * FROM "${table}_schema"`), notices], [[{ version: 1 }], []]);
  await server.rows(`CREATE ROLE plain LOGIN PASSWORD 'secret';
    GRANT SELECT, INSERT, UPDATE, DELETE ON "${table}", "${table}_adopted", "${table}_epochs", "${table}_schema" TO plain`);
  const plain = server.pool({ connectionString: server.url().replace("postgres:secret", "plain:secret") });
  const store = postgresStore(plain, { table, maxPerSubject: 1 });
  const token = (await store.create({ ...draft, subject: "bob" }, context())) as string;
  await store.create({ ...draft, subject: "bob" }, context());
  assert.equal(await lives(store, token), false);
  const strange = postgresStore(plain, { table: server.table() });
  assert.equal(await codeOf(strange.migrate()), "42501", "insufficient privilege");
});

test("tables that somebody else has just made are not waited for", { skip }, async () => {
  const table = server.table();
  const rival = await server.rival().connect();
  const late = watched(server.pg(), async (text) => {
    if (!text.startsWith("DO")) return; // it has looked, and found none
    await postgresStore(server.rival(), { table }).migrate();
    await rival.query(`BEGIN; LOCK TABLE "${table}" IN ROW EXCLUSIVE MODE`); // as a change does
  });
  await postgresStore(late, { table }).migrate();
  await rival.query("COMMIT");
  rival.release();
});

test("what cannot be a handle or a token is none, and never an error", { skip }, async () => {
  const store = postgresStore(server.pg(), { table: server.table() });
  for (const junk of ["\u0000", "\ud800".repeat(22), "ä".repeat(22), "A".repeat(21), `${"A".repeat(22)}\n`]) {
    assert.equal(await store.end!("bob", junk, context()), false);
    assert.deepEqual(await store.read(junk, context()), { refused: "malformed" });
    assert.equal(await store.deleteAll!("bob", { but: junk }, context()), undefined);
  }
});

test("tables of a newer version are refused, and left as they are; with migrate: false nobody looks", {
  skip,
}, async () => {
  const table = server.table();
  await postgresStore(server.pg(), { table }).migrate();
  await server.rows(`UPDATE "${table}_schema" SET version = 99`);
  const store = postgresStore(server.pg(), { table });
  const refused = { code: "ERR_OPTION", option: "table", message: /newer ringlight \(schema 99/ };
  for (const call of [store.migrate, () => store.create(draft, context()), () => store.create(draft, context())])
    await assert.rejects(async () => call(), refused);
  const trusting = postgresStore(server.pg(), { table, migrate: false });
  assert.ok(await lives(trusting, (await trusting.create(draft, context())) as string));
  const none = postgresStore(server.pg(), { table: server.table(), migrate: false });
  assert.equal(await codeOf(none.create(draft, context()) as Promise<string>), "42P01", "no such table");
});

test("a schema and odd names are taken as they are written, and no name reaches the SQL unquoted", {
  skip,
}, async () => {
  await server.rows('CREATE SCHEMA "Order"');
  for (const options of [{ table: "select" }, { table: "MixedCase" }, { schema: "Order", table: "x".repeat(48) }]) {
    const store = postgresStore(server.pg(), options);
    const token = (await store.create({ ...draft, subject: "bob" }, context())) as string;
    assert.ok(await lives(store, token));
    assert.ok(await lives(postgresStore(server.client("postgres"), options), token));
  }
  const rows = await server.rows(
    "SELECT count(*)::int AS n FROM pg_class WHERE relnamespace = '\"Order\"'::regnamespace AND relkind = 'r'",
  );
  assert.equal(rows[0]!.n, 4);
  for (const name of ["", "1a", "a b", 'a"; DROP TABLE x; --', "ä", "a\u0000", 7 as unknown as string]) {
    assert.throws(() => postgresStore(server.pg(), { table: name }), { code: "ERR_OPTION", option: "table" });
    assert.throws(() => postgresStore(server.pg(), { schema: name }), { code: "ERR_OPTION", option: "schema" });
    assert.throws(() => postgresSchema({ schema: name }), { code: "ERR_OPTION", option: "schema" });
  }
  assert.throws(() => postgresStore(server.pg(), { table: "x".repeat(49) }), { code: "ERR_OPTION", option: "table" });
});

test("what is no client or no option throws when the store is made", { skip }, async () => {
  for (const client of [undefined, null, {}, "postgres://", new Client()])
    assert.throws(() => postgresStore(client as never), { code: "ERR_OPTION", option: "pool" });
  const wrong: Record<string, unknown> = {
    tabel: "x",
    migrate: "no",
    prepare: 1,
    maxPerSubject: 0,
    whenFull: "refuse",
  };
  for (const [option, value] of Object.entries(wrong))
    assert.throws(() => postgresStore(server.pg(), { [option]: value } as PostgresStoreOptions), {
      code: "ERR_OPTION",
      option,
    });
});

test("a row that holds no entry of this format is no session, with an event, and is never written over by its token", {
  skip,
}, async () => {
  const table = server.table();
  const store = postgresStore(server.pg(), { table });
  const token = (await store.create({ ...draft, subject: "bob" }, context())) as string;
  const base = await recordOf(store, token);
  for (const junk of ["", "{", "null", "[2,3]", "\u0001"]) {
    await server.rows(`UPDATE "${table}" SET entry = $1`, [junk]);
    const events: SessionEvent[] = [];
    assert.deepEqual(await store.read(token, context(undefined, events)), { refused: "unknown" });
    assert.deepEqual(events, [{ type: "store.unreadable" }]);
    const late = await store.update(token, change(base, { set: fields({ n: 1 }) }), context(undefined, events));
    assert.deepEqual(late, { gone: "unknown" });
    assert.deepEqual(events.length, 2);
    assert.equal(await store.delete(token, context(), base), false);
    assert.equal(await store.deleteAll!("bob", { but: token }, context()), undefined);
    assert.deepEqual(await store.list!("bob", context()), []);
    assert.equal((await server.rows(`SELECT * FROM "${table}"`))[0]!.entry, junk);
  }
});

test("a client that renames columns is a broken store, not one without sessions", { skip }, async () => {
  const table = server.table();
  const token = (await postgresStore(server.pg(), { table }).create(draft, context())) as string;
  const store = postgresStore(server.sql({ transform: postgres.pascal }), { table, migrate: false, maxPerSubject: 2 });
  await assert.rejects(async () => store.read(token, context()), TypeError);
  await assert.rejects(async () => store.create(draft, context()), TypeError);
  await assert.rejects(async () => store.create({ ...draft, subject: "bob" }, context()), TypeError);
});

test("the tables hold no token, no secret and no name to look for a subject by", { skip }, async () => {
  const table = server.table();
  const store = postgresStore(server.pg(), { table });
  const token = (await store.create({ ...draft, subject: "bob" }, context())) as string;
  const [row] = await server.rows(`SELECT key, entry, subject FROM "${table}"`);
  assert.equal(row!.key, parseToken(token)!.key);
  assert.equal(JSON.stringify(row).includes(token.slice(22)), false);
  assert.match(String(row!.subject), /^[\w-]{43}$/);
});

/** A store whose clearing away a test can wait for, and break. */
function collecting(table: string) {
  const pending: Promise<unknown>[] = [];
  const state = { broken: false, events: [] as SessionEvent[] };
  const pool: PgPool = {
    query(query, values) {
      if (!String(query).includes("SKIP LOCKED")) return server.pg().query(query as string, values);
      const answer = state.broken ? Promise.reject(new Error("away")) : server.pg().query(query as string, values);
      pending.push(answer.catch(() => {}));
      return answer;
    },
  };
  const store = postgresStore(pool, { table });
  /** Begins so many sessions, of which one in sixteen clears away. */
  const begin = async (count: number, now: number) => {
    for (let i = 0; i < count; i++) await store.create(draft, context(now, state.events));
    await Promise.all(pending);
    await new Promise(setImmediate); // what the store says of it comes after
  };
  const keys = async () => (await server.rows(`SELECT key FROM "${table}"`)).map(({ key }) => key);
  return { state, store, begin, keys };
}

const DAY = 86_400_000;

test("expired rows of all tables are cleared away beside some of the sign-ins; a failure of that is told, and no more", {
  skip,
}, async () => {
  const table = server.table();
  const { state, store, begin, keys } = collecting(table);
  const beside = async (suffix: string) => (await server.rows(`SELECT * FROM "${table}_${suffix}"`)).length;
  await begin(40, NOW);
  await store.deleteAll!("bob", {}, context(NOW));
  await store.adopt!(Buffer.alloc(32, 7), draft, NOW + 1000, context(NOW));
  await begin(16, NOW + (LIMITS.timeout + LIMITS.refresh + 59) * 1000);
  assert.equal((await keys()).length, 40 + 1 + 16, "for a minute its visitor can be told");
  assert.equal(await beside("adopted"), 0);
  await begin(16, NOW + DAY);
  assert.ok((await keys()).length <= 16, "all that were past their time when it was run");
  assert.equal(await beside("epochs"), 1);
  assert.deepEqual(state.events, []);
  state.broken = true;
  await begin(16, NOW + 400 * DAY);
  assert.deepEqual(state.events, [{ type: "store.failed", code: "ERR_STORE_UNAVAILABLE" }]);
  state.broken = false;
  await begin(16, NOW + 400 * DAY + 1);
  assert.equal(await beside("epochs"), 0);
});

test("clearing away takes no session that is used, and waits for no row that is held", { skip }, async () => {
  const table = server.table();
  const { store, begin, keys } = collecting(table);
  const [used, held, left] = [1, 2, 3].map(() => store.create(draft, context()) as Promise<string>);
  for (let age = 0; age <= DAY / 4; age += 1_800_000) await recordOf(store, await used!, NOW + age);
  const rival = await server.rival().connect();
  await rival.query("BEGIN");
  await rival.query(`SELECT FROM "${table}" WHERE key = $1 FOR UPDATE`, [parseToken(await held!)!.key]);
  await begin(16, NOW + DAY / 4);
  await rival.query("COMMIT");
  rival.release();
  const there = new Set(await keys());
  const kept = await Promise.all([used, held, left].map(async (token) => there.has(parseToken((await token)!)!.key)));
  assert.deepEqual(kept, [true, true, false]);
  await recordOf(store, await used!, NOW + DAY / 4 + 60_000);
});
