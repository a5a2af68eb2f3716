import assert from "node:assert/strict";
import { test } from "node:test";
import { postgresStore } from "../../../src/stores/postgres.ts";
import { CLIENTS, postgresServer, WAITS, withoutPostgres } from "../../support/postgres-server.ts";
import { commonPages, site } from "../../support/site.ts";
import { tcpProxy } from "../../support/tcp-proxy.ts";
import { until } from "../../support/until.ts";
import { request, sessionCookie } from "../../support/visitor.ts";

const skip = withoutPostgres("postgresStore");
const server = postgresServer(skip);

for (const name of CLIENTS) {
  test(`${name}: a connection that is cut off in the middle is a 503 with a code, and then it works again`, {
    skip,
  }, async (t) => {
    const table = server.table();
    const client = name === "pg" ? server.pool() : server.sql({ max: 1 });
    const store = postgresStore(client, { table, maxPerSubject: 5 });
    const { url, events } = await site(t, commonPages, { store, storeTimeout: 30 });
    const visitor = { cookie: `session=${sessionCookie(await request(`${url}/count`))}` };
    for (const path of ["/count", "/login"]) {
      const rival = await server.rival().connect();
      await rival.query(`BEGIN; LOCK TABLE "${table}" IN SHARE MODE`);
      let answered = false;
      const answer = request(url + path, "GET", visitor).finally(() => {
        answered = true;
      });
      // Not by the rival: within its transaction it would see the first look's processes for ever.
      while (!answered) await server.rows(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${WAITS}`);
      const { status, setCookies } = await answer;
      await rival.query("COMMIT");
      rival.release();
      assert.deepEqual([status, setCookies], [503, []], path);
      assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" });
      const show = () => request(`${url}/show`, "GET", visitor);
      if (name === "postgres") await show(); // 3.4 tells a connection's last error once more, to whoever comes next
      assert.equal((await show()).body, '{"n":1}');
    }
    assert.equal((await server.rows(`SELECT * FROM "${table}_epochs"`)).length, 0, "what was begun is taken back");
  });
}

test("while the server is away every request is a 503 and the cookie stays; then sessions are as they were", {
  skip,
}, async (t) => {
  const tables = [server.table(), server.table()];
  const sites = await Promise.all(
    CLIENTS.map((name, i) =>
      site(t, commonPages, {
        store: postgresStore(server.client(name), { table: tables[i]! }),
        breaker: { failures: 2 },
      }),
    ),
  );
  const cookies = await Promise.all(
    sites.map(async ({ url }) => `session=${sessionCookie(await request(`${url}/login`))}`),
  );
  const late = await site(t, commonPages, { store: postgresStore(server.pg(), { table: server.table() }) });
  await server.stop();
  try {
    for (const [i, { url, events }] of sites.entries()) {
      for (const path of ["/show", "/count", "/logout"]) {
        const visit = await request(url + path, "GET", { cookie: cookies[i]! });
        assert.deepEqual([visit.status, visit.setCookies], [503, []], path);
      }
      assert.ok(events.some(({ type }) => type === "store.paused"));
      assert.equal((await request(`${url}/show`)).status, 200, "a visitor without a session");
    }
    assert.equal((await request(`${late.url}/login`)).status, 503, "before its tables are there");
  } finally {
    await server.start();
  }
  for (const [i, { url, events, clock }] of sites.entries()) {
    clock.advance(1);
    const bodies = await Promise.all([1, 2].map(() => request(`${url}/show`, "GET", { cookie: cookies[i]! })));
    assert.ok(bodies.some(({ body }) => body === '{"user":"bob"}'));
    assert.ok(events.some(({ type }) => type === "store.resumed"));
  }
  assert.equal((await request(`${late.url}/login`)).status, 200, "its tables are made when the server is there");
});

test("one user's row that somebody holds for ever takes connections from nobody for longer than two seconds", {
  skip,
}, async (t) => {
  const table = server.table();
  const pool = server.pool({ max: 3 });
  const store = postgresStore(pool, { table, maxPerSubject: 5 });
  const { url } = await site(t, commonPages, { store, storeTimeout: 30 });
  const cookie = `session=${sessionCookie(await request(`${url}/login?alice`))}`;
  await request(`${url}/login?bob`);
  const rival = await server.rival().connect();
  await rival.query(`BEGIN; UPDATE "${table}_epochs" SET until = until`);
  const signIns = await Promise.all(Array.from({ length: 3 }, () => request(`${url}/login?bob`)));
  assert.deepEqual(
    signIns.map(({ status }) => status),
    [503, 503, 503],
  );
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"alice"}');
  await rival.query("ROLLBACK");
  rival.release();
  assert.equal((await request(`${url}/login?bob`)).status, 200);
});

for (const name of CLIENTS) {
  test(`${name}: a network that swallows packets: every request ends within the time limit`, { skip }, async (t) => {
    const direct = new URL(server.url());
    const proxy = await tcpProxy(t, Number(direct.port));
    const through = { host: "127.0.0.1", port: proxy.port, max: 4 };
    direct.port = String(proxy.port);
    const connectionString = direct.href;
    const client = name === "pg" ? server.pool({ connectionString }) : server.sql({ ...through, onnotice: () => {} });
    const storeTimeout = 0.5;
    const store = postgresStore(client, { table: server.table() });
    await store.migrate();
    const { url, errors, events } = await site(t, commonPages, { store, storeTimeout, now: Date.now });
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    proxy.swallow();
    const took: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const began = performance.now();
        const { status, setCookies } = await request(url + ["/show", "/count", "/logout"][i % 3], "GET", { cookie });
        took.push(performance.now() - began);
        assert.deepEqual([status, setCookies], [503, []]);
      }),
    );
    t.diagnostic(
      `20 requests, a limit of ${storeTimeout * 1000} ms: the slowest took ${Math.round(Math.max(...took))} ms`,
    );
    assert.ok(Math.max(...took) < storeTimeout * 1000 + 1000);
    assert.equal((errors[0] as { code?: string }).code, "ERR_STORE_TIMEOUT");
    assert.ok(events.some(({ type }) => type === "store.paused"));
    proxy.heal();
    await until(
      async () => (await request(`${url}/show`, "GET", { cookie })).body === '{"user":"bob"}',
      "it answers again",
    );
  });
}
