import assert from "node:assert/strict";
import { once } from "node:events";
import { truncateSync } from "node:fs";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { serve, toNode } from "../../src/adapters/node.ts";
import { wrapFile } from "../../src/middleware/file.ts";
import { text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { publicFolder } from "../support/public-folder.ts";
import { rawConnection, rawExchange } from "../support/raw-http.ts";
import { until } from "../support/until.ts";

async function served(t: TestContext, app: Handler) {
  const errors: unknown[] = [];
  const site = await serve(app, { port: 0, signals: [], shutdownTimeout: 0, onError: (error) => errors.push(error) });
  t.after(() => site.close());
  return { ...site, errors };
}

const get = (path: string, ...lines: readonly string[]) =>
  `GET ${path} HTTP/1.1\r\n${["Host: h", ...lines].join("\r\n")}\r\n\r\n`;

/** Answers each path when its gate is opened. */
function gated() {
  const begun: string[] = [];
  const aborted: string[] = [];
  const gates = new Map<string, () => void>();
  const app: Handler = async ({ uri, signal, body }) => {
    begun.push(uri);
    signal.addEventListener("abort", () => void aborted.push(uri));
    await new Promise<void>((resolve) => gates.set(uri, resolve));
    return text(`<${uri} ${body === null ? "" : await new Response(body).text()}>`);
  };
  const open = async (path: string): Promise<void> => {
    await until(() => gates.has(path), path);
    gates.get(path)!();
  };
  return { app, begun, aborted, open };
}

test("requests of one connection run one after the other, with their bodies, and are answered in their order", async (t) => {
  const { app, begun, open } = gated();
  const { port, errors } = await served(t, app);
  const other = rawConnection(port);
  const post = "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n";
  const connection = rawConnection(port);
  connection.send(get("/a") + post + "b".repeat(200_000) + get("/c", "Connection: close"));
  await until(() => begun.length === 1, "the first");
  other.send(get("/other"));
  await until(() => begun.length === 2, "a request of another connection");
  assert.deepEqual(begun, ["/a", "/other"]);
  await open("/a");
  await until(() => begun.length === 3, "the second");
  await open("/b");
  await open("/c");
  const received = await connection.until("/c >");
  assert.deepEqual(
    received.match(/<\/\w+ /g)?.map((each) => each.slice(1, -1)),
    ["/a", "/b", "/c"],
  );
  assert.ok(received.includes(`</b ${"b".repeat(200_000)}>`));
  await open("/other");
  await other.until("/other");
  other.socket.destroy();
  assert.deepEqual(begun, ["/a", "/other", "/b", "/c"]);
  assert.deepEqual(errors, []);
});

test("who asks for a file again and again, and reads nothing, opens it once", {
  skip: process.platform !== "linux",
}, async (t) => {
  const folder = publicFolder(t);
  truncateSync(join(folder.root, "noending"), 20_000_000);
  const { port, errors } = await served(
    t,
    stack.use(wrapFile(folder.root))(() => text("none", 404)),
  );
  for (const count of [90, 1000]) {
    const { socket, send } = rawConnection(port);
    socket.pause();
    send(get("/noending").repeat(count));
    const closed = once(socket, "close");
    if (count < 100) await until(() => folder.open().length > 0, "a file that is open");
    await rawExchange(port, get("/hello.txt", "Connection: close")); // what came before has been seen by now
    assert.ok(folder.open().length <= 1, `${folder.open().length} open files`);
    socket.destroy();
    await closed;
    await until(() => folder.open().length === 0, "files to be closed");
  }
  assert.deepEqual(errors, []);
});

test("a client that leaves aborts the request that runs, and none that waits is ever run", async (t) => {
  const { app, begun, aborted, open } = gated();
  const { port, errors } = await served(t, app);
  for (const leave of ["destroy", "resetAndDestroy", "end"] as const) {
    begun.length = aborted.length = 0;
    const { socket, send } = rawConnection(port);
    send(get("/a") + get("/b") + get("/c"));
    await until(() => begun.length === 1, "the first");
    socket[leave]();
    await until(() => aborted.length === 1, "the abort");
    await open("/a");
    await rawExchange(port, "none\r\n\r\n");
    assert.deepEqual(begun, ["/a"], leave);
    assert.deepEqual(aborted, ["/a"], leave);
  }
  assert.deepEqual(errors, []);
});

test("100 may wait; of a client with more the connection is cut", async (t) => {
  const { app, begun, aborted, open } = gated();
  const { port, errors } = await served(t, app);
  const patient = rawConnection(port);
  patient.send(get("/a") + get("/b").repeat(100));
  await until(() => begun.length === 1, "the first");
  const greedy = rawConnection(port);
  greedy.send(get("/c") + get("/d").repeat(101));
  await once(greedy.socket, "close");
  await until(() => aborted.length === 1, "the abort");
  assert.deepEqual(begun, ["/a", "/c"]);
  await open("/a");
  await open("/b");
  await patient.until("</b >");
  patient.send(get("/b").repeat(1)); // one has had its turn
  await until(() => begun.length === 4, "the next");
  patient.socket.destroy();
  await until(() => aborted.length === 2, "the end");
  assert.deepEqual(errors, []);
});

test("an answer that closes the connection is its last: what waits behind it does not run", async (t) => {
  const begun: string[] = [];
  const { port } = await served(t, async ({ uri }) => {
    begun.push(uri);
    return { ...text(uri), headers: { connection: "close" } };
  });
  assert.match(await rawExchange(port, get("/a") + get("/b")), /\/a$/);
  assert.deepEqual(begun, ["/a"]);
});

test("over HTTP/2 the requests of a connection run side by side", async (t) => {
  const { app, begun, open } = gated();
  const listener = toNode(app) as unknown as Parameters<typeof createHttp2Server>[1];
  const server = createHttp2Server({}, listener as never);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  const [a, b] = [session.request({ ":path": "/a" }), session.request({ ":path": "/b" })];
  await until(() => begun.length === 2, "both");
  await open("/b");
  assert.equal(await readAll(b), "</b >");
  await open("/a");
  assert.equal(await readAll(a), "</a >");
});
