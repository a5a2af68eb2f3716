import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { edn } from "../../src/formats/edn.ts";
import { messagePack } from "../../src/formats/message-pack.ts";
import { transit } from "../../src/formats/transit.ts";
import { wrapFlash } from "../../src/middleware/flash.ts";
import { type Format, type FormatsOptions, formatted, json, wrapFormats } from "../../src/middleware/formats.ts";
import { text } from "../../src/response.ts";
import type { Handler, RequestMap, ResponseMap } from "../../src/ring.ts";
import { stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { allFormats, bodyOf, hex, octets, posted } from "../support/formats.ts";
import { rawConnection, rawExchange } from "../support/raw-http.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

type Answer = ResponseMap & { readonly data?: unknown; readonly session?: unknown };
interface Seen {
  calls: number;
  params: unknown;
  body: unknown;
}

/** The middleware around a handler that answers `answer`, and what the handler saw. */
function wrapped(options: FormatsOptions = {}, answer: Answer = text("ok")): { app: Handler; seen: Seen } {
  const seen: Seen = { calls: 0, params: "not called", body: "not called" };
  const app = wrapFormats(options)((request: RequestMap & { readonly bodyParams: unknown }) => {
    Object.assign(seen, { calls: seen.calls + 1, params: request.bodyParams, body: request.body });
    return answer;
  }) as Handler;
  return { app, seen };
}

function asking(accept: string | undefined, method = "GET"): RequestMap {
  return requestMap(method, "/", { headers: accept === undefined ? {} : { accept } });
}

for (const check of middlewareContract) {
  test(`a body is read: ${check.name}`, () =>
    check.run(() => ({ wrap: wrapFormats(), request: () => posted("application/json", '{"a":1}') })));
  // That one answers a stream, which can stand beside no data.
  if (check.name.includes("streamed")) continue;
  test(`data is written: ${check.name}`, () =>
    check.run(() => ({ wrap: wrapFormats(), response: () => formatted({ a: 1 }) as ResponseMap, rewritesBody: true })));
}

test("a body is read by its Content-Type, and is no longer there", async () => {
  for (const format of allFormats) {
    for (const type of format.types) {
      const { app, seen } = wrapped({ formats: allFormats });
      await app(posted(type.toUpperCase(), format.write({ user: "bob", tags: [1, "ü"] })));
      assert.deepEqual(seen.params, { user: "bob", tags: [1, "ü"] }, type);
      assert.equal(seen.body, null);
    }
  }
});

test("no body, an empty one, and one that is in no format are undefined; the last is left unread", async () => {
  const form = posted("application/x-www-form-urlencoded", "a=1");
  const requests: ReadonlyArray<readonly [request: RequestMap, bodyIsLeft: boolean]> = [
    [requestMap(), false],
    [requestMap("POST", "/", { headers: { "content-type": "application/json" } }), false],
    [posted("application/json", bodyOf()), false],
    [form, true],
    [posted("multipart/form-data; boundary=x", "--x"), true],
    [posted("application/json, text/plain", "{}"), true],
    [posted("application/jsonp", "{}"), true],
    [posted("application/edn", "{}"), true],
    [requestMap("POST", "/", { body: bodyOf("{}") }), true],
  ];
  for (const [request, bodyIsLeft] of requests) {
    const { app, seen } = wrapped();
    assert.equal((await app(request)).status, 200);
    assert.equal(seen.params, undefined);
    assert.equal(seen.body, bodyIsLeft ? request.body : null, request.headers["content-type"]);
  }
  assert.equal(await new Response(form.body).text(), "a=1");
});

test("UTF-8 is read whatever it is called, another charset or coding is 415 and left unread", async () => {
  for (const type of [
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/json; charset=us-ascii; x=a/b",
    "application/json; x=1;",
  ]) {
    const { app, seen } = wrapped();
    await app(posted(type, '["ü"]', { "content-encoding": "identity" }));
    assert.deepEqual(seen.params, ["ü"], type);
  }
  const others: ReadonlyArray<readonly [type: string, coding: string]> = [
    ["application/json; charset=latin1", ""],
    ["application/json; charset=utf-16", ""],
    ["application/json; charset=utf-8; charset=utf-16", ""],
    ["application/json; charset=", ""],
    ["application/json; charset", ""],
    ["application/json", "gzip"],
    ["application/json", "identity, br"],
  ];
  for (const [type, coding] of others) {
    const { app, seen } = wrapped();
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      cancel: () => {
        cancelled = true;
      },
    });
    const answer = await app(posted(type, body, { "content-encoding": coding }));
    assert.equal(answer.status, 415, `${type} ${coding}`);
    assert.match(String(answer.body), /ERR_BODY_TYPE/);
    assert.deepEqual([seen.calls, cancelled], [0, true]);
  }
});

test("what is not what it says is 400, before the handler runs", async () => {
  const { app, seen } = wrapped();
  const answer = await app(posted("application/json", '{"password":"s3cret"'));
  assert.equal(answer.status, 400);
  assert.match(String(answer.body), /ERR_BODY_SYNTAX/);
  assert.doesNotMatch(String(answer.body), /s3cret|password/);
  assert.equal(seen.calls, 0);
});

test("the limit is in octets, up to which a body is read", async () => {
  const three = { limit: 5, formats: [json()] };
  assert.equal((await wrapped(three).app(posted("application/json", bodyOf('"a', 'bc"')))).status, 200);
  const { app, seen } = wrapped(three);
  const answer = await app(posted("application/json", bodyOf('"ab', 'cd"')));
  assert.equal(answer.status, 413);
  assert.match(String(answer.body), /ERR_BODY_SIZE/);
  assert.equal((await app(posted("application/json", '"ü€"'))).status, 413, "seven octets are more than five");
  assert.equal(seen.calls, 0);
});

test("no more is read than the limit, and nothing where the length says that it is too long", async () => {
  let pulls = 0;
  const endless = () =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulls++;
          controller.enqueue(new Uint8Array(100));
        },
      },
      { highWaterMark: 0 },
    );
  assert.equal((await wrapped({ limit: 1000 }).app(posted("application/json", endless()))).status, 413);
  assert.ok(pulls <= 12, `${pulls} pieces were read`);
  pulls = 0;
  const told = posted("application/json", endless(), { "content-length": "1001" });
  assert.equal((await wrapped({ limit: 1000 }).app(told)).status, 413);
  assert.equal(pulls, 0);
});

test("a body that stays away is 408 after the timeout, and its stream is let go", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  try {
    const { app, seen } = wrapped({ timeout: 10 });
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(octets("[1")),
      cancel: () => {
        cancelled = true;
      },
    });
    const answers: ResponseMap[] = [];
    const done = Promise.resolve(app(posted("application/json", body))).then((answer) => answers.push(answer));
    await new Promise(setImmediate);
    mock.timers.tick(9_999);
    await new Promise(setImmediate);
    assert.equal(answers.length, 0);
    mock.timers.tick(1);
    await done;
    assert.equal(answers[0]?.status, 408);
    assert.match(String(answers[0]?.body), /ERR_BODY_TIMEOUT/);
    assert.deepEqual([seen.calls, cancelled], [0, true]);
  } finally {
    mock.timers.reset();
  }
});

test("a body that breaks off is 400", async () => {
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("aborted")) });
  const answer = await wrapped().app(posted("application/json", body));
  assert.equal(answer.status, 400);
  assert.match(String(answer.body), /ERR_BODY_SYNTAX/);
});

test("over a real server: read in pieces, too long, cut off", async (t) => {
  const app = stack.use(wrapFormats({ limit: 50 }))(({ bodyParams }) => formatted({ got: bodyParams }));
  const { url, errors } = await listen(t, app);
  const port = Number(new URL(url).port);
  const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n";
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n`;
  const whole = await rawExchange(port, chunked);
  assert.match(whole, /^HTTP\/1\.1 200 /);
  assert.match(whole, /content-type: application\/json; charset=utf-8\r\n/i);
  assert.match(whole, /vary: Accept\r\n/i);
  assert.match(whole, /\{"got":\{"a":1\}\}/);
  assert.match(await rawExchange(port, `${head}Content-Length: 51\r\n\r\n"${"a".repeat(49)}"`), /^HTTP\/1\.1 413 /);
  assert.match(
    await rawExchange(port, `${head}Transfer-Encoding: chunked\r\n\r\n40\r\n${"a".repeat(64)}\r\n`),
    /^HTTP\/1\.1 413 /,
  );
  const { socket, send } = rawConnection(port);
  send(`${head}Content-Length: 40\r\n\r\n{"a":`);
  socket.end();
  assert.match(await rawExchange(port, chunked), /^HTTP\/1\.1 200 /, "the server goes on");
  const empty = await fetch(url, { method: "POST", headers: { "content-type": "application/json" } });
  assert.deepEqual(await empty.json(), {});
  const head2 = await fetch(url, { method: "HEAD" });
  assert.deepEqual(
    [head2.headers.get("content-length"), head2.headers.get("content-type")],
    ["2", "application/json; charset=utf-8"],
  );
  assert.deepEqual(errors, []);
});

test("over a real server: the connection lives on after a 413 of 10 MB, and is closed after a 408", async (t) => {
  const app = stack.use(wrapFormats({ timeout: 0.05 }))(({ bodyParams }) => formatted({ got: bodyParams }));
  const { url, errors } = await listen(t, app);
  const port = Number(new URL(url).port);
  const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  const big = `"${"x".repeat(10_000_000)}"`;
  for (const chunked of [false, true]) {
    const { send, until } = rawConnection(port);
    send(`${head}${chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${big.length}`}\r\n\r\n`);
    send(chunked ? `${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n` : big);
    assert.match(await until("ERR_BODY_SIZE"), /^HTTP\/1.1 413 /);
    send(`${head}Connection: close\r\nContent-Length: 5\r\n\r\n[1,2]`);
    assert.match(await until('{"got":[1,2]}'), /HTTP\/1.1 200 /, "the same connection answers again");
  }
  const slow = await rawExchange(port, `${head}Content-Length: 1000\r\n\r\n[`); // resolves when the server has closed
  assert.match(slow, /^HTTP\/1.1 408 /);
  assert.match(slow, /ERR_BODY_TIMEOUT/);
  assert.match(slow, /connection: close/i);
  assert.deepEqual(errors, []);
});

test("over a real server: a client that leaves half way through is told to onRefused, and to nobody else", async (t) => {
  const told = Promise.withResolvers<string>();
  const arrived = Promise.withResolvers<void>();
  const app = stack.use(wrapFormats({ onRefused: ({ code }) => told.resolve(code) }))(() => formatted(1));
  const { url, errors } = await listen(t, (request) => {
    arrived.resolve();
    return app(request);
  });
  const { socket, send } = rawConnection(Number(new URL(url).port));
  send("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[");
  await arrived.promise;
  socket.destroy();
  assert.equal(await told.promise, "ERR_BODY_SYNTAX");
  assert.deepEqual(errors, []);
});

test("a client that trickles is 408 too: the time is for the whole body", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  let octetsSent = 0;
  const trickle = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        t.mock.timers.tick(1000);
        octetsSent++;
        controller.enqueue(octets(" "));
      },
    },
    { highWaterMark: 0 },
  );
  const { app, seen } = wrapped({ timeout: 10 });
  assert.equal((await app(posted("application/json", trickle))).status, 408);
  assert.ok(octetsSent <= 12, `${octetsSent} octets were waited for`);
  assert.equal(seen.calls, 0);
});

test("a body that somebody has read rejects: no data would be a lie", async () => {
  const request = posted("application/json", "[1]");
  await new Response(request.body).text();
  await assert.rejects(async () => wrapped().app(request), TypeError);
});

test("data goes out in the format that Accept prefers", async () => {
  const formats = [json(), edn(), transit(), messagePack()];
  const rows: ReadonlyArray<readonly [accept: string | undefined, type: string, body: string | Uint8Array]> = [
    [undefined, "application/json; charset=utf-8", '{"a":1}'],
    ["", "application/json; charset=utf-8", '{"a":1}'],
    ["*/*", "application/json; charset=utf-8", '{"a":1}'],
    ["application/*", "application/json; charset=utf-8", '{"a":1}'],
    ["text/html, application/xhtml+xml, */*;q=0.8", "application/json; charset=utf-8", '{"a":1}'],
    ["application/edn", "application/edn; charset=utf-8", "{:a 1}"],
    ["application/json;q=0.5, application/edn", "application/edn; charset=utf-8", "{:a 1}"],
    ["application/json;q=0, */*", "application/edn; charset=utf-8", "{:a 1}"],
    ["application/transit+json, application/json", "application/transit+json; charset=utf-8", '["^ ","~:a",1]'],
    ["APPLICATION/EDN;Q=0.3", "application/edn; charset=utf-8", "{:a 1}"],
    ["application/json; charset=utf-8", "application/json; charset=utf-8", '{"a":1}'],
    ["application/msgpack", "application/msgpack", hex("81a16101")],
    ["application/x-msgpack, */*;q=0.1", "application/x-msgpack", hex("81a16101")],
  ];
  for (const [accept, type, body] of rows) {
    const answer = await wrapped({ formats }, formatted({ a: 1 }, 201) as Answer).app(asking(accept));
    assert.deepEqual(answer, { status: 201, headers: { "content-type": type, vary: "Accept" }, body }, accept);
  }
});

test("Vary keeps what stands there", async () => {
  const vary = async (given: Record<string, string>) =>
    (await wrapped({}, { ...formatted(1), headers: given } as Answer).app(asking("*/*"))).headers;
  assert.equal((await vary({ vary: "Cookie" })).vary, "Cookie, Accept");
  assert.equal((await vary({ vary: "cookie, accept" })).vary, "cookie, accept");
  assert.equal((await vary({ vary: "*" })).vary, "*");
  assert.deepEqual(await vary({ Vary: "Cookie" }), {
    Vary: "Cookie, Accept",
    "content-type": "application/json; charset=utf-8",
  });
});

test("null, false, 0 and the empty string are data; undefined is none", async () => {
  for (const data of [null, false, 0, ""]) {
    assert.equal((await wrapped({}, formatted(data) as Answer).app(asking("*/*"))).body, JSON.stringify(data));
  }
  const { app } = wrapped({}, { ...text("ok"), data: undefined });
  assert.deepEqual(await app(asking("application/edn")), text("ok"));
});

test("a Content-Type of the handler's own chooses the format, whatever Accept says", async () => {
  const formats = [json({ types: ["application/json", "application/problem+json"] }), edn()];
  const problem = { ...formatted({ title: "no" }, 422), headers: { "Content-Type": "application/problem+json" } };
  const answer = await wrapped({ formats }, problem as Answer).app(asking("application/edn"));
  assert.deepEqual(answer, {
    status: 422,
    headers: { "Content-Type": "application/problem+json" },
    body: '{"title":"no"}',
  });
  await assert.rejects(async () => wrapped({}, problem as Answer).app(asking("*/*")), {
    code: "ERR_RESPONSE_SHAPE",
    message: /application\/json/,
  });
});

test("data beside a body is a mistake that says so", async () => {
  for (const body of ["", "x", new Uint8Array(1)]) {
    await assert.rejects(async () => wrapped({}, { ...text("x"), body, data: 1 }).app(asking("*/*")), {
      code: "ERR_RESPONSE_SHAPE",
      message: /beside a body/,
    });
  }
});

test("none acceptable: a safe method with success is 406, and keeps what else the handler said", async () => {
  const told: string[] = [];
  const onRefused: FormatsOptions["onRefused"] = (error) => void told.push(error.code);
  const answer: Answer = {
    ...formatted([1]),
    headers: { "set-cookie": ["a=1"], etag: '"x"', vary: "Cookie", "Content-Language": "de" },
    session: { n: 1 },
  };
  for (const method of ["GET", "HEAD", "OPTIONS"]) {
    const { status, headers, body, ...rest } = await wrapped({ onRefused }, answer).app(asking("text/html", method));
    assert.equal(status, 406);
    assert.equal(method === "HEAD" ? body : /ERR_NOT_ACCEPTABLE/.test(String(body)) && null, null);
    assert.deepEqual(rest, { session: { n: 1 } });
    assert.deepEqual(headers, {
      "set-cookie": ["a=1"],
      vary: "Cookie, Accept",
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
  }
  assert.deepEqual(told, ["ERR_NOT_ACCEPTABLE", "ERR_NOT_ACCEPTABLE", "ERR_NOT_ACCEPTABLE"]);
});

test("none acceptable: what was done, and what went wrong, is told in the first format", async () => {
  for (const [method, status] of [
    ["POST", 201],
    ["DELETE", 200],
    ["GET", 404],
    ["GET", 500],
  ] as const) {
    const answer = await wrapped({}, formatted({ a: 1 }, status) as Answer).app(asking("text/html", method));
    assert.deepEqual([answer.status, answer.body], [status, '{"a":1}'], method);
  }
});

test("none acceptable: an answer without data goes out as it is", async () => {
  assert.deepEqual(await wrapped().app(asking("text/html")), text("ok"));
});

test("with onlyData none acceptable is 406 before the handler runs", async () => {
  const { app, seen } = wrapped({ onlyData: true }, formatted(1) as Answer);
  assert.equal((await app(asking("text/html", "POST"))).status, 406);
  assert.equal(seen.calls, 0);
  assert.equal((await app(asking("text/html, */*;q=0.1", "POST"))).status, 200);
});

test("onRefused may answer data, which is written although nothing is acceptable", async () => {
  const onRefused: FormatsOptions["onRefused"] = (error) => formatted({ error: error.code }, error.status);
  const broken = await wrapped({ onRefused, formats: [json(), edn()] }).app(
    posted("application/json", "{", { accept: "application/edn" }),
  );
  assert.deepEqual([broken.status, broken.body], [400, '{:error "ERR_BODY_SYNTAX"}']);
  const answer = await wrapped({ onRefused }, formatted(1) as Answer).app(asking("text/html"));
  assert.deepEqual([answer.status, answer.body], [406, '{"error":"ERR_NOT_ACCEPTABLE"}']);
});

test("a 406 has its headers once, whatever the spelling of the handler's", async () => {
  const headers = { "Cache-Control": "public", ETag: '"a"', "Content-Language": "en", Vary: "Origin", "X-Own": "1" };
  const { app } = wrapped({}, { ...formatted(1), headers });
  const answer = await app(asking("text/html"));
  assert.equal(answer.status, 406);
  assert.deepEqual(answer.headers, {
    "Cache-Control": "no-store",
    Vary: "Origin, Accept",
    "X-Own": "1",
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
});

test("a session that a GET changed is kept though the answer is 406", async () => {
  const app = stack.use(wrapSession<{ n?: number }>()).use(wrapFlash()).use(wrapFormats())(({ session }) => ({
    ...formatted({ n: session.n ?? 0 }),
    session: { n: (session.n ?? 0) + 1 },
  }));
  const refused = await app(asking("text/html"));
  assert.equal(refused.status, 406);
  const cookie = String([refused.headers["set-cookie"]].flat()[0]).split(";")[0]!;
  assert.equal((await app(requestMap("GET", "/", { headers: { cookie } }))).body, '{"n":1}');
});

test("a long Accept takes little time", async () => {
  const { app } = wrapped({ formats: allFormats }, formatted(1) as Answer);
  const range = "*/*;q=0.1,";
  assert.equal((await app(asking(range.repeat(1600)))).status, 200);
  assert.equal((await app(asking("a/b,".repeat(4000)))).status, 406);
  assert.equal((await app(asking("x".repeat(16_000)))).status, 406);
  assert.equal(
    (await app(asking(`${"a/b,".repeat(300)}*/*`))).status,
    406,
    "what stands behind 1000 characters does not count",
  );
});

test("a format of one's own: what it throws while reading is 400, while writing an error that names it", async () => {
  const upper: Format = {
    name: "upper",
    types: ["text/upper"],
    read(given) {
      if (given[0] === 33) throw "not even an Error";
      if (given[0] === 63) return undefined;
      return Buffer.from(given).toString().toUpperCase();
    },
    write(data) {
      if (typeof data !== "string") throw new TypeError("no text");
      return data === "" ? (5 as unknown as string) : data.toUpperCase();
    },
  };
  const { app, seen } = wrapped({ formats: [upper] }, formatted("abc") as Answer);
  const answer = await app(posted("text/upper", "abc"));
  assert.deepEqual(
    [seen.params, answer.headers["content-type"], answer.body],
    ["ABC", "text/upper; charset=utf-8", "ABC"],
  );
  for (const body of ["!", "?"]) assert.equal((await app(posted("text/upper", body))).status, 400);
  for (const data of [5, ""]) {
    const writing = wrapped({ formats: [upper] }, formatted(data) as Answer);
    await assert.rejects(async () => writing.app(asking("*/*")), {
      code: "ERR_RESPONSE_SHAPE",
      message: /format upper/,
    });
  }
});

test("what a format of one's own gives is looked through and counted too", async () => {
  const giving = async (data: unknown) => {
    const format: Format = { name: "own", types: ["a/b"], read: () => data, write: String };
    const { status, body } = await wrapped({ formats: [format] }).app(posted("a/b", "x"));
    return status === 200 ? 200 : /ERR_\w+/.exec(String(body))?.[0];
  };
  const loop: unknown[] = [];
  loop.push(loop);
  assert.equal(await giving(loop), "ERR_BODY_SYNTAX");
  loop.push([loop]);
  assert.equal(await giving(loop), "ERR_PARAMS_LIMIT");
  let shared: unknown = [1];
  for (let i = 0; i < 10; i++) shared = [shared, shared];
  assert.equal(await giving(shared), 200);
  for (let i = 0; i < 100; i++) shared = [shared, shared];
  assert.equal(await giving(shared), "ERR_PARAMS_LIMIT");
  assert.equal(await giving({ a: [JSON.parse('{"__proto__":1}')] }), "ERR_BODY_SYNTAX");
});

test("a body of more than maxValues values is a 400 before the handler", async () => {
  for (const format of allFormats) {
    for (const maxValues of [undefined, 1000]) {
      const most = maxValues ?? 100_000;
      const codes: string[] = [];
      const onRefused = ({ code }: { readonly code: string }) => void codes.push(code);
      const { app, seen } = wrapped({ formats: [format], maxValues, onRefused });
      const sent = async (values: number) =>
        (await app(posted(format.types[0], format.write(Array(values - 1).fill(0))))).status;
      assert.deepEqual([await sent(most), await sent(most + 1)], [200, 400], format.name);
      assert.deepEqual([seen.calls, codes], [1, ["ERR_PARAMS_LIMIT"]]);
    }
  }
});

const impossible: ReadonlyArray<readonly [options: object, option: string, remedy: RegExp]> = [
  [{ format: [] }, "format", /is no option of wrapFormats/],
  [{ formats: [] }, "formats", /\[json\(\)\]/],
  [{ formats: json() }, "formats", /list/],
  [{ formats: [json] }, "formats[0]", /json\(\)/],
  [{ formats: [{ ...json(), types: [] }] }, "formats[0].types", /media types/],
  [{ formats: [{ ...json(), types: ["application/json; charset=utf-8"] }] }, "formats[0].types", /parameters/],
  [{ formats: [{ ...json(), types: ["json"] }] }, "formats[0].types", /media types/],
  [{ formats: [json(), json()] }, "formats[1].types", /belongs to json already/],
  [{ limit: 0 }, "limit", /octets/],
  [{ limit: "1mb" }, "limit", /octets/],
  [{ maxValues: 0 }, "maxValues", /whole number, at least 1/],
  [{ maxValues: Infinity }, "maxValues", /whole number/],
  [{ timeout: 0 }, "timeout", /seconds/],
  [{ timeout: Number.NaN }, "timeout", /seconds/],
  [{ onlyData: "yes" }, "onlyData", /true or false/],
  [{ onRefused: 1 }, "onRefused", /function/],
];
for (const [options, option, remedy] of impossible) {
  test(`refused when built: ${option} of ${JSON.stringify(options)}`, () => {
    assert.throws(() => wrapFormats(options as FormatsOptions), { code: "ERR_OPTION", option, message: remedy });
  });
}

test("a format's own options are refused when it is built", () => {
  for (const make of [json, edn, transit, messagePack] as ReadonlyArray<(options: object) => Format>) {
    assert.throws(() => make({ pretty: true }), { code: "ERR_OPTION", option: "pretty" });
    assert.throws(() => make({ types: ["nonsense"] }), { code: "ERR_OPTION", option: "types" });
  }
  for (const make of [edn, transit] as ReadonlyArray<(options: object) => Format>) {
    assert.throws(() => make({ keys: "symbol" }), { code: "ERR_OPTION", option: "keys" });
  }
});

test("it stands once around a handler", () => {
  assert.throws(() => stack.use(wrapFormats()).use(wrapFormats())(() => text("")), { code: "ERR_STACK_TWICE" });
});
