import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import BetterSqlite from "better-sqlite3";
import Libsql from "libsql";
import { parseToken } from "../../src/crypto/ids.ts";
import { type Change, NO_CHANGES } from "../../src/session/change.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Draft } from "../../src/session/record.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import type { SqliteDatabase } from "../../src/stores/sqlite-schema.ts";
import { LIMITS } from "../../src/testing/contract/bench.ts";
import { judgeStore, storeContract } from "../../src/testing/store-contract.ts";
import { barriers, everyOrder, inOrder } from "../support/barriers.ts";
import { commonPages, site } from "../support/site.ts";
import { request, sessionCookie } from "../support/visitor.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "sqlite-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const drivers: Record<string, (file: string) => SqliteDatabase & { close(): unknown }> = {
  "node:sqlite": (file) => new DatabaseSync(file),
  "better-sqlite3": (file) => new BetterSqlite(file),
  libsql: (file) => new Libsql(file),
};

const draft: Draft = {
  data: new Map(),
  slots: new Map(),
  subject: undefined,
  authenticatedAt: undefined,
  persist: undefined,
};
const context = (now = Date.UTC(2026, 0, 1), events: SessionEvent[] = []) => ({
  now,
  limits: LIMITS,
  emit: (event: SessionEvent) => void events.push(event),
  cookieName: "session",
});

for (const [name, open] of Object.entries(drivers)) {
  for (const check of storeContract) {
    test(`${name}, ${check.guarantee}: ${check.name}`, async (t) => {
      const path = folder(t);
      let files = 0;
      await check.run(() => {
        const database = open(join(path, `${files++}.db`));
        t.after(() => database.close());
        return sqliteStore(database);
      });
    });
  }

  test(`${name}: WAL is on, and the tables are its own`, (t) => {
    const database = open(join(folder(t), "a.db"));
    t.after(() => database.close());
    database.exec("CREATE TABLE sessions (mine TEXT)");
    sqliteStore(database);
    const { journal_mode } = database.prepare("PRAGMA journal_mode").get() as { journal_mode: string };
    assert.equal(journal_mode, "wal");
    database.exec("INSERT INTO sessions VALUES ('still here')");
  });
}

test("judged as a whole, it lacks nothing", async (t) => {
  const path = folder(t);
  let files = 0;
  const verdicts = await judgeStore(() => {
    const database = new DatabaseSync(join(path, `${files++}.db`));
    t.after(() => database.close());
    return sqliteStore(database);
  });
  assert.deepEqual(new Set(verdicts.map(({ state }) => state)), new Set(["held"]));
});

/** A server process over a file; its address, and the process to kill. */
async function server(t: TestContext, file: string): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, ["test/support/sqlite-server.ts", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const [chunk] = await once(child.stdout!, "data");
  return { url: String(chunk).trim(), child };
}

test("sessions survive kill -9, and what ended before it stays ended", async (t) => {
  const file = join(folder(t), "a.db");
  const first = await server(t, file);
  const enter = async () => ({ cookie: `session=${sessionCookie(await request(`${first.url}/login`))}` });
  const [bob, gone] = [await enter(), await enter()];
  await request(`${first.url}/count`, "GET", bob);
  await request(`${first.url}/logout`, "GET", gone);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  const second = await server(t, file);
  assert.equal((await request(second.url, "GET", bob)).body, '{"user":"bob","n":1}');
  assert.equal((await request(second.url, "GET", gone)).body, "{}");
});

test("two processes on one file: 50 counters spread over both end at 50, and a log-out on one holds on the other", async (t) => {
  const file = join(folder(t), "a.db");
  const [one, two] = [await server(t, file), await server(t, file)];
  const bob = { cookie: `session=${sessionCookie(await request(`${one.url}/login`))}` };
  await Promise.all(Array.from({ length: 50 }, (_, i) => request(`${[one, two][i % 2]!.url}/count`, "GET", bob)));
  assert.equal((await request(two.url, "GET", bob)).body, '{"user":"bob","n":50}');
  await request(`${two.url}/logout`, "GET", bob);
  assert.equal((await request(one.url, "GET", bob)).body, "{}");
});

test("two writers of different keys, in every order: both are kept; a log-out in flight stays", async (t) => {
  for (const order of everyOrder("/a", "/b")) {
    const points = barriers();
    const held = async (path: string, session: unknown) => {
      await points.hold(path);
      return { session };
    };
    const database = new DatabaseSync(":memory:");
    t.after(() => database.close());
    const { url } = await site(
      t,
      {
        ...commonPages,
        "/a": ({ session }) => held("/a", { ...session, a: 1 }),
        "/b": ({ session }) => held("/b", { ...session, b: 2 }),
      },
      { store: sqliteStore(database) },
    );
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    await inOrder(order, points, (path) => request(url + path, "GET", { cookie }));
    const { user, a, b } = JSON.parse((await request(`${url}/show`, "GET", { cookie })).body);
    assert.deepEqual([user, a, b], ["bob", 1, 2]);
  }
});

test("the schema is made once, by whoever is first, and may be asked for again and at the same time", async (t) => {
  const file = join(folder(t), "a.db");
  await Promise.all([1, 2, 3].map(() => server(t, file)));
  const database = new DatabaseSync(file);
  t.after(() => database.close());
  for (let i = 0; i < 3; i++) sqliteStore(database);
  const { rows } = database.prepare("SELECT count(*) AS rows FROM ringlight_sessions_schema").get() as { rows: number };
  assert.equal(rows, 1);
});

test("a schema of a newer version is refused, and left as it is", () => {
  const database = new DatabaseSync(":memory:");
  sqliteStore(database);
  database.exec("UPDATE ringlight_sessions_schema SET version = 99");
  assert.throws(() => sqliteStore(database), {
    code: "ERR_OPTION",
    option: "table",
    message: /newer ringlight \(schema 99/,
  });
});

test("a row that holds no entry of this format is no session, with an event, and is never written over by its token", async () => {
  const database = new DatabaseSync(":memory:");
  const store = sqliteStore(database);
  const token = (await store.create(draft, context())) as string;
  for (const junk of ["", "{", "null", "[2,3]", "\u0000"]) {
    database.prepare("UPDATE ringlight_sessions SET entry = ?").run(junk);
    const events: SessionEvent[] = [];
    assert.deepEqual(await store.read(token, context(undefined, events)), { refused: "unknown" });
    assert.deepEqual(events, [{ type: "store.unreadable" }]);
    assert.equal(await store.delete(token, context()), false);
  }
});

test("the file holds no token, no secret and no name to look for a subject by", async (t) => {
  const database = new DatabaseSync(join(folder(t), "a.db"));
  t.after(() => database.close());
  const store = sqliteStore(database);
  const token = (await store.create({ ...draft, subject: "bob" }, context())) as string;
  const row = database.prepare("SELECT key, entry, subject FROM ringlight_sessions").get() as Record<string, string>;
  assert.equal(row.key, parseToken(token)!.key);
  assert.equal(JSON.stringify(row).includes(token.slice(22)), false);
  assert.match(row.subject!, /^[\w-]{43}$/);
});

test("expired sessions are cleared away a few at a time, by those that begin", async () => {
  const database = new DatabaseSync(":memory:");
  const store = sqliteStore(database);
  const rows = () => (database.prepare("SELECT count(*) AS n FROM ringlight_sessions").get() as { n: number }).n;
  for (let i = 0; i < 10; i++) await store.create(draft, context());
  const later = context(context().now + (LIMITS.timeout + LIMITS.refresh + 60) * 1000);
  await store.create(draft, { ...later, now: later.now - 1 });
  assert.equal(rows(), 11, "for a minute its visitor can be told");
  await store.create(draft, later);
  assert.equal(rows(), 12 - 4);
  for (let i = 0; i < 2; i++) await store.create(draft, later);
  assert.equal(rows(), 4);
});

test("sessions that began by adoption are cleared away too, by those that follow", async () => {
  const database = new DatabaseSync(":memory:");
  const store = sqliteStore(database);
  const rows = (table: string) => (database.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
  for (let day = 0; day < 50; day++) {
    const now = context().now + day * 86_400_000;
    await store.adopt!(new Uint8Array(32).fill(day), draft, now + 3_600_000, context(now));
  }
  assert.ok(rows("ringlight_sessions") <= 2, "sessions");
  assert.ok(rows("ringlight_sessions_adopted") <= 5, "what was adopted");
});

test("within a transaction of the application's own it works, and goes with it", async () => {
  const database = new DatabaseSync(":memory:");
  const store = sqliteStore(database);
  database.exec("BEGIN");
  const token = (await store.create(draft, context())) as string;
  assert.ok("record" in (await store.read(token, context())));
  database.exec("ROLLBACK");
  assert.deepEqual(await store.read(token, context()), { refused: "unknown" });
});

test("a database that is closed is a 503 with a code, never an empty session", async (t) => {
  const database = new DatabaseSync(":memory:");
  const { url, events } = await site(t, commonPages, { store: sqliteStore(database) });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  database.close();
  for (const path of ["/show", "/logout"]) {
    const visit = await request(url + path, "GET", { cookie });
    assert.deepEqual([visit.status, visit.setCookies], [503, []]);
  }
  assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" });
});

test("what cannot be a database or a table throws when the store is made, and no name reaches the SQL unquoted", () => {
  const database = new DatabaseSync(":memory:");
  for (const table of ["", "1a", "a b", 'a"; DROP TABLE x; --', "x".repeat(49), "ä", 7 as unknown as string]) {
    assert.throws(() => sqliteStore(database, { table }), { code: "ERR_OPTION", option: "table" });
  }
  assert.throws(() => sqliteStore(undefined as never), { code: "ERR_OPTION", option: "database" });
  assert.throws(() => sqliteStore(database, { tabel: "x" } as never), { code: "ERR_OPTION", option: "tabel" });
  sqliteStore(database, { table: "select" });
  sqliteStore(database, { table: "x".repeat(48) });
});

/** A database that lets something happen just before each statement whose text begins so. */
function interrupted(database: DatabaseSync, begins: string, happens: () => void): SqliteDatabase {
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      if (!sql.startsWith(begins)) return statement;
      return {
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
        run: (...values) => {
          happens();
          return statement.run(...values);
        },
      };
    },
  };
}

test("a sign-in by another process, between a log-out's reading and its deleting, is not ended by the old token", async (t) => {
  const file = join(folder(t), "a.db");
  const [mine, theirs] = [new DatabaseSync(file), new DatabaseSync(file)];
  t.after(() => [mine, theirs].map((database) => database.close()));
  const other = sqliteStore(theirs);
  let fresh: string | undefined;
  let visitor = "";
  const store = sqliteStore(
    interrupted(mine, 'DELETE FROM "ringlight_sessions" WHERE key = ? AND', () => {
      if (fresh !== undefined) return;
      const read = other.read(visitor, context()) as { record: Change["base"] };
      const rotation = { subject: "bob", persist: undefined, restart: true, authenticated: true };
      const nothing = { ...NO_CHANGES, fill: NO_CHANGES, slots: new Map(), serial: false };
      fresh = (other.update(visitor, { base: read.record, ...nothing, rotation }, context()) as { token: string })
        .token;
    }),
  );
  visitor = (await store.create(draft, context())) as string;
  assert.equal(await store.delete(visitor, context()), false);
  assert.ok("record" in (await store.read(fresh!, context())));
});

test("while another process writes for longer than one waits, the call is a 503 with a code, and nothing is stored", async (t) => {
  const file = join(folder(t), "a.db");
  const [mine, theirs] = [new DatabaseSync(file), new DatabaseSync(file)];
  t.after(() => [mine, theirs].map((database) => database.close()));
  const { url, events } = await site(t, commonPages, { store: sqliteStore(mine) });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  mine.exec("PRAGMA busy_timeout = 0");
  theirs.exec("BEGIN IMMEDIATE");
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}', "a read does not wait");
  assert.equal((await request(`${url}/count`, "GET", { cookie })).status, 503);
  assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" });
  theirs.exec("COMMIT");
  await request(`${url}/count`, "GET", { cookie });
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob","n":1}');
});
