import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toFetch } from "../../src/adapters/fetch.ts";
import { readForm } from "../../src/form.ts";
import { type ParamsOptions, type WithParams, wrapParams } from "../../src/middleware/params.ts";
import { json } from "../../src/response.ts";
import { type Handler, type RequestMap, stack } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { endless, FORM, postedForm, streamed } from "../support/posted.ts";
import { rawConnection, rawExchange } from "../support/raw-http.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

for (const check of middlewareContract) {
  const request = () => postedForm("a=1&a=2", { queryString: "b=3" });
  test(`wrapParams ${check.name}`, () => check.run(() => ({ wrap: wrapParams(), request })));
}

type Seen = RequestMap & WithParams["request"];

/** What a handler behind wrapParams got; the answer where it was refused. */
async function through(request: RequestMap, options: ParamsOptions = {}) {
  let seen: Seen | undefined;
  const handler: Handler<WithParams> = (given) => {
    seen = given;
    return json("ok");
  };
  const { status, body, headers } = await stack.use(wrapParams(options))(handler)(request);
  return { seen, status, body: String(body), headers };
}

const plain = (params: object | undefined) => ({ ...params });
const queried = async (queryString: string) =>
  (await through(requestMap("GET", "/", { queryString }))).seen!.queryParams;
const form = async (request: RequestMap, options?: ParamsOptions) => (await through(request, options)).seen?.formParams;
const refused = async (request: RequestMap, status: number, code: string, options?: ParamsOptions) => {
  const answer = await through(request, options);
  assert.equal(answer.seen, undefined, "the handler ran");
  assert.equal(answer.status, status);
  assert.match(answer.body, new RegExp(code));
};

test("parameters by name; a repeated name is an array", async () => {
  assert.deepEqual(plain(await queried("a=1&b=%C3%A9+x&a=2&c&a=3&=none")), {
    a: ["1", "2", "3"],
    b: "é x",
    c: "",
    "": "none",
  });
  assert.deepEqual(plain(await queried("")), {});
  assert.deepEqual(plain(await queried("?a=1")), { "?a": "1" });
});

test("the query and the form are apart, and nothing merges them", async () => {
  const { seen } = await through(postedForm("to=bob&x=1", { queryString: "to=eve" }));
  assert.deepEqual(plain(seen!.queryParams), { to: "eve" });
  assert.deepEqual(plain(seen!.formParams), { to: "bob", x: "1" });
  assert.equal("params" in seen!, false);
  assert.equal(seen!.body, null);
});

test("any name is only a name: no prototype, nothing polluted", async () => {
  const params = await queried("__proto__=1&constructor=2&toString=3&__proto__=4");
  assert.equal(Object.getPrototypeOf(params), null);
  assert.deepEqual(Object.entries(params), [
    ["__proto__", ["1", "4"]],
    ["constructor", "2"],
    ["toString", "3"],
  ]);
  assert.equal(params.hasOwnProperty, undefined);
  assert.equal(({} as Record<string, unknown>)["1"], undefined);
});

test("decoding is URLSearchParams': what cannot be decoded stays", async () => {
  assert.deepEqual(plain(await queried("a=%zz&b=%&c=%ff")), { a: "%zz", b: "%", c: "\ufffd" });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }))),
      async (pairs) => {
        const sent = new URLSearchParams(pairs.map(([name, value]) => [name, value]));
        const got = await form(postedForm(String(sent)), { maxParams: 5000 });
        for (const name of new Set(sent.keys())) assert.deepEqual([got![name]].flat(), sent.getAll(name));
        assert.equal(Object.keys(got!).length, new Set(sent.keys()).size);
      },
    ),
  );
});

test("a form is exactly its media type; any other body is left to who reads it", async () => {
  for (const type of [`${FORM}; charset=UTF-8`, `${FORM.toUpperCase()} ;charset="utf8"`, `${FORM};`])
    assert.deepEqual(plain(await form(postedForm("a=1", { type }))), { a: "1" }, type);
  for (const type of ["text/plain", "application/json", `${FORM}x`, `${FORM}, text/plain`, "", "multipart/form-data"]) {
    const { seen } = await through(postedForm("a=1", { type }));
    assert.deepEqual(plain(seen!.formParams), {}, type);
    assert.equal(await new Response(seen!.body).text(), "a=1");
  }
  const without = await through(postedForm("", { body: null, type: `${FORM}; charset=latin1` }));
  assert.deepEqual(plain(without.seen!.formParams), {});
});

test("another charset, unreadable parameters and a content coding are 415, and the body is let go", async () => {
  for (const type of [`${FORM}; charset=iso-8859-1`, `${FORM}; charset`, `${FORM}; charset=utf-8; charset=utf-16`]) {
    const { body, seen } = endless();
    await refused(postedForm(body, { type }), 415, "ERR_BODY_TYPE");
    assert.deepEqual(seen, { pulled: 0, cancelled: true });
  }
  await refused(postedForm("a=1", { headers: { "content-encoding": "gzip" } }), 415, "ERR_BODY_TYPE");
  assert.deepEqual(plain(await form(postedForm("a=1", { headers: { "content-encoding": "identity" } }))), { a: "1" });
});

test("a body over the limit is 413, within it is not", async () => {
  const text = `a=${"x".repeat(1_048_574)}`;
  assert.equal(String((await form(postedForm(text)))!.a).length, 1_048_574);
  await refused(postedForm(`${text}x`), 413, "ERR_BODY_SIZE");
  await refused(postedForm("a=12"), 413, "ERR_BODY_SIZE", { limit: 3 });
  await refused(postedForm(streamed(["a", "=", "1", "2"])), 413, "ERR_BODY_SIZE", { limit: 3 });
});

test("too many parameters are 400, in a form and in a query; empty ones count", async () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => `n${i}=`).join("&");
  assert.equal(Object.keys((await form(postedForm(many(1000))))!).length, 1000);
  for (const text of [many(1001), "&".repeat(1000), `${"a[b]=1&".repeat(100_000)}a=1`]) {
    await refused(postedForm(text), 400, "ERR_PARAMS_LIMIT");
    await refused(requestMap("GET", "/", { queryString: text }), 400, "ERR_PARAMS_LIMIT");
  }
  await refused(requestMap("GET", "/", { queryString: "a=12" }), 400, "ERR_PARAMS_LIMIT", { limit: 3 });
  await refused(postedForm("a=1&b=2"), 400, "ERR_PARAMS_LIMIT", { maxParams: 1 });
});

test("readForm behind wrapParams gives the form, not an empty one", async () => {
  const { seen } = await through(postedForm("a=1&b=2&a=3&__proto__=4"));
  for (let twice = 0; twice < 2; twice++) {
    const fields = await readForm(seen!);
    assert.deepEqual(fields.getAll("a"), ["1", "3"]);
    assert.equal(fields.get("__proto__"), "4");
    assert.equal(String(fields), "a=1&a=3&b=2&__proto__=4");
  }
});

test("wrapParams behind somebody who read the body rejects: an empty form would be a lie", async () => {
  const request = postedForm("a=1");
  await readForm(request);
  await assert.rejects(through(request), TypeError);
});

test("onRefused is told, and may answer", async () => {
  const told: string[] = [];
  const answer = await through(postedForm("a=1&b=2"), {
    maxParams: 1,
    onRefused: (error) => {
      told.push(error.code);
      return json("own", error.status);
    },
  });
  assert.deepEqual([answer.status, answer.body, ...told], [400, '"own"', "ERR_PARAMS_LIMIT"]);
});

test("options that cannot be throw when it is built, and so does a second one", () => {
  for (const [option, value] of Object.entries({
    limit: -1,
    maxParams: 0,
    timeout: 0,
    onRefused: true,
    keywordize: true,
  }))
    assert.throws(() => wrapParams({ [option]: value }), { code: "ERR_OPTION", option });
  assert.throws(() => wrapParams({ timeout: 86_401 }), { code: "ERR_OPTION" });
  assert.throws(() => stack.use(wrapParams()).use(wrapParams())(() => json(1)), { code: "ERR_STACK_TWICE" });
});

const echo: Handler<WithParams> = ({ formParams, queryParams, body }) => json({ formParams, queryParams, body });
const portOf = (url: string) => Number(new URL(url).port);

test("over node:http: a form, and the connection lives on after a 413 of 10 MB", async (t) => {
  const { url, errors } = await listen(t, stack.use(wrapParams())(echo));
  const good = await fetch(`${url}/?q=1`, { method: "POST", body: new URLSearchParams({ a: "1" }) });
  assert.deepEqual(await good.json(), { formParams: { a: "1" }, queryParams: { q: "1" }, body: null });

  const big = "a=".padEnd(10_000_000, "x");
  for (const chunked of [false, true]) {
    const connection = rawConnection(portOf(url));
    const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${big.length}`;
    connection.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\n${framing}\r\n\r\n`);
    connection.send(chunked ? `${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n` : big);
    assert.match(await connection.until("ERR_BODY_SIZE"), /^HTTP\/1.1 413 /);
    connection.send("GET /?again HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert.match(await connection.until('"again"'), /HTTP\/1.1 200 /, "the same connection answers again");
  }
  assert.deepEqual(errors, []);
});

test("over node:http: whoever uploads with fetch sees the 413", async (t) => {
  const { url } = await listen(t, stack.use(wrapParams())(echo));
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": FORM },
    body: "x".repeat(10_000_000),
  });
  assert.equal(response.status, 413);
  assert.match(await response.text(), /ERR_BODY_SIZE/);
});

test("over node:http: a slow body is answered 408, and the connection closed", async (t) => {
  const { url, errors } = await listen(t, stack.use(wrapParams({ timeout: 0.05 }))(echo));
  const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 1000\r\n\r\na=`;
  const received = await rawExchange(portOf(url), head); // resolves when the server has closed
  assert.match(received, /^HTTP\/1.1 408 /);
  assert.match(received, /ERR_BODY_TIMEOUT/);
  assert.match(received, /connection: close/i);

  const trickling = rawConnection(portOf(url));
  trickling.send(head);
  const trickle = setInterval(() => trickling.send("x"), 5);
  t.after(() => clearInterval(trickle));
  assert.match(await trickling.until("ERR_BODY_TIMEOUT"), /^HTTP\/1.1 408 /);
  assert.deepEqual(errors, []);
});

test("over node:http: a client that leaves half way through costs nothing, and onRefused is told", async (t) => {
  const told = Promise.withResolvers<string>();
  const arrived = Promise.withResolvers<void>();
  const app = stack.use(wrapParams({ onRefused: ({ code }) => told.resolve(code) }))(echo);
  const { url, errors } = await listen(t, (request) => {
    arrived.resolve();
    return app(request);
  });
  const client = rawConnection(portOf(url));
  client.send(`POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: 1000\r\n\r\na=`);
  await arrived.promise;
  client.socket.destroy();
  assert.equal(await told.promise, "ERR_BODY_SYNTAX");
  assert.deepEqual(errors, []);
});

test("under toFetch: a form, 10 MB and a slow body", async () => {
  const app = toFetch(stack.use(wrapParams({ timeout: 0.02 }))(echo));
  const post = (body: BodyInit) =>
    app(
      new Request("http://x/", {
        method: "POST",
        headers: { "content-type": FORM },
        body,
        duplex: "half",
      } as RequestInit),
    );
  assert.deepEqual((await (await post("a=1")).json()).formParams, { a: "1" });
  assert.equal((await post("x".repeat(10_000_000))).status, 413);
  const slow = endless(1, 2);
  assert.equal((await post(slow.body)).status, 408);
  assert.equal(slow.seen.cancelled, true);
});
