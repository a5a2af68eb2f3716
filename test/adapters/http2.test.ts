import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type ClientHttp2Session, connect, constants, createServer, type OutgoingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { text as readAll } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { toNode } from "../../src/adapters/node.ts";
import { readForm } from "../../src/form.ts";
import { wrapParams } from "../../src/middleware/params.ts";
import { json, text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { FORM } from "../support/posted.ts";

/** A client of node:http2 whose server has the application as its listener. */
async function client(t: TestContext, app: Handler): Promise<{ session: ClientHttp2Session; errors: unknown[] }> {
  const errors: unknown[] = [];
  const listener = toNode(app, { onError: (error) => void errors.push(error) });
  const server = createServer((req, res) =>
    listener(req as unknown as IncomingMessage, res as unknown as ServerResponse),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  return { session, errors };
}

/** One exchange; without `body` the headers end the request. */
async function exchange(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string) {
  const stream = session.request(headers, { endStream: body === undefined });
  const answered = once(stream, "response");
  if (body !== undefined) stream.end(body);
  const [head] = (await answered) as [Record<string, string>];
  return { status: Number(head[":status"]), head, body: await readAll(stream) };
}

const POST = { ":method": "POST", ":path": "/do?x=1", "content-type": FORM };

test("a form without Content-Length is read over HTTP/2", async (t) => {
  const app: Handler = async (request) => json({ ...Object.fromEntries(await readForm(request)), host: request.host });
  const { session, errors } = await client(t, app);
  const { body } = await exchange(session, { ...POST, ":authority": "example.com" }, "a=1&b=2");
  assert.deepEqual(JSON.parse(body), { a: "1", b: "2", host: "example.com" });
  assert.deepEqual(errors, []);
});

test("a request that ends with its headers has no body, nor one of length 0", async (t) => {
  const app: Handler = ({ body, method, headers }) =>
    json({
      method,
      body: body === null ? null : "stream",
      pseudo: Object.keys(headers).some((name) => name.startsWith(":")),
    });
  const { session } = await client(t, app);
  const seen = async (...args: [OutgoingHttpHeaders, string?]) => JSON.parse((await exchange(session, ...args)).body);
  assert.deepEqual(await seen({ ":path": "/" }), { method: "GET", body: null, pseudo: false });
  assert.equal((await seen(POST)).body, null);
  assert.equal((await seen({ ...POST, "content-length": "0" })).body, null);
  assert.equal((await seen({ ...POST, "content-length": "0" }, "")).body, null);
  assert.equal((await seen({ ...POST, "content-length": "3" }, "a=1")).body, "stream");
  assert.equal((await seen(POST, "")).body, "stream");
});

test("a body that nobody reads, one that is too long and one that stays away leave the connection as it was", async (t) => {
  const params = stack.use(wrapParams({ limit: 100_000, timeout: 0.05 }))(({ formParams }) => json(formParams));
  const { session, errors } = await client(t, (request) =>
    request.uri === "/unread" ? text("unread") : params(request),
  );
  const big = `a=${"x".repeat(1_000_000)}`; // more than flow control lets pass unread
  assert.equal((await exchange(session, { ...POST, ":path": "/unread" }, big)).status, 200);
  for (const length of [{}, { "content-length": String(big.length) }]) {
    const refused = await exchange(session, { ...POST, ...length }, big);
    assert.deepEqual([refused.status, /ERR_BODY_SIZE/.test(refused.body)], [413, true]);
  }
  const slow = session.request(POST);
  slow.write("a=");
  const [head] = (await once(slow, "response")) as [Record<string, string>];
  assert.deepEqual([head[":status"], head.connection], [408, undefined]);
  assert.match(await readAll(slow), /ERR_BODY_TIMEOUT/);
  assert.equal((await exchange(session, POST, "a=1")).body, '{"a":"1"}');
  assert.deepEqual(errors, []);
});

test("a body that the client breaks off is never taken for a whole one", async (t) => {
  const arrived = Promise.withResolvers<void>();
  const told = Promise.withResolvers<string>();
  let handled = 0;
  const app = stack.use(wrapParams({ onRefused: ({ code }) => told.resolve(code) }))(() => {
    handled++;
    return text("ok");
  });
  const { session, errors } = await client(t, (request) => {
    arrived.resolve();
    return app(request);
  });
  const stream = session.request(POST);
  stream.on("error", () => {});
  stream.write("amount=100");
  await arrived.promise;
  stream.close(constants.NGHTTP2_CANCEL);
  assert.equal(await told.promise, "ERR_BODY_SYNTAX");
  assert.equal(handled, 0);
  assert.deepEqual(errors, []);
});
