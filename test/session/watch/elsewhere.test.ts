/** What somebody else does to a session that is watched here: another process, or another store over the same data. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { promisify } from "node:util";
import type { ReadResult, Store } from "../../../src/session/store.ts";
import { redisStore } from "../../../src/stores/redis.ts";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { singleClients } from "../../support/redis-clients.ts";
import { noRedis, redisServer } from "../../support/redis-server.ts";
import { until } from "../../support/until.ts";
import { START, watched } from "../../support/watched-session.ts";

test("what another process ended in one SQLite file is told within the interval, and not before", async (t) => {
  const file = join(tmpdir(), `watch-${process.pid}.db`);
  t.after(() => rmSync(file, { force: true }));
  const visitor = await watched(t, sqliteStore(new DatabaseSync(file)));
  visitor.watch(10);
  const src = new URL("../../../src/", import.meta.url).href;
  const program = `
    import { DatabaseSync } from "node:sqlite";
    import { endSessions } from "${src}session/end-sessions.ts";
    import { sqliteStore } from "${src}stores/sqlite.ts";
    await endSessions(sqliteStore(new DatabaseSync(${JSON.stringify(file)})), "bob", { now: () => ${START} });
  `;
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  await visitor.pass(9);
  assert.deepEqual(visitor.reasons, []);
  await visitor.pass(1);
  assert.deepEqual(visitor.reasons, ["unknown"]);
});

test("what another store over one Redis ended is told within the interval; looks move no idle clock", {
  skip: noRedis,
}, async (t) => {
  const server = await redisServer(t);
  const open = async () => redisStore(await singleClients.redis!(t, server));
  const seen: ReadResult[] = [];
  const store = await open();
  const here: Store = {
    ...store,
    async read(...call) {
      const result = await store.read(...call);
      seen.push(result);
      return result;
    },
  };
  const visitor = await watched(t, here, { timeout: 1000, refresh: 0 });
  visitor.watch(10);
  seen.length = 0;
  for (const looks of [1, 2, 3]) {
    await visitor.pass(10);
    await until(() => seen.length === looks, "a look");
  }
  const used = seen.map((result) => "record" in result && result.record.usedAt);
  assert.deepEqual(used, [START, START, START]);
  await visitor.go(null, await open());
  await visitor.pass(9);
  assert.equal(seen.length, 3);
  await visitor.pass(1);
  assert.equal(await visitor.told, "unknown");
});
