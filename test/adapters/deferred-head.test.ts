/** The head of a response of node:http, held back, whichever way a handler answers. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type TestContext, test } from "node:test";
import { type DeferredHead, deferHead } from "../../src/adapters/deferred-head.ts";
import { rawConnection } from "../support/raw-http.ts";

type Handle = (res: ServerResponse, head: DeferredHead, req: IncomingMessage) => unknown;

/** A server whose responses are held back before `handle` answers. */
async function site(t: TestContext, handle: Handle) {
  const errors: unknown[] = [];
  const server = createServer((req, res) => {
    (async () => handle(res, deferHead(res), req))().catch((error) => errors.push(error));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  const get = async () => {
    const { socket, send } = rawConnection(port);
    let received = "";
    socket.on("data", (chunk) => (received += chunk));
    send(request);
    await once(socket, "close");
    return received;
  };
  return { port, get, request, errors, url: `http://127.0.0.1:${port}/` };
}

/** Lets it go as soon as it is asked for, with these headers in place of the handler's. */
async function letGo(head: DeferredHead, more: Readonly<Record<string, string | readonly string[]>> = {}) {
  const { headers } = await head.asked;
  head.release({ ...headers, ...more });
}

test("write returns false while the head is held, drain comes when it is let go, and callbacks are called", async (t) => {
  const seen: string[] = [];
  const { get, errors } = await site(t, async (res, head) => {
    seen.push(`write ${res.write("one ", () => seen.push("one is written"))}`);
    seen.push(`again ${res.write("two ", "utf8", () => seen.push("two is written"))}`);
    res.once("drain", () => {
      seen.push("drain");
      res.end("three", () => seen.push("ended"));
    });
    assert.deepEqual(seen, ["write false", "again false"]);
    await letGo(head);
  });
  assert.match(await get(), /one .*two .*three/s);
  assert.ok(seen.includes("drain"));
  for (const each of ["one is written", "two is written", "ended"]) assert.ok(seen.includes(each), each);
  assert.deepEqual(errors, []);
});

test("a big file is piped through, whole, and no faster than it is taken", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "deferred-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "big");
  const octets = Buffer.alloc(8_000_000, "0123456789");
  writeFileSync(file, octets);
  const ways: Readonly<Record<string, (res: ServerResponse) => unknown>> = {
    pipe: (res) => createReadStream(file).pipe(res),
    pipeline: (res) => pipeline(createReadStream(file), res),
    "through another stream": (res) => pipeline(createReadStream(file), new PassThrough(), res),
  };
  for (const [name, way] of Object.entries(ways)) {
    let most = 0;
    const { url, errors } = await site(t, async (res, head) => {
      const sent = way(res);
      const { headers } = await head.asked;
      most = Math.max(most, res.writableLength);
      head.release(headers);
      await sent;
    });
    const body = Buffer.from(await (await fetch(url)).arrayBuffer());
    assert.ok(body.equals(octets), name);
    assert.ok(most < 1_000_000, `${name}: ${most} octets wait in memory`);
    assert.deepEqual(errors, []);
  }
});

const PAIRS = { "X-A": "1", "Set-Cookie": ["a=1", "b=2"] };
const HEADS: Readonly<Record<string, (res: ServerResponse) => unknown>> = {
  "an object": (res) => res.writeHead(201, PAIRS),
  "an object after a message": (res) => res.writeHead(201, "Made", PAIRS),
  "a flat list": (res) => res.writeHead(201, ["X-A", "1", "Set-Cookie", "a=1", "Set-Cookie", "b=2"]),
  "a list of pairs": (res) =>
    res.writeHead(201, [
      ["X-A", "1"],
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ] as never),
  "headers that were set before": (res) =>
    res.setHeader("X-A", "1").setHeader("Set-Cookie", ["a=1", "b=2"]).writeHead(201),
};

for (const [name, write] of Object.entries(HEADS)) {
  test(`writeHead with ${name}: what is added goes beside it`, async (t) => {
    const { get, errors } = await site(t, async (res, head) => {
      assert.equal(write(res), res);
      res.end("made");
      const { status, headers } = await head.asked;
      assert.equal(status, 201);
      assert.equal(headers["x-a"], "1");
      head.release({
        ...headers,
        "set-cookie": [...[headers["set-cookie"] ?? []].flat(), "session=s"],
        vary: "Cookie",
      });
    });
    const received = await get();
    assert.match(received, name.includes("message") ? /^HTTP\/1\.1 201 Made\r\n/ : /^HTTP\/1\.1 201 Created\r\n/);
    const lines = received.split("\r\n").filter((line) => /^(x-a|set-cookie|vary):/i.test(line));
    assert.deepEqual(lines.map((line) => line.toLowerCase()).sort(), [
      "set-cookie: a=1",
      "set-cookie: b=2",
      "set-cookie: session=s",
      "vary: cookie",
      "x-a: 1",
    ]);
    assert.deepEqual(errors, []);
  });
}

test("what writeHead refuses it refuses at once, and the response is still open", async (t) => {
  const { get, errors } = await site(t, async (res, head) => {
    assert.throws(() => res.writeHead(200, { "x-a": "a\r\nb" }), { code: "ERR_INVALID_CHAR" });
    assert.equal(res.headersSent, false);
    res.statusCode = 400;
    res.end("refused");
    await letGo(head);
  });
  assert.match(await get(), /^HTTP\/1\.1 400 .*refused$/s);
  assert.deepEqual(errors, []);
});

test("while it is held the response looks sent: late headers throw as they would, and a second end changes nothing", async (t) => {
  const { get, errors } = await site(t, async (res, head) => {
    assert.deepEqual([res.headersSent, res.writableEnded], [false, false]);
    res.end("first");
    assert.deepEqual([res.headersSent, res.writableEnded], [true, true]);
    const late = { code: "ERR_HTTP_HEADERS_SENT" };
    assert.throws(() => res.setHeader("x-late", "1"), late);
    assert.throws(() => res.appendHeader("x-late", "1"), late);
    assert.throws(() => res.removeHeader("x-late"), late);
    assert.throws(() => res.setHeaders(new Map([["x-late", "1"]])), late);
    res.end();
    await letGo(head);
    assert.deepEqual([res.headersSent, res.writableEnded], [true, true]);
    assert.throws(() => res.setHeader("x-late", "1"), late);
  });
  const received = await get();
  assert.match(received, /first/);
  assert.doesNotMatch(received, /x-late/);
  assert.deepEqual(errors, []);
});

test("a host that cuts the connection after the answer cuts nothing off it", async (t) => {
  const { get, errors } = await site(t, async (res, head) => {
    const { socket } = res;
    res.end("answered");
    socket!.destroy();
    assert.equal(socket!.destroyed, false);
    await letGo(head);
    assert.equal(socket!.destroyed, true);
    assert.equal(Object.hasOwn(socket!, "destroy"), false);
  });
  assert.match(await get(), /^HTTP\/1\.1 200 .*answered/s);
  assert.deepEqual(errors, []);
});

test("a head that is flushed ahead is asked for, and the body comes later", async (t) => {
  const go = Promise.withResolvers<void>();
  const { port, request, errors } = await site(t, async (res, head) => {
    res.setHeader("x-a", "1");
    res.flushHeaders();
    assert.equal(res.headersSent, true);
    await letGo(head, { "x-b": "2" });
    await go.promise;
    res.end("later");
  });
  const { send, until } = rawConnection(port);
  send(request);
  assert.match(await until("\r\n\r\n"), /x-a: 1.*x-b: 2/s);
  go.resolve();
  await until("later");
  assert.deepEqual(errors, []);
});

test("a failure answers in the handler's place: its head and body are dropped, its callbacks called, later writes too", async (t) => {
  const error = Object.assign(new Error("secret"), { status: 503 });
  const seen: string[] = [];
  const { get, errors } = await site(t, async (res, head) => {
    res.writeHead(201, "Made", { "x-a": "1", "set-cookie": "a=1" });
    res.write("one", () => seen.push("one"));
    await head.asked;
    head.fail(error);
    assert.equal(
      res.write("two", () => seen.push("two")),
      true,
    );
    assert.equal(res.writeHead(200), res);
    res.flushHeaders();
    assert.equal(
      res.end("three", () => seen.push("three")),
      res,
    );
  });
  const received = await get();
  assert.match(
    received,
    /^HTTP\/1\.1 503 Service Unavailable\r\n.*cache-control: no-store.*Service Unavailable\r\n0/is,
  );
  assert.doesNotMatch(received, /x-a|a=1|one|two|three|secret|Made/);
  assert.deepEqual(seen, ["one", "two", "three"]);
  assert.deepEqual(errors, []);
});

test("a failure ends a pipe: whoever waits to write on goes on", async (t) => {
  const octets = Buffer.alloc(1_000_000, "x");
  let isDone = false;
  const { get, errors } = await site(t, async (res, head) => {
    const source = new PassThrough();
    source.pipe(res);
    source.on("end", () => (isDone = true));
    source.end(octets);
    await head.asked;
    head.fail(new Error("as the test has it"));
  });
  const received = await get();
  assert.match(received, /^HTTP\/1\.1 500 /);
  assert.doesNotMatch(received, /xxx/);
  assert.deepEqual(errors, []);
  assert.equal(isDone, true);
});

const WAYS: Readonly<Record<string, (res: ServerResponse) => unknown>> = {
  end: (res) => res.end("ok"),
  write: (res) => res.write("ok"),
  flushHeaders: (res) => res.flushHeaders(),
  "a pipe of which nothing comes": (res) => new PassThrough().pipe(res),
};

for (const when of ["before the handler answers", "after it"] as const) {
  for (const [name, way] of Object.entries(WAYS)) {
    test(`a client leaves ${when}, by ${name}: the head is asked for, and to let go harms nobody`, async (t) => {
      const [here, gone, done] = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
      const { port, request, errors } = await site(t, async (res, head) => {
        const closed = once(res, "close");
        if (when === "after it") way(res);
        here!.resolve();
        await Promise.all([gone!.promise, closed]);
        if (when !== "after it") way(res);
        await letGo(head);
        res.end("more");
        done!.resolve();
      });
      const { socket, send } = rawConnection(port);
      send(request);
      await here!.promise;
      socket.resetAndDestroy();
      await once(socket, "close");
      gone!.resolve();
      await done!.promise;
      assert.deepEqual(errors, []);
    });
  }
}
