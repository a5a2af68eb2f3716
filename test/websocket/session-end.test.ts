import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { upgradeWebSocket, type WebSocketListener, wrapWebSocket } from "../../src/middleware/websocket.ts";
import { text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { type AnySession, type WithSession, wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { barriers } from "../support/barriers.ts";
import { visitor } from "../support/visitor.ts";
import { connectClient, handshake, webSocketSite } from "../support/web-socket-site.ts";

/** How many timers for looks there were, and how many there are. */
function rounds(t: TestContext): () => { begun: number; running: number } {
  const begun = t.mock.method(globalThis, "setInterval");
  const stopped = t.mock.method(globalThis, "clearInterval");
  return () => {
    const timers = begun.mock.calls.filter((call) => call.arguments[1] === 1000).map((call) => call.result);
    const running = timers.filter((timer) => !stopped.mock.calls.some((call) => call.arguments[0] === timer));
    return { begun: timers.length, running: running.length };
  };
}

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

test("the last connection that closes, in whatever way, stops the looks", async (t) => {
  const looks = rounds(t);
  let left = 4;
  const all = Promise.withResolvers<void>();
  const { open, site } = await chat(t, {
    onOpen: (socket) => socket.send("open"),
    onMessage: () => {
      throw new Error("no");
    },
    onClose: () => --left === 0 && all.resolve(),
  });
  const [closing, cut, failing, last] = [await open(), await open(), await open(), await open()];
  for (const each of [closing, cut, failing, last]) await each.next();
  assert.deepEqual(looks(), { begun: 1, running: 1 });
  closing.socket.close();
  cut.socket.terminate();
  failing.socket.send("!");
  await Promise.all([closing.closed(), failing.closed()]);
  assert.deepEqual(looks(), { begun: 1, running: 1 });
  await site.close();
  await all.promise;
  assert.deepEqual(looks(), { begun: 1, running: 0 });
});

test("a client that leaves during the handshake leaves nobody who watches", async (t) => {
  const looks = rounds(t);
  const gone = Promise.withResolvers<void>();
  const points = barriers();
  const app = stack.use(wrapSession<AnySession>({ store: memoryStore() })).use(wrapWebSocket())(async (request) => {
    if (request.uri === "/in") return { ...text("in"), session: { user: "bob" } };
    request.signal.addEventListener("abort", () => gone.resolve());
    await points.hold("chat");
    return upgradeWebSocket({});
  });
  const site = await webSocketSite(t, app, { shutdownTimeout: 5 });
  const bob = visitor(site.url);
  await bob.get("/in");
  const socket = connect(site.port, "127.0.0.1");
  socket.write(handshake("/chat", [`Cookie: ${bob.cookie()}`]));
  await points.held("chat");
  socket.destroy();
  await gone.promise;
  points.release("chat");
  await site.close();
  assert.deepEqual(looks(), { begun: 0, running: 0 });
});
