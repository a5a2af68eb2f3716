import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer, request as tlsRequest } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text as readAll } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { type NodeOptions, type Served, type ServeOptions, serve, toNode } from "../../src/adapters/node.ts";
import { RinglightError } from "../../src/errors.ts";
import { wrapForwarded } from "../../src/middleware/forwarded.ts";
import { json, noContent, text } from "../../src/response.ts";
import { type Handler, type RequestMap, stack } from "../../src/ring.ts";
import { GET, routes } from "../../src/routing/index.ts";
import { rawConnection, rawExchange } from "../support/raw-http.ts";
import { until } from "../support/until.ts";

interface Listening {
  readonly port: number;
  readonly url: string;
  readonly errors: unknown[];
}

async function listen(t: TestContext, app: Handler, options: NodeOptions = {}): Promise<Listening> {
  const errors: unknown[] = [];
  const server = createServer(toNode(app, { onError: (error) => void errors.push(error), ...options }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, errors };
}

/** Answers what it received, as JSON. */
const mirror: Handler = ({ body, signal, ...rest }) => json({ ...rest, body: body === null ? null : "stream" });

async function mirrored(port: number, bytes: string): Promise<Record<string, unknown>> {
  const answer = await rawExchange(port, bytes);
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  return JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4));
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

// The request map

test("a request becomes a map of plain data properties", async (t) => {
  let seen: RequestMap | undefined;
  const { port } = await listen(t, (request) => {
    seen = request;
    return text("ok");
  });
  await rawExchange(
    port,
    "GET /a%20b/?x=1?&y= HTTP/1.1\r\nHost: example.com:81\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\n__proto__: z\r\nConnection: close\r\n\r\n",
  );
  const { headers, signal, ...rest } = seen!;
  assert.deepEqual(rest, {
    method: "GET",
    scheme: "http",
    host: "example.com:81",
    uri: "/a%20b/",
    queryString: "x=1?&y=",
    body: null,
    remoteAddress: "127.0.0.1",
  });
  assert.equal(Object.getPrototypeOf(headers), null);
  assert.equal(headers["x-a"], "1, 2");
  assert.equal(headers.cookie, "a=1; b=2");
  assert.equal(signal.aborted, false);
  for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(seen))) assert.ok("value" in descriptor);
});

const targets: readonly (readonly [string, { host: string; uri: string; queryString: string }])[] = [
  ["GET /", { host: "h", uri: "/", queryString: "" }],
  ["GET //evil.example/x?y", { host: "h", uri: "//evil.example/x", queryString: "y" }],
  ["GET /a/../b/./c", { host: "h", uri: "/a/../b/./c", queryString: "" }],
  ["GET /%zz?%zz", { host: "h", uri: "/%zz", queryString: "%zz" }],
  ["GET /\\evil", { host: "h", uri: "/\\evil", queryString: "" }],
  ["OPTIONS *", { host: "h", uri: "*", queryString: "" }],
  ["GET http://other.example:82/p?q", { host: "other.example:82", uri: "/p", queryString: "q" }],
  ["GET http://other.example", { host: "other.example", uri: "/", queryString: "" }],
  ["GET http://other.example?q", { host: "other.example", uri: "/", queryString: "q" }],
  ["GET HTTP://user@other.example/p", { host: "other.example", uri: "/p", queryString: "" }],
  ["GET http://[/p", { host: "[", uri: "/p", queryString: "" }],
];
for (const [line, expected] of targets) {
  test(`the target of ${line} is read and never throws`, async (t) => {
    const { port, errors } = await listen(t, mirror);
    const answer = await rawExchange(port, `${line} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    if (answer.startsWith("HTTP/1.1 400 ")) return assert.equal(line, "GET http://[/p"); // Node's own parser
    const { host, uri, queryString } = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4));
    assert.deepEqual({ host, uri, queryString }, expected);
    assert.deepEqual(errors, []);
  });
}

test("no host is the empty string", async (t) => {
  const { port } = await listen(t, mirror);
  assert.equal((await mirrored(port, "GET / HTTP/1.0\r\n\r\n")).host, "");
});

for (const [what, lines, expected] of [
  ["neither length nor encoding", "", null],
  ["a length of 0", "Content-Length: 0\r\n", null],
  ["a length", "Content-Length: 1\r\n", "stream"],
  ["chunks", "Transfer-Encoding: chunked\r\n", "stream"],
] as const) {
  test(`a request with ${what} has the body ${expected}`, async (t) => {
    const { port } = await listen(t, mirror);
    const body = what === "a length" ? "x" : what === "chunks" ? "0\r\n\r\n" : "";
    const seen = await mirrored(port, `POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${lines}\r\n${body}`);
    assert.equal(seen.body, expected);
  });
}

for (const broken of [
  "\r\n\0\x01\x02\r\n\r\n",
  "GET\r\n\r\n",
  "GET / HTTP/9.9\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: h\r\nA B: c\r\n\r\n",
  "GET / HTTP/1.1\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
  "GET / HTTP/1.1\r\nHost: h\r\nHost: other.example\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: h\r\nhOsT: h\r\n\r\n",
  "GET http://h/ HTTP/1.1\r\nHost: h\r\nhost:\r\n\r\n",
  "POST / HTTP/1.0\r\nHost: h\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
]) {
  test(`${JSON.stringify(broken)} is refused before the handler, and the next request is answered`, async (t) => {
    let asked = 0;
    const { port, url } = await listen(t, () => {
      asked++;
      return text("ok");
    });
    assert.match(await rawExchange(port, broken), /^HTTP\/1\.1 400 /);
    assert.equal(asked, 0);
    assert.equal((await fetch(url)).status, 200);
  });
}

// Proxies

const forwarded =
  "GET / HTTP/1.1\r\nHost: inside\r\nX-Forwarded-Proto: http, https\r\nX-Forwarded-Host: evil.example, www.example.com\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.1.2.3\r\nConnection: close\r\n\r\n";

test("what strangers write into forwarded headers is ignored", async (t) => {
  for (const trustProxy of [[], ["10.0.0.0/8", "192.0.2.1"]]) {
    const { port } = await listen(t, mirror, { trustProxy });
    const { scheme, host, remoteAddress } = await mirrored(port, forwarded);
    assert.deepEqual({ scheme, host, remoteAddress }, { scheme: "http", host: "inside", remoteAddress: "127.0.0.1" });
  }
});

for (const trustProxy of [
  ["127.0.0.1", "10.0.0.0/8"],
  ["127.0.0.0/8", "10.1.2.3"],
  ["::ffff:127.0.0.1", "::ffff:10.0.0.0/104"],
]) {
  test(`from ${trustProxy} the last values count, and the last address that is no proxy`, async (t) => {
    const { port } = await listen(t, mirror, { trustProxy });
    const { scheme, host, remoteAddress } = await mirrored(port, forwarded);
    assert.deepEqual(
      { scheme, host, remoteAddress },
      { scheme: "https", host: "www.example.com", remoteAddress: "203.0.113.9" },
    );
  });
}

const chains: readonly (readonly [string, string])[] = [
  ["203.0.113.9", "203.0.113.9"],
  ["203.0.113.9:4711", "203.0.113.9"],
  ["[2001:db8::1]:4711", "2001:db8::1"],
  ["2001:db8::1", "2001:db8::1"],
  ["::ffff:203.0.113.9", "203.0.113.9"],
  ["203.0.113.9, unknown", "127.0.0.1"],
  ["6.6.6.6, 203.0.113.9", "203.0.113.9"],
  ["127.0.0.1, 127.0.0.1", "127.0.0.1"],
  [" , ,", "127.0.0.1"],
];
for (const [chain, address] of chains) {
  test(`X-Forwarded-For ${JSON.stringify(chain)} from a trusted proxy is ${address}`, async (t) => {
    const { port } = await listen(t, mirror, { trustProxy: ["127.0.0.1"] });
    const seen = await mirrored(
      port,
      `GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: ${chain}\r\nConnection: close\r\n\r\n`,
    );
    assert.equal(seen.remoteAddress, address);
  });
}

test("a trusted proxy's last value counts: https before http is http, and a host that is none is ignored", async (t) => {
  const { port } = await listen(t, mirror, { trustProxy: ["127.0.0.1"] });
  const seen = await mirrored(
    port,
    "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: https, http\r\nX-Forwarded-Host: a b/c\r\nConnection: close\r\n\r\n",
  );
  assert.deepEqual([seen.scheme, seen.host], ["http", "h"]);
});

/** What a request over TLS becomes; by a key that both know, so that no certificate lies here. */
async function overTls(t: TestContext, options: NodeOptions, headers: Record<string, string>) {
  const key = Buffer.alloc(32, 7);
  const tls = { ciphers: "PSK", maxVersion: "TLSv1.2" } as const;
  const server = createTlsServer({ ...tls, pskCallback: () => key }, toNode(mirror, options));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const pskCallback = () => ({ psk: key, identity: "test" });
  const how = { ...tls, pskCallback, agent: false, checkServerIdentity: () => undefined };
  const asked = tlsRequest({ ...how, host: "127.0.0.1", port, headers });
  const answered = once(asked, "response");
  asked.end();
  const [response] = await answered;
  return JSON.parse(await readAll(response)) as Record<string, unknown>;
}

test("a server that speaks TLS is https, whatever a proxy says, named or not", async (t) => {
  for (const trustProxy of [[], ["127.0.0.1"]]) {
    for (const proto of ["http", "https, http", ""]) {
      const { scheme, host } = await overTls(t, { trustProxy }, { host: "h", "x-forwarded-proto": proto });
      assert.deepEqual({ scheme, host }, { scheme: "https", host: "h" });
    }
  }
});

for (const entry of [
  "10.0.0.0/33",
  "10.0.0.0/",
  "10.0.0.0/8/8",
  "10.0.0",
  "localhost",
  "",
  "::1/129",
  "::ffff:10.0.0.0/95",
  "10.0.0.0/-1",
  "10.0.0.0/1e1",
  true,
]) {
  test(`trustProxy ${JSON.stringify(entry)} is refused when built`, () => {
    assert.throws(
      () => toNode(mirror, { trustProxy: [entry as string] }),
      (error) => error instanceof RinglightError && error.code === "ERR_OPTION" && error.option === "trustProxy",
    );
  });
}

const impossible: readonly (readonly [unknown, string])[] = [
  [{ trustProxy: true }, "trustProxy"],
  [{ trustProxy: "10.0.0.0/8" }, "trustProxy"],
  [{ trustProxy: 1 }, "trustProxy"],
  [{ trustProxy: { 0: "10.0.0.0/8" } }, "trustProxy"],
  [{ trustProxy: ["0.0.0.0/1", "128.0.0.0/1"] }, "trustProxy"],
  [{ onError: "x" }, "onError"],
  [{ onError: null }, "onError"],
  [{ port: 3000 }, "port"],
  [null, "options"],
];
for (const [options, option] of impossible) {
  test(`toNode refuses ${JSON.stringify(options)} when built`, () => {
    assert.throws(() => toNode(mirror, options as NodeOptions), { code: "ERR_OPTION", option });
  });
}

test("toNode and serve refuse what is no handler, when built", async (t) => {
  for (const app of [undefined, null, {}, "app", Promise.resolve(mirror)]) {
    assert.throws(() => toNode(app as never), { code: "ERR_OPTION", option: "app" });
    const site = serve(app as never, { port: 0, signals: [] });
    t.after(() => closed(site));
    await assert.rejects(site, { code: "ERR_OPTION", option: "app" });
  }
  toNode(mirror, { trustProxy: undefined, onError: undefined });
});

// Responses

test("several Set-Cookie are several headers, never folded", async (t) => {
  const { port } = await listen(t, () => ({
    ...text("ok"),
    headers: { "set-cookie": ["a=1", "b=2"], link: ["<x>", "<y>"] },
  }));
  const answer = await rawExchange(port, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  assert.deepEqual(answer.match(/^set-cookie: .*$/gim), ["set-cookie: a=1", "set-cookie: b=2"]);
  assert.deepEqual(answer.match(/^link: .*$/gim), ["link: <x>", "link: <y>"]);
});

test("an unknown response key is 500 without a detail, and named to onError", async (t) => {
  const { url, errors } = await listen(t, () => ({ ...text("secret"), sesion: null }) as never);
  const response = await fetch(url);
  assert.deepEqual([response.status, await response.text()], [500, "Internal Server Error"]);
  assert.match((errors[0] as Error).message, /response\.sesion: did you mean session\?/);
});

test("HEAD by GET's route has the same headers without the body", async (t) => {
  const { url } = await listen(t, routes(GET("/page", () => text("page"))));
  const [get, head] = await Promise.all([fetch(`${url}/page`), fetch(`${url}/page`, { method: "HEAD" })]);
  const perConnection = ["date", "connection", "keep-alive"];
  const comparable = ({ headers }: Response) => [...headers].filter(([name]) => !perConnection.includes(name));
  assert.deepEqual(comparable(head), comparable(get));
  assert.deepEqual([await get.text(), await head.text()], ["page", ""]);
});

test("text, octets, nothing and 204 arrive as they are", async (t) => {
  const { url } = await listen(
    t,
    routes(
      GET("/text", () => text("hé")),
      GET("/octets", () => ({ status: 201, headers: {}, body: new Uint8Array([0, 255]) })),
      GET("/nothing", () => ({ status: 200, headers: {}, body: null })),
      GET("/none", () => noContent()),
    ),
  );
  assert.equal(await (await fetch(`${url}/text`)).text(), "hé");
  assert.deepEqual([...new Uint8Array(await (await fetch(`${url}/octets`)).arrayBuffer())], [0, 255]);
  assert.equal((await fetch(`${url}/nothing`)).headers.get("content-length"), "0");
  assert.equal((await fetch(`${url}/none`)).status, 204);
});

// Streams

test("bodies stream both ways, chunk by chunk", async (t) => {
  const { url } = await listen(t, ({ body }) => ({ status: 200, headers: {}, body }));
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const asked = fetch(url, { method: "POST", body: readable, duplex: "half" } as RequestInit);
  const writer = writable.getWriter();
  void writer.write(bytes("one"));
  const reader = (await asked).body!.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await reader.read()).value, "one");
  void writer.write(bytes("two"));
  assert.equal((await reader.read()).value, "two");
  void writer.close();
  assert.equal((await reader.read()).done, true);
});

test("the headers arrive before the stream's first chunk", async (t) => {
  let start: () => void = () => {};
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      start = () => {
        controller.enqueue(bytes("first"));
        controller.close();
      };
    },
  });
  const { url } = await listen(t, () => ({ status: 200, headers: {}, body }));
  const response = await fetch(url);
  start();
  assert.equal(await response.text(), "first");
});

test("a stream is read no faster than the client takes it", async (t) => {
  const chunk = new Uint8Array(65_536);
  const total = 2000; // 131 MB, more than any socket buffers
  let pulled = 0;
  const { port } = await listen(t, () => {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (++pulled === total) controller.close();
      else controller.enqueue(chunk);
    };
    return { status: 200, headers: {}, body: new ReadableStream({ pull }) };
  });
  const { socket, send } = rawConnection(port);
  socket.removeAllListeners("data").pause();
  send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  let before = -1;
  while (pulled === 0 || pulled !== before) {
    before = pulled;
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  }
  assert.ok(pulled < total, `${pulled} chunks were read for a client that takes none`);
  socket.resume();
  await once(socket, "close");
  assert.equal(pulled, total);
});

test("a stream that waits for its client again and again leaves no listener behind for each time", async (t) => {
  let most = 0;
  let waits = 0;
  const app = toNode(() => {
    let left = 100;
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) =>
      left-- === 0 ? controller.close() : controller.enqueue(new Uint8Array(1_048_576));
    return { status: 200, headers: {}, body: new ReadableStream({ pull }) };
  });
  const server = createServer((req, res) => {
    res.on("drain", () => {
      waits++;
      most = Math.max(most, res.listenerCount("close"), res.listenerCount("error"));
    });
    app(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  assert.equal((await response.arrayBuffer()).byteLength, 100 * 1_048_576);
  assert.ok(waits > 20, `${waits} waits`);
  assert.ok(most < 10, `${most} listeners`);
});

test("a request body is read no faster than the handler takes it", async (t) => {
  let go: () => void = () => {};
  const gate = new Promise<void>((resolve) => (go = resolve));
  const { port } = await listen(t, async ({ body }) => {
    await gate;
    let length = 0;
    for await (const part of body!) length += part.byteLength;
    return text(String(length));
  });
  const { socket, send, until } = rawConnection(port);
  const total = 64 * 1_048_576;
  send(`POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${total}\r\n\r\n`);
  for (let sent = 0; sent < total; sent += 1_048_576) socket.write(new Uint8Array(1_048_576));
  let before = -1;
  while (socket.writableLength !== before) {
    before = socket.writableLength;
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  }
  assert.ok(socket.writableLength > total / 2, "the server took the body before anyone asked for it");
  go();
  assert.match(await until(String(total)), /^HTTP\/1\.1 200 /);
});

test("a body that nobody reads does not block the connection", async (t) => {
  const { port } = await listen(t, ({ uri }) => text(`answer to ${uri}`));
  const { socket, send, until } = rawConnection(port);
  send(`POST /first HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(1_000_000)}`);
  await until("answer to /first");
  send("GET /second HTTP/1.1\r\nHost: h\r\n\r\n");
  await until("answer to /second");
  socket.destroy();
});

test("a body that was left half read does not block the connection", async (t) => {
  const { port, errors } = await listen(t, async ({ uri, body }) => {
    const reader = body?.getReader();
    await reader?.read();
    reader?.releaseLock();
    return text(`answer to ${uri}`);
  });
  const { socket, send, until } = rawConnection(port);
  send(`POST /first HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(1_000_000)}`);
  await until("answer to /first");
  send("GET /second HTTP/1.1\r\nHost: h\r\n\r\n");
  await until("answer to /second");
  assert.deepEqual(errors, []);
  socket.destroy();
});

// Clients that go away, streams that break

test("a client that goes away aborts the signal", async (t) => {
  let aborted: (value: unknown) => void = () => {};
  const seen = new Promise((resolve) => (aborted = resolve));
  let asked: () => void = () => {};
  const arrived = new Promise<void>((resolve) => (asked = resolve));
  const { port, errors } = await listen(t, async ({ signal }) => {
    asked();
    await once(signal, "abort");
    aborted(signal.reason);
    return text("too late");
  });
  const { socket, send } = rawConnection(port);
  send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await arrived;
  socket.destroy();
  assert.equal(((await seen) as Error).name, "AbortError");
  assert.deepEqual(errors, []);
});

test("a client that goes away cancels the response's stream, and is no error", async (t) => {
  let cancelled: () => void = () => {};
  const seen = new Promise<void>((resolve) => (cancelled = resolve));
  let signal: AbortSignal | undefined;
  const { port, url, errors } = await listen(t, (request) => {
    signal = request.signal;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes("first")),
      cancel: () => cancelled(),
    });
    return { status: 200, headers: {}, body };
  });
  const { socket, send, until } = rawConnection(port);
  send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await until("first");
  socket.destroy();
  await seen;
  assert.equal(signal?.aborted, true);
  await fetch(url, { method: "HEAD" }); // a round trip later nothing was told either
  assert.deepEqual(errors, []);
});

test("a stream for a client that is gone already is cancelled", async (t) => {
  let cancelled: () => void = () => {};
  const seen = new Promise<void>((resolve) => (cancelled = resolve));
  let asked: () => void = () => {};
  const arrived = new Promise<void>((resolve) => (asked = resolve));
  const { port } = await listen(t, async ({ signal }) => {
    asked();
    await once(signal, "abort");
    return { status: 200, headers: {}, body: new ReadableStream<Uint8Array>({ cancel: () => cancelled() }) };
  });
  const { socket, send } = rawConnection(port);
  send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await arrived;
  socket.destroy();
  await seen;
});

test("a client that was gone before anything was read of it is not answered, and is none without an address", async (t) => {
  const told = t.mock.method(console, "warn", () => {});
  const addresses: unknown[] = [];
  const wrap = wrapForwarded({ trustProxy: ["127.0.0.1"] });
  const app = stack.use(wrap)(({ remoteAddress }) => {
    addresses.push(remoteAddress);
    return text("ok");
  });
  const { port, url, errors } = await listen(t, app);
  for (let i = 0; i < 10; i++) {
    const { socket, send } = rawConnection(port);
    await once(socket, "connect");
    send("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: https\r\n\r\n");
    socket.resetAndDestroy();
  }
  await (await fetch(url)).text();
  assert.ok(addresses.length > 0);
  assert.deepEqual(new Set(addresses), new Set(["127.0.0.1"]));
  assert.equal(told.mock.callCount(), 0);
  assert.deepEqual(errors, []);
});

test("on a Unix socket, whose peer has no address, requests are answered", {
  skip: process.platform === "win32",
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "socket-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "s");
  const server = createServer(toNode(({ remoteAddress }) => text(`peer ${remoteAddress}`)));
  await once(server.listen(path), "listening");
  t.after(() => server.close());
  const socket = connect(path);
  socket.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  assert.match(await readAll(socket), /^HTTP\/1\.1 200 [\s\S]*peer undefined$/);
});

test("a client that goes away while its body is read rejects the reading", async (t) => {
  let failed: (error: unknown) => void = () => {};
  const seen = new Promise((resolve) => (failed = resolve));
  let first: () => void = () => {};
  const reading = new Promise<void>((resolve) => (first = resolve));
  const { port } = await listen(t, async ({ body }) => {
    try {
      for await (const _ of body!) first();
    } catch (error) {
      failed(error);
    }
    return text("too late");
  });
  const { socket, send } = rawConnection(port);
  send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nsome");
  await reading;
  socket.destroy();
  assert.ok((await seen) instanceof Error);
});

test("a body that breaks off while a handler reads it is the visitor's fault: 400, not a failure", async (t) => {
  const { port, errors } = await listen(t, async ({ body }) => text(await new Response(body).text()));
  for (const sent of ["Content-Length: 100\r\n\r\nsome", "Transfer-Encoding: chunked\r\n\r\n5\r\nsome"]) {
    errors.length = 0;
    const { socket, send } = rawConnection(port);
    send(`POST / HTTP/1.1\r\nHost: h\r\n${sent}`);
    await once(socket, "ready");
    socket.end();
    await until(() => errors.length === 1, "the error");
    assert.ok(errors[0] instanceof RinglightError);
    assert.deepEqual([errors[0].code, errors[0].status], ["ERR_BODY_SYNTAX", 400]);
  }
  errors.length = 0;
  const broken = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsome!zz\r\n";
  await rawExchange(port, broken);
  await until(() => errors.length === 1, "the error");
  assert.equal((errors[0] as RinglightError).status, 400);
});

test("a signal is not aborted by a response that was sent whole", async (t) => {
  let signal: AbortSignal | undefined;
  const { port } = await listen(t, (request) => {
    signal = request.signal;
    return text("ok");
  });
  await rawExchange(port, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  assert.equal(signal?.aborted, false);
});

test("a stream that breaks cuts the connection and is told to onError", async (t) => {
  const broken = new Error("the disk is gone");
  let told: (error: unknown) => void = () => {};
  const seen = new Promise((resolve) => (told = resolve));
  const { url } = await listen(
    t,
    () => {
      let count = 0;
      const half = (controller: ReadableStreamDefaultController<Uint8Array>) =>
        count++ === 0 ? controller.enqueue(bytes("half")) : controller.error(broken);
      return { status: 200, headers: {}, body: new ReadableStream<Uint8Array>({ pull: half }) };
    },
    { onError: told },
  );
  await assert.rejects(async () => (await fetch(url)).text());
  assert.equal(await seen, broken);
});

/** Serves one stream, asks for it, and gives what was told to onError; the answer must break off. */
async function toldOf(t: TestContext, source: UnderlyingDefaultSource<unknown>): Promise<unknown> {
  const told = Promise.withResolvers<unknown>();
  const body = new ReadableStream(source) as ReadableStream<Uint8Array>;
  const { url } = await listen(t, () => ({ status: 200, headers: {}, body }), { onError: told.resolve });
  await assert.rejects(
    async () => (await fetch(url)).text(),
    "the connection is cut, so that nobody takes it for whole",
  );
  return told.promise;
}

for (const chunk of ["text", null, 42, {}, new ArrayBuffer(4)]) {
  const what = chunk === null ? "null" : typeof chunk === "object" ? chunk.constructor.name : typeof chunk;
  test(`a chunk that is no octets (${what}) cuts the connection, is told, and cancels the stream`, async (t) => {
    const cancelled = Promise.withResolvers<void>();
    const chunks: unknown[] = [bytes("first"), chunk, bytes("last")];
    const error = await toldOf(t, {
      pull: (controller) => (chunks.length > 0 ? controller.enqueue(chunks.shift()) : controller.close()),
      cancel: () => cancelled.resolve(),
    });
    assert.equal((error as RinglightError).code, "ERR_RESPONSE_SHAPE");
    await cancelled.promise;
  });
}

test("a stream that breaks without a reason is told all the same, as an error", async (t) => {
  for (const reason of [undefined, null]) {
    const error = await toldOf(t, { pull: (controller) => controller.error(reason) });
    assert.ok(error instanceof Error);
  }
});

test("a client that goes away while the first chunk is waited for cancels the stream, and nothing is told", async (t) => {
  const cancelled = Promise.withResolvers<void>();
  const pulled = Promise.withResolvers<void>();
  const pull = () => {
    pulled.resolve();
    return new Promise<void>(() => {}); // a source that never gives anything
  };
  const { port, url, errors } = await listen(t, ({ method }) =>
    method === "HEAD"
      ? noContent()
      : { status: 200, headers: {}, body: new ReadableStream({ pull, cancel: () => cancelled.resolve() }) },
  );
  const { socket, send, until } = rawConnection(port);
  send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await until("\r\n\r\n");
  await pulled.promise;
  socket.destroy();
  await cancelled.promise;
  await fetch(url, { method: "HEAD" });
  assert.deepEqual(errors, []);
});

test("a client that goes away while the stream waits for him cancels it, and nothing is told", async (t) => {
  const cancelled = Promise.withResolvers<void>();
  let pulled = 0;
  const { port, url, errors } = await listen(t, ({ method }) => {
    if (method === "HEAD") return noContent();
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (++pulled > 200) controller.close();
      else controller.enqueue(new Uint8Array(1_048_576));
    };
    return { status: 200, headers: {}, body: new ReadableStream({ pull, cancel: () => cancelled.resolve() }) };
  });
  const { socket, send } = rawConnection(port);
  socket.removeAllListeners("data").pause();
  send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  let before = -1;
  while (pulled === 0 || pulled !== before) {
    before = pulled;
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  }
  assert.ok(pulled < 200, "it waits");
  socket.destroy();
  await cancelled.promise;
  await fetch(url, { method: "HEAD" });
  assert.deepEqual(errors, []);
});

test("HEAD of a stream whose cancelling never ends is answered, and the connection stays usable", async (t) => {
  const cancel = () => new Promise<void>(() => {});
  const { port } = await listen(t, ({ method }) =>
    method === "HEAD" ? { status: 200, headers: {}, body: new ReadableStream({ cancel }) } : text("next"),
  );
  const { socket, send, until } = rawConnection(port);
  send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  assert.match(await until("next"), /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*\r\nHTTP\/1\.1 200 OK/);
  socket.destroy();
});

test("205 goes out without a body, and the next answer on the connection is read as it is", async (t) => {
  const { port } = await listen(t, ({ uri }) => ({ ...text(uri), status: uri === "/205" ? 205 : 200 }));
  const { socket, send, until } = rawConnection(port);
  send("GET /205 HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  const [first] = (await until("/next")).split("HTTP/1.1 200 OK");
  assert.match(first!, /^HTTP\/1\.1 205 .+\r\n(?:.+\r\n)*content-length: 0\r\n(?:.+\r\n)*\r\n$/i);
  socket.destroy();
});

test("a length that is not the body's is 500 with a length that is", async (t) => {
  const { port, errors } = await listen(t, () => ({ ...text("ok"), headers: { "Content-Length": "1" } }));
  const answer = await rawExchange(port, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  assert.match(answer, /^HTTP\/1\.1 500 .+\r\n(?:.+\r\n)*content-length: 21\r\n(?:.+\r\n)*\r\nInternal Server Error$/i);
  assert.equal((errors[0] as RinglightError).code, "ERR_RESPONSE_SHAPE");
});

for (const [what, length] of [
  ["longer than", "3"],
  ["shorter than", "9"],
] as const) {
  test(`a stream ${what} its length cuts the connection and is told: nothing of it is the next answer`, async (t) => {
    const told = Promise.withResolvers<unknown>();
    const body = () =>
      new ReadableStream<Uint8Array>({
        start: (controller) => {
          controller.enqueue(bytes("first"));
          controller.close();
        },
      });
    const app = () => ({ status: 200, headers: { "content-length": length }, body: body() });
    const { port } = await listen(t, app, { onError: told.resolve });
    const answer = await rawExchange(port, "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert.equal((answer.match(/HTTP\/1\.1/g) ?? []).length, 1);
    assert.equal(((await told.promise) as { code?: string }).code, "ERR_HTTP_CONTENT_LENGTH_MISMATCH");
  });
}

test("a stream that is as long as its header says is sent, on HEAD too", async (t) => {
  const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    controller.enqueue(bytes("fi"));
    controller.enqueue(bytes("rst"));
    controller.close();
  };
  const { url, errors } = await listen(t, () => ({
    status: 200,
    headers: { "content-length": "5" },
    body: new ReadableStream({ start }),
  }));
  assert.equal(await (await fetch(url)).text(), "first");
  assert.equal((await fetch(url, { method: "HEAD" })).headers.get("content-length"), "5");
  assert.deepEqual(errors, []);
});

// serve

const served = (t: TestContext, app: Handler, options: ServeOptions = {}) =>
  serve(app, { port: 0, signals: [], ...options }).then((site) => {
    t.after(() => site.close());
    return site;
  });

test("serve says where it listens, and close stops it", async (t) => {
  const { url, port, close } = await served(t, () => text("ok"));
  assert.equal(url, `http://127.0.0.1:${port}`);
  assert.equal(await (await fetch(url)).text(), "ok");
  await close();
  await close();
  await assert.rejects(fetch(url));
});

test("serve rejects for a port that is taken, and says so", async (t) => {
  const { port } = await served(t, () => text("ok"));
  await assert.rejects(
    serve(() => text("ok"), { port, signals: [] }),
    (error) => {
      assert.ok(error instanceof RinglightError);
      assert.deepEqual([error.code, error.option], ["ERR_OPTION", "port"]);
      assert.match(error.message, new RegExp(`${port} on 127\\.0\\.0\\.1 is taken`));
      return true;
    },
  );
});

for (const [option, value] of [
  ["port", 65_536],
  ["port", -1],
  ["port", 1.5],
  ["shutdownTimeout", -1],
  ["shutdownTimeout", Number.NaN],
  ["maxHeaderSize", 0],
] as const) {
  test(`serve refuses ${option}: ${value}`, async () => {
    await assert.rejects(
      serve(() => text("ok"), { [option]: value }),
      { code: "ERR_OPTION", option },
    );
  });
}

/** For what should not listen: closes it where it does, or a test that fails would never end. */
const closed = (site: Promise<Served>) =>
  site.then(
    ({ close }) => close(),
    () => {},
  );

const refusedOptions: readonly (readonly [unknown, string])[] = [
  [{ host: "" }, "host"],
  [{ host: null }, "host"],
  [{ host: 127 }, "host"],
  [{ port: null }, "port"],
  [{ port: "3000" }, "port"],
  [{ maxHeaderSize: "16" }, "maxHeaderSize"],
  [{ maxHeaderSize: 1.5 }, "maxHeaderSize"],
  [{ signals: null }, "signals"],
  [{ signals: "SIGTERM" }, "signals"],
  [{ signals: ["SIGKILL"] }, "signals"],
  [{ signals: ["SIGTERM", "SIGSTOP"] }, "signals"],
  [{ signals: ["SIGTRM"] }, "signals"],
  [{ signals: ["toString"] }, "signals"],
  [{ signals: [null] }, "signals"],
  [{ signals: [15] }, "signals"],
  [{ shutdownTimeout: "5" }, "shutdownTimeout"],
  [{ shutdownTimeout: null }, "shutdownTimeout"],
  [{ shutdownTimeout: 3601 }, "shutdownTimeout"],
  [{ shutdownTimeout: Number.POSITIVE_INFINITY }, "shutdownTimeout"],
  [{ trustProxy: true }, "trustProxy"],
  [{ trustProxy: ["nonsense"] }, "trustProxy"],
  [{ onError: "x" }, "onError"],
  [{ hostname: "127.0.0.1" }, "hostname"],
];
for (const [options, option] of refusedOptions) {
  test(`serve refuses ${JSON.stringify(options)}, and nothing listens, to a port or a signal`, async (t) => {
    const listening = () => [
      process.getActiveResourcesInfo().filter((resource) => resource === "TCPServerWrap").length,
      process.listenerCount("SIGTERM"),
      process.listenerCount("SIGINT"),
    ];
    const before = listening();
    const site = serve(() => text("ok"), { port: 0, ...(options as object) });
    t.after(() => closed(site));
    await assert.rejects(site, { code: "ERR_OPTION", option });
    assert.deepEqual(listening(), before);
  });
}

test("an address that is not this machine's is told as host, and no signal is listened for", async (t) => {
  const before = process.listenerCount("SIGTERM");
  const site = serve(() => text("ok"), { port: 0, host: "203.0.113.9" });
  t.after(() => closed(site));
  await assert.rejects(site, { code: "ERR_OPTION", option: "host" });
  assert.equal(process.listenerCount("SIGTERM"), before);
});

test("serve takes options that are undefined for absent ones", async (t) => {
  const site = await served(t, () => text("ok"), {
    host: undefined,
    maxHeaderSize: undefined,
    shutdownTimeout: undefined,
    trustProxy: undefined,
    onError: undefined,
  });
  assert.match(site.url, /^http:\/\/127\.0\.0\.1:/);
});

test("serve refuses headers larger than maxHeaderSize", async (t) => {
  const { port } = await served(t, () => text("ok"), { maxHeaderSize: 1000 });
  assert.match(
    await rawExchange(port, `GET / HTTP/1.1\r\nHost: h\r\nX-A: ${"a".repeat(2000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 /,
  );
});

/** A handler that waits until it is told to answer. */
function waiting(): { app: Handler; asked: Promise<void>; answer: () => void } {
  let asked: () => void = () => {};
  let answer: () => void = () => {};
  const arrived = new Promise<void>((resolve) => (asked = resolve));
  const told = new Promise<void>((resolve) => (answer = resolve));
  const app: Handler = async ({ uri }) => {
    if (uri === "/now") return text("at once");
    asked();
    await told;
    return text("finished");
  };
  return { app, asked: arrived, answer };
}

test("close lets a request in flight finish, says Connection: close, and closes idle connections", async (t) => {
  const { app, asked, answer } = waiting();
  const { port, close } = await served(t, app);
  const idle = rawConnection(port);
  idle.send("GET /now HTTP/1.1\r\nHost: h\r\n\r\n");
  await idle.until("at once");
  const busy = rawConnection(port);
  busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await asked;
  const closed = close();
  await once(idle.socket, "close");
  answer();
  const received = await busy.until("finished");
  assert.match(received, /^Connection: close$/im);
  await once(busy.socket, "close");
  await closed;
});

test("close does not wait for a connection on which nothing was ever asked", async (t) => {
  const { url, port, close } = await served(t, () => text("ok"), { shutdownTimeout: 3600 });
  const { socket } = rawConnection(port);
  await once(socket, "connect");
  await fetch(url); // accepted after it
  await Promise.all([close(), once(socket, "close")]);
});

test("a stream in flight that began before close finishes, and its connection is closed", async (t) => {
  let finish: () => void = () => {};
  const { port, close } = await served(t, () => {
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      controller.enqueue(bytes("first"));
      finish = () => {
        controller.enqueue(bytes("last"));
        controller.close();
      };
    };
    return { status: 200, headers: {}, body: new ReadableStream({ start }) };
  });
  const { socket, send, until } = rawConnection(port);
  send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await until("first");
  const closed = close();
  finish();
  await until("last");
  await once(socket, "close");
  await closed;
});

test("after shutdownTimeout what remains is cut", async (t) => {
  const { app, asked } = waiting();
  const { port, close } = await served(t, app, { shutdownTimeout: 0 });
  const { socket, send } = rawConnection(port);
  send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await asked;
  await Promise.all([close(), once(socket, "close")]);
});

test("close takes the signal listeners away", async (t) => {
  const before = process.listenerCount("SIGTERM");
  const { close } = await served(t, () => text("ok"), { signals: ["SIGTERM"] });
  assert.equal(process.listenerCount("SIGTERM"), before + 1);
  await close();
  assert.equal(process.listenerCount("SIGTERM"), before);
});

test("SIGTERM with a request in flight: it finishes, then the process ends by itself", async () => {
  const child = spawn(process.execPath, [`${import.meta.dirname}/../fixtures/slow-server.ts`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = /^listening (\d+)$/.exec((await lines.next()).value ?? "")?.[1];
  const answered = fetch(`http://127.0.0.1:${port}/`);
  assert.equal((await lines.next()).value, "asked");
  child.kill("SIGTERM");
  assert.equal((await lines.next()).value, "terminating");
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  child.stdin.write("go\n");
  const response = await answered;
  assert.equal(await response.text(), "finished");
  assert.equal(response.headers.get("connection"), "close");
  assert.deepEqual(await exit, [0, null]);
});
