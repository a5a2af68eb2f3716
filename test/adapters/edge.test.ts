import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, answerUpgrade, checkServed } from "../../src/adapters/edge.ts";
import { RinglightError } from "../../src/errors.ts";
import { text } from "../../src/response.ts";
import { type Handler, type ResponseMap, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { requestMap } from "../support/request-map.ts";

async function edge(given: unknown, method = "GET"): Promise<{ response: ResponseMap; errors: unknown[] }> {
  const errors: unknown[] = [];
  const handler = (typeof given === "function" ? given : () => given) as Handler;
  const response = await answer(handler, requestMap(method), (error) => void errors.push(error));
  return { response, errors };
}

const ok: ResponseMap = { status: 200, headers: {}, body: "ok" };
const plainFailure = (status: number, body: string | null) => ({
  status,
  headers: {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  },
  body,
});

test("a response goes through, its header names in lower case, undefined keys and headers dropped", async () => {
  const { response, errors } = await edge({
    ...ok,
    headers: { "X-A": "1", "x-b": ["2", "3"], "x-c": undefined },
    session: undefined,
  });
  assert.deepEqual(
    { ...response, headers: { ...response.headers } },
    { ...ok, headers: { "x-a": "1", "x-b": ["2", "3"] } },
  );
  assert.deepEqual(errors, []);
});

test("a thrown error is told to onError and answered without a detail", async () => {
  const error = new Error("the password is hunter2");
  const { response, errors } = await edge(() => {
    throw error;
  });
  assert.deepEqual(response, plainFailure(500, "Internal Server Error"));
  assert.deepEqual(errors, [error]);
});

test("a RinglightError is answered with its own status", async () => {
  const { response } = await edge(async () => {
    throw new RinglightError("ERR_STORE_TIMEOUT", "redis at 10.0.0.7 did not answer", { status: 503 });
  });
  assert.deepEqual(response, plainFailure(503, "Service Unavailable"));
});

test("an error that only looks like a RinglightError is 500", async () => {
  const { response } = await edge(() => {
    throw Object.assign(new Error("no"), { status: 200 });
  });
  assert.equal(response.status, 500);
});

test("an onError that throws or rejects costs nobody an answer", async () => {
  const fails: Handler = () => {
    throw new Error("first");
  };
  const throws = () => {
    throw new Error("second");
  };
  assert.equal((await answer(fails, requestMap(), throws)).status, 500);
  assert.equal((await answer(fails, requestMap(), async () => throws())).status, 500);
});

const shapes: readonly (readonly [string, unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["a string", "ok"],
  ["a list", [ok]],
  ["a Fetch Response", new Response("ok")],
  ["a status of 199", { ...ok, status: 199 }],
  ["a status of 600", { ...ok, status: 600 }],
  ["a status of 200.5", { ...ok, status: 200.5 }],
  ["a status in quotes", { ...ok, status: "200" }],
  ["no headers", { status: 200, body: null }],
  ["a Headers object", { ...ok, headers: new Headers() }],
  ["a Map of headers", { ...ok, headers: new Map() }],
  ["no body", { status: 200, headers: {} }],
  ["an object as body", { ...ok, body: { a: 1 } }],
  ["a number as body", { ...ok, body: 1 }],
  ["a header with a line break", { ...ok, headers: { a: "b\r\nset-cookie: c=d" } }],
  ["a header with a lone LF", { ...ok, headers: { a: "b\nc" } }],
  ["a header with NUL", { ...ok, headers: { a: "b\0" } }],
  ["a header beyond Latin-1", { ...ok, headers: { a: "日" } }],
  ["a list of headers with a line break", { ...ok, headers: { a: ["b", "c\r"] } }],
  ["a header that is a number", { ...ok, headers: { age: 1 } }],
  ["a header name with a space", { ...ok, headers: { "a b": "c" } }],
  ["a header name with a line break", { ...ok, headers: { "a\r\nb": "c" } }],
  ["an empty header name", { ...ok, headers: { "": "c" } }],
  ["a header in two spellings", { ...ok, headers: { Vary: "a", vary: "b" } }],
];
for (const [what, given] of shapes) {
  test(`refused as ERR_RESPONSE_SHAPE: ${what}`, async () => {
    const { response, errors } = await edge(given);
    assert.deepEqual(response, plainFailure(500, "Internal Server Error"));
    assert.equal((errors[0] as RinglightError).code, "ERR_RESPONSE_SHAPE");
  });
}

test("a stream that somebody else reads is refused", async () => {
  const body = new ReadableStream();
  body.getReader();
  const { errors } = await edge({ ...ok, body });
  assert.equal((errors[0] as RinglightError).code, "ERR_RESPONSE_SHAPE");
});

const keys: readonly (readonly [string, RegExp])[] = [
  ["sesion", /response\.sesion: did you mean session\?/],
  ["Session", /did you mean session\?/],
  ["flahs", /did you mean flash\?/],
  ["cookie", /did you mean cookies\?/],
  ["sessionCookieAttr", /did you mean sessionCookieAttrs\?/],
  ["header", /did you mean headers\?/],
  ["dat", /did you mean data\?/],
  ["session", /response\.session: first \.use\(wrapSession\(\)\)/],
  ["template", /response\.template: it is misspelt, or its middleware is missing/],
];
for (const [key, words] of keys) {
  test(`response.${key} that nobody took is ERR_RESPONSE_KEY and named`, async () => {
    const { response, errors } = await edge({ ...ok, [key]: null });
    assert.deepEqual(response, plainFailure(500, "Internal Server Error"));
    assert.equal((errors[0] as RinglightError).code, "ERR_RESPONSE_KEY");
    assert.match((errors[0] as RinglightError).message, words);
  });
}

test("HEAD gets the headers of GET with the length, and no body", async () => {
  const { response } = await edge(text("hé"), "HEAD");
  assert.equal(response.body, null);
  assert.deepEqual({ ...response.headers }, { "content-type": "text/plain; charset=utf-8", "content-length": "3" });
});

test("HEAD keeps a length that the handler gave", async () => {
  const { response } = await edge({ ...ok, headers: { "Content-Length": "99" } }, "HEAD");
  assert.equal(response.headers["content-length"], "99");
});

test("HEAD of a failure has no body", async () => {
  const { response } = await edge(undefined, "HEAD");
  assert.deepEqual(response, plainFailure(500, null));
});

for (const [method, status] of [
  ["HEAD", 200],
  ["GET", 204],
  ["GET", 304],
] as const) {
  test(`${method} ${status} drops the body and cancels its stream`, async () => {
    let cancelled = 0;
    const body = new ReadableStream({ cancel: () => void cancelled++ });
    const { response, errors } = await edge({ ...ok, status, body }, method);
    assert.equal(response.body, null);
    assert.equal(cancelled, 1);
    assert.equal(response.headers["content-length"], undefined);
    assert.deepEqual(errors, []);
  });
}

test("a stream whose cancelling fails is dropped all the same", async () => {
  const body = new ReadableStream({ cancel: () => Promise.reject(new Error("no")) });
  assert.equal((await edge({ ...ok, body }, "HEAD")).response.status, 200);
});

// An error's own status

const thrown = async (error: unknown, method = "GET") =>
  edge(() => {
    throw error;
  }, method);
const withStatus = (status: unknown) => Object.assign(new Error("a detail"), { status });

for (const [status, words] of [
  [404, "Not Found"],
  [400, "Bad Request"],
  [413, "Content Too Large"],
  [418, "Error"],
  [599, "Error"],
] as const) {
  test(`an error whose status is ${status} is answered so, and told, without its message`, async () => {
    const error = withStatus(status);
    const { response, errors } = await thrown(error);
    assert.deepEqual(response, plainFailure(status, words));
    assert.deepEqual(errors, [error]);
    assert.deepEqual((await thrown(error, "HEAD")).response, plainFailure(status, null));
  });
}

const getter = Object.defineProperty(new Error("a detail"), "status", {
  get() {
    throw new Error("from the getter");
  },
});
const proxy = (trap: "get" | "has" | "getPrototypeOf") =>
  new Proxy(new Error("a detail"), {
    [trap]() {
      throw new Error(`from ${trap}`);
    },
  });
const strange: readonly (readonly [string, unknown])[] = [
  ...[99, 100, 200, 303, 399, 600, 9999, -404, 404.5, Number.NaN, Number.POSITIVE_INFINITY, "404", 404n, null, {}].map(
    (status) => [`an error with the status ${typeof status} ${String(status)}`, withStatus(status)] as const,
  ),
  ["an error whose status is a getter that throws", getter],
  ["a Proxy that throws when it is read", proxy("get")],
  ["a Proxy that throws when it is asked what it has", proxy("has")],
  ["a Proxy that throws when it is asked what it is", proxy("getPrototypeOf")],
  ["an object that is no error", { status: 404 }],
  ["nothing", undefined],
  ["null", null],
  ["a string", "404"],
];
for (const [what, error] of strange) {
  test(`${what} is thrown: 500, and told`, async () => {
    const { response, errors } = await thrown(error);
    assert.deepEqual(response, plainFailure(500, "Internal Server Error"));
    assert.equal(errors.length, 1);
    assert.ok(Object.is(errors[0], error));
  });
}

// Bodies that are not sent

test("205 has no body, and its stream is cancelled", async () => {
  let cancelled = 0;
  const stream = new ReadableStream({ cancel: () => void cancelled++ });
  for (const body of ["stale form", new Uint8Array(3), stream]) {
    const { response, errors } = await edge({ ...ok, status: 205, body });
    assert.deepEqual([response.status, response.body, errors], [205, null, []]);
  }
  assert.equal(cancelled, 1);
});

test("HEAD of a stream whose cancelling never ends is answered", async () => {
  let cancelled = 0;
  const cancel = () => {
    cancelled++;
    return new Promise<void>(() => {});
  };
  const { response } = await edge({ ...ok, body: new ReadableStream({ cancel }) }, "HEAD");
  assert.deepEqual([response.status, response.body, cancelled], [200, null, 1]);
});

for (const [status, method] of [
  [204, "HEAD"],
  [205, "HEAD"],
  [304, "HEAD"],
  [204, "GET"],
  [205, "GET"],
  [304, "GET"],
] as const) {
  test(`${method} ${status} gets no length made up`, async () => {
    const { response } = await edge({ ...ok, status, body: "four" }, method);
    assert.equal(response.headers["content-length"], undefined);
  });
}

test("204 and 205 lose a length that the handler gave, with the body", async () => {
  for (const status of [204, 205]) {
    for (const method of ["GET", "HEAD"]) {
      const given = { ...ok, status, headers: { "content-length": "2", a: "b" } };
      const { response, errors } = await edge(given, method);
      assert.deepEqual([{ ...response.headers }, response.body, errors], [{ a: "b" }, null, []]);
    }
  }
});

test("HEAD counts octets, not characters, of a string and of octets; of nothing and a stream it knows no length", async () => {
  const length = async (body: unknown) => (await edge({ ...ok, body }, "HEAD")).response.headers["content-length"];
  assert.equal(await length("日本"), "6");
  assert.equal(await length(""), "0");
  assert.equal(await length(new Uint8Array(7)), "7");
  assert.equal(await length(null), undefined);
  assert.equal(await length(new ReadableStream()), undefined);
});

// Lengths

const lengths: readonly (readonly [string, unknown])[] = [
  ["a length that is too small", { ...ok, headers: { "content-length": "1" } }],
  ["a length that is too large", { ...ok, headers: { "Content-Length": "3" } }],
  ["a length in characters", { ...ok, body: "hé", headers: { "content-length": "2" } }],
  ["a length of octets that is wrong", { ...ok, body: new Uint8Array(2), headers: { "content-length": "3" } }],
  ["two lengths", { ...ok, headers: { "content-length": ["2", "2"] } }],
  ["a length with a sign", { ...ok, headers: { "content-length": "+2" } }],
  ["a length in hexadecimal", { ...ok, headers: { "content-length": "0x2" } }],
  ["an empty length", { ...ok, headers: { "content-length": "" } }],
  ["a transfer-encoding", { ...ok, headers: { "Transfer-Encoding": "chunked" } }],
  ["a transfer-encoding without a body", { ...ok, body: null, headers: { "transfer-encoding": "identity" } }],
];
for (const [what, given] of lengths) {
  test(`refused as ERR_RESPONSE_SHAPE: ${what}`, async () => {
    const { response, errors } = await edge(given);
    assert.deepEqual(response, plainFailure(500, "Internal Server Error"));
    assert.equal((errors[0] as RinglightError).code, "ERR_RESPONSE_SHAPE");
  });
}

test("a length that is the body's is kept; on HEAD, where GET's body is not known, any", async () => {
  const length = async (body: unknown, given: string, method = "GET") => {
    const { response, errors } = await edge({ ...ok, body, headers: { "content-length": given } }, method);
    assert.deepEqual(errors, []);
    return response.headers["content-length"];
  };
  assert.equal(await length("hé", "3"), "3");
  assert.equal(await length(new Uint8Array(4), "4"), "4");
  assert.equal(await length("ok", "99", "HEAD"), "99");
  assert.equal(await length(null, "99", "HEAD"), "99");
  assert.equal(await length(new ReadableStream(), "99"), "99");
});

test("a WebSocket goes through where a connection can become one, and is 501 elsewhere", async () => {
  const upgrade = { listener: { onOpen() {} }, keepalive: 20 };
  const upgrading = { status: 101, headers: {}, body: null, upgrade };
  assert.equal((await answerUpgrade(() => upgrading, requestMap(), assert.fail as never)).upgrade, upgrade);
  const { response, errors } = await edge(upgrading);
  assert.deepEqual(response, plainFailure(501, "Not Implemented"));
  assert.equal((errors[0] as RinglightError).code, "ERR_RESPONSE_KEY");
});

test("a WebSocket that wrapWebSocket did not take is ERR_RESPONSE_KEY, and so is a key that it did not make", async () => {
  const upgrading = { status: 101, headers: {}, body: null };
  for (const key of [{ websocket: {} }, { upgrade: 5 }, { upgrade: new Map() }, { upgrade: {} }]) {
    const errors: unknown[] = [];
    const answered = await answerUpgrade(
      () => ({ ...upgrading, ...key }),
      requestMap(),
      (error) => errors.push(error),
    );
    assert.equal(answered.status, 500);
    assert.match((errors[0] as RinglightError).code, /^ERR_RESPONSE_(KEY|SHAPE)$/);
  }
  const { errors } = await edge({ ...ok, websockt: {} });
  assert.match((errors[0] as Error).message, /did you mean websocket\?/);
});

test("a stack that was given no handler is refused when it is served", () => {
  const forgotten = stack.use(wrapSession()) as unknown as Handler;
  assert.throws(() => checkServed(forgotten, undefined), { code: "ERR_OPTION", option: "app" });
});
