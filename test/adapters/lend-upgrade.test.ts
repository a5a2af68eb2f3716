import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import connect from "connect";
import { WebSocketServer } from "ws";
import { session } from "../../src/adapters/express.ts";
import type { UpgradeOptions } from "../../src/adapters/lend-upgrade.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { rawConnection } from "../support/raw-http.ts";
import { visitor } from "../support/visitor.ts";
import { counting } from "../support/watched-store.ts";
import { connectClient } from "../support/web-socket-site.ts";

interface Visitor {
  user?: string;
}

async function chat(t: TestContext, options: UpgradeOptions<import("ws").WebSocket> = {}, more: object = {}) {
  const errors: unknown[] = [];
  const { store, calls } = counting(memoryStore());
  const sessions = session<Visitor>({ store, onError: (error) => void errors.push(error), ...more });
  const app = connect();
  app.use(sessions);
  app.use("/in", (req, res) => {
    sessions.of(req).session.user = "bob";
    res.end();
  });
  app.use("/out", (req, res) => {
    sessions.of(req).session = null;
    res.end();
  });
  const server: Server = createServer(app as RequestListener);
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", sessions.upgrade(sockets, options));
  sockets.on("connection", (socket, req) => {
    const { session } = sessions.of(req);
    socket.on("message", () => {
      let isFrozen = false;
      try {
        session.user = "eve";
      } catch {
        isFrozen = true;
      }
      socket.send(JSON.stringify({ user: session.user ?? null, isFrozen }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const each of sockets.clients) each.terminate();
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const bob = visitor(`http://127.0.0.1:${port}`);
  await bob.get("/in");
  const open = (headers: Record<string, string> = {}) =>
    connectClient(t, port, "/", { headers: { cookie: bob.cookie(), origin: `http://127.0.0.1:${port}`, ...headers } });
  return { bob, open, errors, sessions, sockets, port, calls };
}

test("the connection has the session of its handshake, to read", async (t) => {
  const { open } = await chat(t);
  const client = await open();
  client.socket.send("?");
  assert.equal(await client.next(), '{"user":"bob","isFrozen":true}');
  const stranger = await open({ cookie: "" });
  stranger.socket.send("?");
  assert.equal(await stranger.next(), '{"user":null,"isFrozen":true}');
});

test("another site's page opens none: 403", async (t) => {
  const { open, sockets } = await chat(t);
  await assert.rejects(open({ origin: "https://evil.example" }), /403/);
  assert.equal(sockets.clients.size, 0);
});

for (const [what, version, headers, status] of [
  ["HTTP/1.0, where Upgrade says nothing", "1.0", "", 400],
  ["two Host headers", "1.1", "Host: evil.example\r\n", 400],
  ["another version", "1.1", "Sec-WebSocket-Version: 1\r\n", 426],
] as const) {
  test(`${what}: ${status}, and no session is looked for`, async (t) => {
    const { sockets, port, bob, calls } = await chat(t);
    calls.length = 0;
    const { socket, send, until } = rawConnection(port);
    const closed = once(socket, "close");
    const of13 = headers.includes("Version") ? headers : `${headers}Sec-WebSocket-Version: 13\r\n`;
    send(
      `GET / HTTP/${version}\r\nHost: 127.0.0.1:${port}\r\n${of13}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://evil.example\r\nCookie: ${bob.cookie()}\r\n\r\n`,
    );
    assert.match(await until("\r\n\r\n"), new RegExp(`^HTTP/1\\.1 ${status} `));
    await closed;
    assert.equal(sockets.clients.size, 0);
    assert.deepEqual(calls, []);
  });
}

test("who signs out is closed with 4401", async (t) => {
  const { bob, open } = await chat(t);
  const client = await open();
  await bob.get("/out");
  assert.deepEqual(await client.closed(), { code: 4401, reason: "session ended" });
});

test("onSessionEnd is told in place of that, with the reason", async (t) => {
  const { bob, open } = await chat(t, { onSessionEnd: (socket, reason) => socket.send(`ended: ${reason}`) });
  const client = await open();
  await bob.get("/out");
  assert.equal(await client.next(), "ended: unknown");
});

test("an onSessionEnd that throws or rejects is told to onError, and ends no process", async (t) => {
  for (const fail of [
    () => {
      throw new Error("no");
    },
    () => Promise.reject(new Error("no")),
  ]) {
    const told = Promise.withResolvers<unknown>();
    const { bob, open } = await chat(t, { onSessionEnd: fail }, { onError: told.resolve });
    await open();
    await bob.get("/out");
    assert.equal(((await told.promise) as Error).message, "no");
  }
});

test("a cookie that the session needs is on the 101, a line of its own", async (t) => {
  let now = Date.UTC(2026, 0, 1);
  const { open } = await chat(t, {}, { now: () => now, maxAge: 3600 });
  now += 120_000;
  const { headers } = await open();
  assert.match([headers["set-cookie"] ?? []].flat()[0]!, /^session=.*Max-Age=3600/);
});

test("a session that cannot be opened is 503, and told", async (t) => {
  const store = memoryStore();
  let away = false;
  const broken = {
    ...store,
    read: (...call: Parameters<typeof store.read>) => {
      if (away) throw new Error("away");
      return store.read(...call);
    },
  };
  const { open, errors } = await chat(t, {}, { store: broken });
  away = true;
  await assert.rejects(open(), /503/);
  assert.equal((errors[0] as { code?: string }).code, "ERR_STORE_UNAVAILABLE");
});

test("options that cannot be are refused when it is built", async (t) => {
  const { sessions, sockets } = await chat(t);
  for (const wrong of [{ recheck: 0 }, { recheck: 3601 }, { onSessionEnd: 1 }, { trustProxy: ["x"] }, { reCheck: 1 }])
    assert.throws(() => sessions.upgrade(sockets, wrong as never), { code: "ERR_OPTION" });
});

test("after the connection was closed nobody is told", async (t) => {
  const told: string[] = [];
  const { bob, open, sockets } = await chat(t, { onSessionEnd: (_, reason) => void told.push(reason) });
  const closed = new Promise<void>((resolve) =>
    sockets.on("connection", (socket) => socket.on("close", () => resolve())),
  );
  const client = await open();
  client.socket.close();
  await once(client.socket, "close");
  await closed;
  await bob.get("/out");
  assert.deepEqual(told, []);
});
