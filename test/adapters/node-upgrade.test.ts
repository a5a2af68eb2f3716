import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { toFetch } from "../../src/adapters/fetch.ts";
import { serve, toNode, toNodeUpgrade } from "../../src/adapters/node.ts";
import { wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { wrapMultipartParams } from "../../src/middleware/multipart-params.ts";
import { wrapParams } from "../../src/middleware/params.ts";
import {
  upgradeWebSocket,
  type WebSocketConnection,
  type WebSocketListener,
  webSockets,
  wrapWebSocket,
} from "../../src/middleware/websocket.ts";
import { html, text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { GET, routes } from "../../src/routing/index.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { rawConnection, rawExchange } from "../support/raw-http.ts";
import { until } from "../support/until.ts";
import { connectClient, handshake, webSocketSite } from "../support/web-socket-site.ts";

const app = (listener: WebSocketListener, protocol?: string | string[]): Handler =>
  stack.use(wrapWebSocket())(() => upgradeWebSocket(listener, { protocol }));

const echo: WebSocketListener = { onMessage: (socket, data) => socket.send(data) };

// A connection that is agreed to

test("text and octets go both ways, in order", async (t) => {
  const { port, errors } = await webSocketSite(t, app(echo));
  const client = await connectClient(t, port);
  client.socket.send("grüß");
  client.socket.send(new Uint8Array([0, 255, 7]));
  client.socket.send("");
  assert.equal(await client.next(), "grüß");
  const octets = await client.next();
  assert.deepEqual(octets, new Uint8Array([0, 255, 7]));
  assert.equal(await client.next(), "");
  assert.deepEqual(errors, []);
});

test("octets are a plain Uint8Array of their own memory", async (t) => {
  const seen: Uint8Array[] = [];
  const { port } = await webSocketSite(t, app({ onMessage: (_, data) => void seen.push(data as Uint8Array) }));
  const client = await connectClient(t, port);
  client.socket.send(new Uint8Array([1, 2, 3]));
  client.socket.close();
  await client.closed();
  await until(() => seen.length === 1, "the message");
  assert.equal(seen[0]!.constructor, Uint8Array);
  assert.equal(seen[0]!.buffer.byteLength, 3);
});

test("both ends hear why it was closed", async (t) => {
  const heard: unknown[] = [];
  const { port } = await webSocketSite(
    t,
    app({
      onMessage: (socket) => socket.close(4000, "enough"),
      onClose: (_, code, reason) => void heard.push([code, reason]),
    }),
  );
  const first = await connectClient(t, port);
  first.socket.close(4001, "bye");
  await until(() => heard.length === 1, "the close");
  const second = await connectClient(t, port);
  second.socket.send("x");
  assert.deepEqual(await second.closed(), { code: 4000, reason: "enough" });
  const third = await connectClient(t, port);
  third.socket.terminate();
  const fourth = await connectClient(t, port);
  fourth.socket.close();
  await until(() => heard.length === 4, "all closes");
  assert.deepEqual(heard.toSorted(), [
    [1005, ""],
    [1006, ""],
    [4000, "enough"],
    [4001, "bye"],
  ]);
});

test("the session of the handshake is there, and what the response says of it is on the 101", async (t) => {
  const site = stack.use(wrapCookies()).use(wrapSession()).use(wrapWebSocket());
  const { port, url } = await webSocketSite(
    t,
    site(
      routes(
        GET("/login", ({ session }) => ({ ...text("hello"), session: { ...session, user: "ann" } })),
        GET("/chat", ({ session, sessionStatus, cookies }) =>
          session.user === undefined
            ? text("Forbidden", 403)
            : {
                ...upgradeWebSocket({
                  onOpen: (socket) => socket.send(`${session.user} ${sessionStatus.state} ${cookies.tea?.value}`),
                }),
                session: { ...session, chats: 1 },
                cookies: { one: "1", two: "2" },
              },
        ),
        GET("/show", ({ session }) => text(JSON.stringify(session))),
      ),
    ),
  );
  const login = await fetch(`${url}/login`);
  const cookie = login.headers.getSetCookie()[0]!.split(";")[0]!;
  await assert.rejects(connectClient(t, port, "/chat"), /answered 403/);
  const client = await connectClient(t, port, "/chat", { headers: { cookie: `${cookie}; tea=green` } });
  assert.equal(await client.next(), "ann live green");
  const lines = client.headers["set-cookie"] as string[];
  assert.ok(lines.includes("one=1; Path=/") && lines.includes("two=2; Path=/"), String(lines));
  assert.equal(client.headers.vary, "Cookie");
  const shown = await (await fetch(`${url}/show`, { headers: { cookie } })).text();
  assert.deepEqual(JSON.parse(shown), { user: "ann", chats: 1 });
});

test("a session that begins with the handshake is stored before the 101 leaves", async (t) => {
  const store = memoryStore();
  const create = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const slow: typeof store = {
    ...store,
    async create(...given) {
      asked.resolve();
      await create.promise;
      return store.create(...given);
    },
  };
  const { port } = await webSocketSite(
    t,
    stack.use(wrapSession({ store: slow })).use(wrapWebSocket())(() => ({
      ...upgradeWebSocket({}),
      session: { a: 1 },
    })),
  );
  const connection = rawConnection(port);
  connection.send(handshake());
  await asked.promise;
  await new Promise(setImmediate);
  assert.equal(connection.socket.bytesRead, 0);
  create.resolve();
  assert.match(
    await connection.until("\r\n\r\n"),
    /^HTTP\/1\.1 101 Switching Protocols\r\n[\s\S]*set-cookie: session=/,
  );
  connection.socket.destroy();
});

test("a session that cannot be stored opens nothing: 503, and nobody is connected", async (t) => {
  let opened = 0;
  const store = { ...memoryStore(), create: () => Promise.reject(new Error("down")) };
  const { port, errors } = await webSocketSite(
    t,
    stack.use(wrapSession({ store })).use(wrapWebSocket())(() => ({
      ...upgradeWebSocket({ onOpen: () => void opened++ }),
      session: { a: 1 },
    })),
  );
  const answer = await rawExchange(port, handshake());
  assert.match(answer, /^HTTP\/1\.1 503 /);
  assert.equal(opened, 0);
  assert.equal((errors[0] as { code: string }).code, "ERR_STORE_UNAVAILABLE");
});

test("the subprotocol is the handler's choice among those offered", async (t) => {
  const { port } = await webSocketSite(
    t,
    app({ onOpen: (socket) => socket.send(`speaks ${socket.protocol}`) }, ["chat.v2", "chat.v1"]),
  );
  const client = await connectClient(t, port, "/", { protocols: ["other", "chat.v1", "chat.v2"] });
  assert.equal(client.socket.protocol, "chat.v2");
  assert.equal(await client.next(), "speaks chat.v2");
  const answer = rawConnection(port);
  answer.send(handshake("/", ["Sec-WebSocket-Protocol: unknown"]));
  assert.doesNotMatch(await answer.until("\r\n\r\n"), /sec-websocket-protocol/i);
  answer.socket.destroy();
  const none = await connectClient(t, port);
  assert.equal(await none.next(), "speaks ");
});

test("frames that came with the handshake, or before the handler answered, are not lost", async (t) => {
  const gate = Promise.withResolvers<void>();
  const { port, url } = await webSocketSite(
    t,
    stack.use(wrapWebSocket())(async ({ isWebSocketUpgrade }) => {
      if (!isWebSocketUpgrade) return text("page");
      await gate.promise;
      return upgradeWebSocket(echo);
    }),
  );
  const frame = (letter: string) => `\x81\x81\0\0\0\0${letter}`; // text, masked with zeros
  const connection = rawConnection(port);
  connection.send(handshake() + frame("a"));
  await fetch(url);
  connection.send(frame("b"));
  await fetch(url);
  gate.resolve();
  const received = await connection.until("\x81\x01a\x81\x01b");
  assert.match(received, /^HTTP\/1\.1 101 /);
  connection.socket.destroy();
});

test("who sends before the handler answered is not read without end", async (t) => {
  const gate = Promise.withResolvers<void>();
  const { port, url } = await webSocketSite(
    t,
    stack.use(wrapWebSocket())(async ({ isWebSocketUpgrade }) => {
      if (!isWebSocketUpgrade) return text("page");
      await gate.promise;
      return text("Forbidden", 403);
    }),
  );
  const { socket, send, until: received } = rawConnection(port);
  send(handshake());
  socket.write(new Uint8Array(100_000_000));
  for (let n = 0; n < 10; n++) await fetch(url);
  assert.ok(socket.writableLength > 0, "all was taken");
  gate.resolve();
  assert.match(await received("Forbidden"), /^HTTP\/1\.1 403 /);
  socket.destroy();
});

test("no compression is agreed on", async (t) => {
  const { port } = await webSocketSite(t, app(echo));
  const client = await connectClient(t, port);
  assert.equal(client.socket.extensions, "");
});

// What goes wrong on it

test("a message longer than maxPayload closes with 1009, and is told to the listener", async (t) => {
  const told: unknown[] = [];
  const { port, errors } = await webSocketSite(
    t,
    app({
      ...echo,
      onError: (_, error) => void told.push(error instanceof Error),
      onClose: (_, code) => void told.push(code),
    }),
    { maxPayload: 1000 },
  );
  const client = await connectClient(t, port);
  client.socket.send("x".repeat(1000));
  assert.equal((await client.next()).length, 1000);
  client.socket.send("x".repeat(1001));
  assert.equal((await client.closed()).code, 1009);
  await until(() => told.length === 2, "onError and onClose");
  assert.deepEqual(told, [true, 1006]);
  assert.deepEqual(errors, [], "what a peer does wrong is no error of the server");
});

test("by default a message has at most 1 MiB", async (t) => {
  const { port } = await webSocketSite(t, app(echo));
  const client = await connectClient(t, port);
  client.socket.send(new Uint8Array(1_048_576));
  assert.equal((await client.next()).length, 1_048_576);
  client.socket.send(new Uint8Array(1_048_577));
  assert.equal((await client.closed()).code, 1009);
});

test("what breaks the protocol closes that connection alone", async (t) => {
  const { port, errors } = await webSocketSite(t, app(echo));
  const wrong: ReadonlyArray<readonly [string, number]> = [
    ["\x81\x01a", 1002], // not masked
    ["\x83\x80\0\0\0\0", 1002], // an opcode that is none
    ["\xc1\x81\0\0\0\0a", 1002], // compressed, and nothing was agreed on
    ["\x81\x81\0\0\0\0\xff", 1007], // not UTF-8
    ["\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 1009], // 2^63 - 1 octets
    ["\x89\xfe\0\xff\0\0\0\0", 1002], // a ping of 255 octets
    ["\x88\x82\0\0\0\0\x03\xec", 1002], // a close with 1004
  ];
  for (const [bytes, code] of wrong) {
    const connection = rawConnection(port);
    connection.send(handshake());
    await connection.until("\r\n\r\n");
    connection.send(bytes);
    await connection.until(`\x88\x02${String.fromCharCode(code >> 8, code & 255)}`);
    connection.socket.destroy();
  }
  const client = await connectClient(t, port);
  client.socket.send("still there");
  assert.equal(await client.next(), "still there");
  assert.deepEqual(errors, []);
});

test("a function that throws or rejects closes with 1011, and is told to onError with the request", async (t) => {
  for (const fail of [() => assert.fail("mine"), async () => assert.fail("mine")]) {
    const told: unknown[] = [];
    const { port } = await webSocketSite(t, app({ onMessage: fail }), {
      onError: (error, request) => void told.push([(error as Error).message, request.uri]),
    });
    const client = await connectClient(t, port, "/chat");
    client.socket.send("x");
    assert.deepEqual(await client.closed(), { code: 1011, reason: "" });
    assert.deepEqual(told, [["mine", "/chat"]]);
  }
});

test("a peer that does not answer pings is cut off", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const codes: unknown[] = [];
  const { port } = await webSocketSite(t, app({ onClose: (_, code) => void codes.push(code) }));
  const silent = rawConnection(port);
  silent.send(handshake());
  await silent.until("\r\n\r\n");
  t.mock.timers.tick(20_000);
  await silent.until("\x89\0");
  t.mock.timers.tick(20_000);
  await until(() => codes.length === 1, "the cut");
  assert.deepEqual(codes, [1006]);
});

test("a pong keeps a connection, and so does a ping", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { port, url } = await webSocketSite(t, app({}));
  for (const [sent, answer] of [
    ["\x8a\x80\0\0\0\0", ""],
    ["\x89\x80\0\0\0\0", "\x8a\0"],
  ]) {
    const connection = rawConnection(port);
    connection.send(handshake());
    await connection.until("\r\n\r\n");
    t.mock.timers.tick(20_000);
    await connection.until("\x89\0");
    connection.send(sent!);
    await connection.until(`\x89\0${answer}`);
    await fetch(url);
    t.mock.timers.tick(20_000);
    await connection.until(`\x89\0${answer}\x89\0`);
    connection.socket.destroy();
  }
});

// Answers without a WebSocket

test("a refusal is plain HTTP: status, headers and body as answered, and the connection is closed", async (t) => {
  const cookies = ["a=1", "b=2"];
  const { port } = await webSocketSite(t, () => ({ ...html("<p>no</p>", 403), headers: { "set-cookie": cookies } }));
  const answer = await rawExchange(port, handshake());
  assert.match(answer, /^HTTP\/1\.1 403 Forbidden\r\n/);
  assert.match(answer, /\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n/);
  assert.match(answer, /\r\nconnection: close\r\n/i);
  assert.match(answer, /\r\nContent-Length: 9\r\n/i);
  assert.ok(answer.endsWith("\r\n\r\n<p>no</p>"));
});

test("a stream is sent whole", async (t) => {
  const { port } = await webSocketSite(t, () => {
    let left = 200;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new Uint8Array(10_000).fill(120));
        else controller.close();
      },
    });
    return { status: 200, headers: { "content-length": "2000000" }, body };
  });
  const answer = await rawExchange(port, handshake());
  assert.equal(answer.length - answer.indexOf("\r\n\r\n") - 4, 2_000_000);
});

test("an error is answered with its status, and told", async (t) => {
  const { port, errors } = await webSocketSite(t, () => {
    throw Object.assign(new Error("mine"), { status: 418 });
  });
  assert.match(await rawExchange(port, handshake()), /^HTTP\/1\.1 418 /);
  assert.equal((errors[0] as Error).message, "mine");
});

test("a stream that fails cuts the connection, and is told", async (t) => {
  const { port, errors } = await webSocketSite(t, () => ({
    status: 200,
    headers: {},
    body: new ReadableStream({ start: (controller) => controller.error(new Error("torn")) }),
  }));
  await rawExchange(port, handshake());
  await until(() => errors.length === 1, "the error");
  assert.equal((errors[0] as Error).message, "torn");
});

test("a guard outside refuses an upgrade from another origin, and the listener never runs", async (t) => {
  let opened = 0;
  const guard =
    (handler: Handler): Handler =>
    (request) =>
      request.headers.origin === `http://${request.host}` ? handler(request) : text("Forbidden", 403);
  const { port } = await webSocketSite(t, guard(app({ onOpen: () => void opened++ })));
  await assert.rejects(connectClient(t, port, "/", { headers: { origin: "https://evil.example" } }), /answered 403/);
  await assert.rejects(connectClient(t, port), /answered 403/);
  assert.equal(opened, 0);
  await connectClient(t, port, "/", { headers: { origin: `http://127.0.0.1:${port}` } });
  assert.equal(opened, 1);
});

test("a WebSocket for a request that is no upgrade is 426", async (t) => {
  const { url, errors } = await webSocketSite(t, app(echo));
  const answer = await fetch(url);
  assert.equal(answer.status, 426);
  assert.equal(answer.headers.get("upgrade"), "websocket");
  assert.equal((await fetch(url, { method: "HEAD" })).status, 426);
  assert.deepEqual(errors, []);
});

// Handshakes that are none

const hostile: ReadonlyArray<readonly [name: string, bytes: string, answer: RegExp]> = [
  [
    "version 8",
    handshake("/", ["Sec-WebSocket-Version: 8"], ["sec-websocket-version"]),
    /^HTTP\/1\.1 426 [\s\S]*version: 13/,
  ],
  ["no version", handshake("/", [], ["sec-websocket-version"]), /^HTTP\/1\.1 426 /],
  ["no key", handshake("/", [], ["sec-websocket-key"]), /^HTTP\/1\.1 400 /],
  ["a bad key", handshake("/", ["Sec-WebSocket-Key: x"], ["sec-websocket-key"]), /^HTTP\/1\.1 400 /],
  ["two keys", handshake("/", ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]), /^HTTP\/1\.1 400 /],
  ["a bad list of protocols", handshake("/", ["Sec-WebSocket-Protocol: a,,b"]), /^HTTP\/1\.1 400 /],
  ["another method", handshake().replace("GET", "POST"), /^HTTP\/1\.1 426 /],
  [
    "HTTP/1.0",
    handshake("/", ["Connection: Upgrade, close"], ["connection"]).replace("1.1", "1.0"),
    /^HTTP\/1\.1 426 /,
  ],
  [
    "another protocol",
    handshake("/", ["Upgrade: h2c", "Connection: Upgrade, close"], ["upgrade", "connection"]),
    /^HTTP\/1\.1 426 /,
  ],
  ["two protocols", handshake("/", ["Upgrade: h2c", "Connection: close"]), /^HTTP\/1\.1 426 /],
  ["a body", handshake("/", ["Content-Length: 3", "Connection: close"]).concat("abc"), /^HTTP\/1\.1 4(00|26) /],
  ["two hosts", handshake("/", ["Host: other.example"]), /^HTTP\/1\.1 400 /],
  [
    "a chunked body",
    handshake("/", ["Transfer-Encoding: chunked", "Connection: close"]).concat("0\r\n\r\n"),
    /^HTTP\/1\.1 4(00|26) /,
  ],
];
for (const [name, bytes, expected] of hostile) {
  test(`a handshake with ${name} is answered, and ends nothing else`, async (t) => {
    const opened: unknown[] = [];
    const { port, errors } = await webSocketSite(t, app({ ...echo, onOpen: (socket) => void opened.push(socket) }));
    const connection = rawConnection(port);
    connection.send(bytes);
    assert.match(await connection.until("\r\n\r\n"), expected);
    connection.socket.destroy();
    const client = await connectClient(t, port);
    client.socket.send("ok");
    assert.equal(await client.next(), "ok");
    assert.deepEqual(errors, []);
  });
}

test("a handshake whose body a middleware has read away is none: 426", async (t) => {
  const chat: Handler = stack.use(wrapParams()).use(wrapMultipartParams()).use(wrapWebSocket())(() =>
    upgradeWebSocket(echo),
  );
  const { port, errors } = await webSocketSite(t, chat);
  for (const [type, body] of [
    ["application/x-www-form-urlencoded", "a=1"],
    ["multipart/form-data; boundary=b", '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n'],
  ] as const) {
    const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const framed = [
      handshake("/", [`Content-Type: ${type}`, `Content-Length: ${body.length}`]) + body,
      handshake("/", [`Content-Type: ${type}`, "Transfer-Encoding: chunked"]) + chunked,
    ];
    for (const bytes of framed) {
      const { socket, send, until } = rawConnection(port);
      send(bytes);
      assert.match(await until("\r\n\r\n"), /^HTTP\/1\.1 426 /);
      socket.destroy();
    }
  }
  assert.deepEqual(errors, []);
});

test("a request for another protocol is one like any other, its body and its connection too", async (t) => {
  const { port } = await webSocketSite(t, async ({ body }) => text(await new Response(body).text()));
  const connection = rawConnection(port);
  const ask =
    "POST / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: 3\r\n\r\n";
  const asksFirst = "shouldUpgradeCallback" in createServer({ shouldUpgradeCallback: () => false } as object);
  connection.send(`${ask}one`);
  if (asksFirst) {
    await connection.until("one");
    connection.send(`${ask}two`);
    await connection.until("two");
  } else {
    assert.match(await connection.until("\r\n\r\n"), /^HTTP\/1\.1 400 /); // Node gives such a connection away
  }
  connection.socket.destroy();
});

async function bareServer(t: TestContext, handler: Handler): Promise<number> {
  const onError = (error: unknown) => assert.fail(error as Error);
  const server = createServer(toNode(handler, { onError }));
  const upgrades = toNodeUpgrade(handler, { websocket: await webSockets(), onError });
  server.on("upgrade", upgrades);
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    upgrades.destroy();
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test("toNodeUpgrade alone: another protocol is answered as if it had not been asked for, 400 with a body", async (t) => {
  const port = await bareServer(t, ({ uri, body }) => text(`${uri} ${body}`));
  const other = (lines: string[]) => handshake("/page", ["Upgrade: h2c", ...lines], ["upgrade"]);
  assert.match(await rawExchange(port, other([])), /^HTTP\/1\.1 200 [\s\S]*\/page null$/);
  const refused = await rawExchange(port, other(["Content-Length: 3"]).concat("abc"));
  assert.match(refused, /^HTTP\/1\.1 400 [\s\S]*\r\ncache-control: no-store\r\n/i);
  assert.match(
    await rawExchange(port, handshake("/page").replace("1.1", "1.0")),
    /^HTTP\/1\.1 200 [\s\S]*\/page null$/,
  );
  assert.match(await rawExchange(port, handshake("/page", ["Transfer-Encoding: chunked"])), /^HTTP\/1\.1 400 /);
});

test("toNodeUpgrade alone opens WebSockets, and ends them", async (t) => {
  const server = createServer();
  const handler = app(echo);
  const upgrades = toNodeUpgrade(handler, { websocket: await webSockets() });
  server.on("upgrade", upgrades);
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const client = await connectClient(t, port);
  client.socket.send("a");
  assert.equal(await client.next(), "a");
  await upgrades.close();
  assert.equal((await client.closed()).code, 1001);
  const late = await connectClient(t, port);
  assert.equal((await late.closed()).code, 1001, "one that opens after the end is closed, too");
});

test("an upgrade behind a request that is still being answered is cut off", async (t) => {
  const gate = Promise.withResolvers<void>();
  const port = await bareServer(
    t,
    stack.use(wrapWebSocket())(async ({ uri }) => {
      if (uri === "/chat") return upgradeWebSocket(echo);
      await gate.promise;
      return text("slow");
    }),
  );
  const answer = await rawExchange(port, `GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${handshake("/chat")}`);
  assert.equal(answer, "");
  gate.resolve();
});

// Clients that leave, and the end

test("a request for another protocol with a body is not answered into the middle of another answer", async (t) => {
  const gate = Promise.withResolvers<void>();
  const port = await bareServer(t, async () => {
    await gate.promise;
    return text("slow");
  });
  const ask = "POST /b HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 3\r\n\r\nab";
  assert.equal(await rawExchange(port, `GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${ask}`), "");
  gate.resolve();
});

test("a client that leaves while the handler runs aborts request.signal, and opens nothing", async (t) => {
  for (const leave of ["end", "destroy", "resetAndDestroy"] as const) {
    let opened = 0;
    const gone = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const { port, errors } = await webSocketSite(
      t,
      stack.use(wrapWebSocket())(async ({ signal }) => {
        signal.addEventListener("abort", () => gone.resolve());
        started.resolve();
        await gone.promise;
        setImmediate(answered.resolve);
        return upgradeWebSocket({ onOpen: () => void opened++ });
      }),
    );
    const { socket, send } = rawConnection(port);
    send(handshake());
    await started.promise;
    socket[leave]();
    await answered.promise;
    assert.equal(opened, 0, leave);
    assert.deepEqual(errors, []);
  }
});

test("a client that leaves in the middle of a refusal's stream cancels it", async (t) => {
  const ways: ReadonlyArray<(socket: Socket) => void> = [
    (socket) => socket.end(),
    (socket) => socket.end("with octets that nobody reads"),
    (socket) => socket.destroy(),
  ];
  for (const leave of ways) {
    const cancelled = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const { port } = await webSocketSite(t, ({ signal }) => {
      signal.addEventListener("abort", () => aborted.resolve());
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
        cancel: () => cancelled.resolve(),
      });
      return { status: 200, headers: {}, body };
    });
    const connection = rawConnection(port);
    connection.send(handshake());
    await connection.until("\r\n\r\n");
    leave(connection.socket);
    await Promise.all([cancelled.promise, aborted.promise]);
  }
});

test("serve's close says 1001 to every WebSocket, and waits for their functions", async (t) => {
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const served = await webSocketSite(
    t,
    app({
      async onClose(_, code) {
        await gate.promise;
        log.push(`function ${code}`);
      },
    }),
    { shutdownTimeout: 60 },
  );
  const clients = await Promise.all([connectClient(t, served.port), connectClient(t, served.port)]);
  const end = served.close().then(() => log.push("server"));
  for (const client of clients) assert.equal((await client.closed()).code, 1001);
  await new Promise(setImmediate);
  gate.resolve();
  await end;
  assert.deepEqual(log, ["function 1001", "function 1001", "server"]);
});

test("serve's close cuts peers that do not say goodbye, handshakes in flight, and waits for no function, at its limit", async (t) => {
  const started = Promise.withResolvers<void>();
  const served = await webSocketSite(
    t,
    stack.use(wrapWebSocket())(async ({ uri }) => {
      if (uri !== "/slow") return upgradeWebSocket({ onClose: () => new Promise(() => {}) });
      started.resolve();
      return new Promise<never>(() => {});
    }),
    { shutdownTimeout: 0.05 },
  );
  const silent = rawConnection(served.port);
  silent.send(handshake());
  await silent.until("\r\n\r\n");
  const slow = rawConnection(served.port);
  slow.send(handshake("/slow"));
  await started.promise;
  const ends = [once(silent.socket, "close"), once(slow.socket, "close")];
  await served.close();
  await Promise.all(ends);
});

test("send waits for a peer that reads slowly, and says no when it has gone", async (t) => {
  const sent = Promise.withResolvers<boolean>();
  const buffered = Promise.withResolvers<number>();
  const { port } = await webSocketSite(
    t,
    app({
      async onOpen(socket) {
        const first = socket.send(new Uint8Array(50_000_000));
        buffered.resolve(socket.bufferedAmount);
        sent.resolve(await first);
      },
    }),
  );
  const connection = rawConnection(port);
  connection.send(handshake());
  await connection.until("\r\n\r\n");
  connection.socket.pause();
  assert.ok((await buffered.promise) > 0);
  connection.socket.destroy();
  assert.equal(await sent.promise, false);
});

test("a thousand WebSockets that come and go leave nothing behind", async (t) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const held: Array<WeakRef<WebSocketConnection | Duplex>> = [];
  let closed = 0;
  const handler = stack.use(wrapSession()).use(wrapWebSocket())(({ queryString }) =>
    queryString === "no"
      ? text("Forbidden", 403)
      : upgradeWebSocket({
          onOpen: (socket) => void held.push(new WeakRef(socket)),
          onMessage: (socket, data) => socket.send(data),
          onClose: () => void closed++,
        }),
  );
  const server = createServer();
  const upgrades = toNodeUpgrade(handler, { websocket: await webSockets(), onError: (error) => errors.push(error) });
  const errors: unknown[] = [];
  server.on("upgrade", upgrades).on("connection", (socket) => void held.push(new WeakRef(socket)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  for (let round = 0; round < 20; round++) {
    const batch = Array.from({ length: 50 }, async (_, n) => {
      const connection = rawConnection(port);
      connection.send(handshake(n % 10 === 9 ? "/?no" : "/"));
      await connection.until("\r\n\r\n");
      if (n % 10 === 9) await once(connection.socket, "close");
      else if (n % 3 === 0) connection.socket.resetAndDestroy();
      else if (n % 3 === 1) connection.socket.destroy();
      else {
        connection.send("\x88\x80\0\0\0\0");
        await once(connection.socket.resume(), "close");
      }
    });
    await Promise.all(batch);
  }
  await until(() => closed === 900, "all closes");
  await until(() => {
    collect();
    return held.every((each) => each.deref() === undefined);
  }, "no connection and no socket is held");
  assert.equal(held.length, 1900);
  assert.ok(timers() <= before, `${timers()} timers, ${before} before`);
  assert.deepEqual(errors, []);
});

// Servers that open none

test("without the option websocket an upgrade request is a request, and a WebSocket 501", async (t) => {
  const told: unknown[] = [];
  const served = await serve(
    stack.use(wrapWebSocket())(({ uri }) => (uri === "/chat" ? upgradeWebSocket(echo) : text("page"))),
    { port: 0, signals: [], onError: (error) => void told.push((error as { code: string }).code) },
  );
  t.after(() => served.close());
  const close = ["Connection: Upgrade, close"];
  assert.match(
    await rawExchange(served.port, handshake("/page", close, ["connection"])),
    /^HTTP\/1\.1 200 [\s\S]*page$/,
  );
  assert.match(await rawExchange(served.port, handshake("/chat", close, ["connection"])), /^HTTP\/1\.1 501 /);
  assert.deepEqual(told, ["ERR_RESPONSE_KEY"]);
});

test("over HTTP/2, which knows no upgrade, a WebSocket is 426 without the header", async (t) => {
  const server = createHttp2Server(toNode(app(echo)) as never);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    client.destroy();
    server.close();
  });
  const stream = client.request({ ":path": "/" });
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  assert.equal(headers[":status"], 426);
  assert.equal(headers.upgrade, undefined);
});

test("toFetch opens none: 426 to a request, 501 to an upgrade", async () => {
  const told: unknown[] = [];
  const fetchApp = toFetch(app(echo), { onError: (error) => void told.push((error as Error).message) });
  assert.equal((await fetchApp(new Request("http://localhost/"))).status, 426);
  const upgrade = new Request("http://localhost/");
  const headers = new Headers({ upgrade: "websocket", connection: "upgrade" }); // a Request takes no `connection`
  const asked = new Proxy(upgrade, {
    get: (target, name) => (name === "headers" ? headers : Reflect.get(target, name, target)),
  });
  assert.equal((await fetchApp(asked)).status, 501);
  assert.match(String(told), /serve\(app, \{ websocket: await webSockets\(\) \}\)/);
});

test("options that cannot be are refused", async () => {
  const handler = app(echo);
  for (const websocket of [undefined, null, {}, webSockets(), webSockets]) {
    assert.throws(() => toNodeUpgrade(handler, { websocket } as never), { code: "ERR_OPTION", option: "websocket" });
    if (websocket === undefined) continue;
    await assert.rejects(serve(handler, { port: 0, websocket } as never), { code: "ERR_OPTION", option: "websocket" });
  }
  for (const maxPayload of [0, -1, 1.5, Number.NaN, 2 ** 31, "1"]) {
    await assert.rejects(webSockets({ maxPayload } as never), { code: "ERR_OPTION", option: "maxPayload" });
  }
  await assert.rejects(webSockets({ perMessageDeflate: true } as never), { code: "ERR_OPTION" });
  const websocket = await webSockets();
  assert.throws(() => toNodeUpgrade(handler, { websocket, path: "/" } as never), {
    code: "ERR_OPTION",
    option: "path",
  });
  assert.throws(() => toNodeUpgrade(handler, { websocket, trustProxy: "10.0.0.0/8" } as never), {
    option: "trustProxy",
  });
});
