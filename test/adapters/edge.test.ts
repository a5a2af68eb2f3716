import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../../src/adapters/edge.ts";
import { RinglightError } from "../../src/errors.ts";
import { text } from "../../src/response.ts";
import type { Handler, ResponseMap } from "../../src/ring.ts";
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
  headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
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
  ["session", /response\.session: it is misspelt, or its middleware is missing/],
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
