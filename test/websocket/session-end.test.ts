import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { upgradeWebSocket, type WebSocketListener, wrapWebSocket } from "../../src/middleware/websocket.ts";
import { text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { type AnySession, type WithSession, wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { visitor } from "../support/visitor.ts";
import { connectClient, webSocketSite } from "../support/web-socket-site.ts";

async function chat(t: TestContext, listener: WebSocketListener = {}, recheck?: false, upgraded: object = {}) {
  const page: Handler<WithSession<AnySession>> = ({ uri }) =>
    uri === "/in"
      ? { ...text("in"), session: { user: "bob" } }
      : uri === "/out"
        ? { ...text("out"), session: null }
        : text("?");
  const app = stack
    .use(wrapSession<AnySession>({ store: memoryStore() }))
    .use(wrapWebSocket(recheck === false ? { recheck } : {}))((request) =>
    request.uri === "/chat" ? { ...upgradeWebSocket(listener), ...upgraded } : (page(request) as never),
  );
  const site = await webSocketSite(t, app);
  const bob = visitor(site.url);
  await bob.get("/in");
  const open = () => connectClient(t, site.port, "/chat", { headers: { cookie: bob.cookie() } });
  return { bob, open, site };
}

test("who signs out has his connections closed with 4401, and no others", async (t) => {
  const { bob, open, site } = await chat(t);
  const [one, two] = [await open(), await open()];
  const eve = visitor(site.url);
  await eve.get("/in");
  const other = await connectClient(t, site.port, "/chat", { headers: { cookie: eve.cookie() } });
  await bob.get("/out");
  assert.deepEqual(await one.closed(), { code: 4401, reason: "session ended" });
  assert.deepEqual(await two.closed(), { code: 4401, reason: "session ended" });
  assert.equal(other.socket.readyState, other.socket.OPEN);
});

test("a listener that wants to know is told the reason, and decides", async (t) => {
  const { bob, open } = await chat(t, {
    onSessionEnd: (socket, reason) => socket.send(`bye: ${reason}`),
    onMessage: (socket, data) => socket.send(data),
  });
  const client = await open();
  await bob.get("/out");
  assert.equal(await client.next(), "bye: unknown");
  client.socket.send("still here");
  assert.equal(await client.next(), "still here");
});

test("a session that the handshake itself renews is watched under its new token", async (t) => {
  const ended = Promise.withResolvers<string>();
  const { open, site } = await chat(t, { onSessionEnd: (_, reason) => ended.resolve(reason) }, undefined, {
    session: { user: "carol" },
  });
  const client = await open();
  const [line] = [client.headers["set-cookie"] ?? []].flat();
  await fetch(`${site.url}/out`, { headers: { cookie: line!.split(";")[0]! } });
  assert.equal(await ended.promise, "unknown");
});

test("without a session, or with recheck: false, nobody is told", async (t) => {
  const told: string[] = [];
  const listener: WebSocketListener = {
    onSessionEnd: (_, reason) => void told.push(reason),
    onMessage: (socket, data) => socket.send(data),
  };
  const { bob, open, site } = await chat(t, listener, false);
  const client = await open();
  const stranger = await connectClient(t, site.port, "/chat");
  await bob.get("/out");
  for (const each of [client, stranger]) {
    each.socket.send("echo");
    assert.equal(await each.next(), "echo");
  }
  assert.deepEqual(told, []);
});

test("after the connection was closed nobody is told", async (t) => {
  const told: string[] = [];
  const closed = Promise.withResolvers<void>();
  const { bob, open } = await chat(t, {
    onSessionEnd: (_, reason) => void told.push(reason),
    onClose: () => closed.resolve(),
  });
  const client = await open();
  client.socket.close();
  await once(client.socket, "close");
  await closed.promise;
  await bob.get("/out");
  assert.deepEqual(told, []);
});
