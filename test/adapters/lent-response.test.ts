/** Responses of handlers that are not theirs to change, or not ours: given again, of another server, being streamed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { headOf, withHead } from "../../src/adapters/lent-response.ts";
import { listening } from "../support/mount-hosts.ts";
import { request } from "../support/visitor.ts";

const ASKED = new Request("http://a.test/");
const never = () => assert.fail("nothing is lost");
const ADDED = { vary: "Cookie", "set-cookie": ["a=1", "b=2"] };

const added = (response: Response): Response =>
  withHead(response, { ...headOf(response).headers, ...ADDED }, ASKED, never) as Response;

test("one that is given again keeps nothing of what was added for somebody else", async () => {
  for (const shared of [
    new Response(null, { status: 204 }),
    Response.redirect("http://a.test/", 303),
    Response.json({ a: 1 }),
  ]) {
    const { status } = shared;
    const sent = added(shared);
    assert.deepEqual([sent.status, sent.headers.getSetCookie()], [status, ["a=1", "b=2"]]);
    assert.deepEqual([shared.headers.getSetCookie(), shared.headers.get("vary")], [[], null]);
  }
});

test("nothing changed: it is the handler's own", () => {
  const response = new Response("a", {
    headers: [...ADDED["set-cookie"].map((line) => ["set-cookie", line] as [string, string])],
  });
  assert.equal(withHead(response, headOf(response).headers, ASKED, never), response);
  assert.equal(withHead(undefined, {}, ASKED, never), undefined);
});

test("of another server's, whose headers cannot be changed, all is handed on, and the body unread", async (t) => {
  const url = await listening(t, (_req, res) => {
    res.writeHead(203, "Mine", { "x-own": "1", "set-cookie": ["own=1", "other=2"], "content-type": "text/css" });
    res.write("one ");
    res.end("two");
  });
  const front = await listening(
    t,
    getRequestListener(async () => {
      const fetched = await fetch(url);
      const sent = withHead(fetched, { ...headOf(fetched).headers, vary: "Cookie" }, ASKED, never)!;
      assert.notEqual(sent, fetched);
      assert.equal(sent.statusText, "Mine");
      return sent;
    }),
  );
  const { status, body, headers, setCookies } = await request(front);
  assert.deepEqual([status, body, setCookies], [203, "one two", ["own=1", "other=2"]]);
  assert.deepEqual(
    ["x-own", "content-type", "vary"].map((name) => headers.get(name)),
    ["1", "text/css", "Cookie"],
  );
});

test("a stream is read as fast as the client reads, and cancelled where the client leaves", async (t) => {
  let made = 0;
  const cancelled = Promise.withResolvers<void>();
  const url = await listening(
    t,
    getRequestListener(() => {
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          made++;
          controller.enqueue(new Uint8Array(65_536));
        },
        cancel: () => cancelled.resolve(),
      });
      return added(new Response(endless));
    }),
  );
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nhost: a.test\r\n\r\n");
  await once(socket, "readable");
  assert.ok(made < 1000, "not all of it is in memory");
  socket.destroy();
  await cancelled.promise;
});

test("a Content-Length stays", async (t) => {
  const url = await listening(
    t,
    getRequestListener(() => added(new Response("hello", { headers: { "content-length": "5" } }))),
  );
  const { headers, body } = await request(url);
  assert.deepEqual([headers.get("content-length"), body], ["5", "hello"]);
});

test("a handshake that the runtime has answered stays as it is, and a cookie that is lost with it is told", async () => {
  let told = 0;
  const lost = () => void told++;
  const immutable = { status: 101, headers: (await fetch("data:,")).headers } as Response;
  for (const [response, head, expected] of [
    [undefined, ADDED, 1],
    [undefined, { vary: "Cookie" }, 0],
    [immutable, ADDED, 1],
    [immutable, { vary: "Cookie" }, 0],
  ] as const) {
    told = 0;
    assert.equal(withHead(response, head, ASKED, lost), response);
    assert.equal(told, expected);
  }
  const mutable = { status: 101, headers: new Headers() } as Response;
  assert.equal(withHead(mutable, ADDED, ASKED, never), mutable);
  assert.deepEqual(mutable.headers.getSetCookie(), ["a=1", "b=2"]);
});
