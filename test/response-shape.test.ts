import assert from "node:assert/strict";
import { test } from "node:test";
import type { RinglightError } from "../src/errors.ts";
import { checkShape, lengthOf } from "../src/response-shape.ts";

const ok = { status: 200, headers: {}, body: "ok" };
const words = (response: unknown, method = "GET"): string | undefined => {
  try {
    checkShape(response, method);
    return undefined;
  } catch (error) {
    assert.equal((error as RinglightError).code, "ERR_RESPONSE_SHAPE");
    return (error as Error).message;
  }
};

test("headers come back in lower case, without a prototype and without those that are undefined", () => {
  const given = { ...ok, headers: { "X-A": "1", b: ["2", "3"], C: undefined } };
  const { headers } = checkShape(given, "GET");
  assert.equal(Object.getPrototypeOf(headers), null);
  assert.deepEqual({ ...headers }, { "x-a": "1", b: ["2", "3"] });
  assert.deepEqual(Object.keys(given.headers), ["X-A", "b", "C"], "what was given is as it was");
});

test("keys for middleware are left where they are, and the body is the very same", () => {
  const body = new ReadableStream();
  const session = { user: "bob" };
  const checked = checkShape({ ...ok, body, session, flash: null }, "GET");
  assert.deepEqual(Object.keys(checked), ["status", "headers", "body", "session", "flash"]);
  assert.equal(checked.body, body);
  assert.equal(checked.session, session);
});

test("a header may be called __proto__ and be one header, which is nobody's prototype", () => {
  const headers = JSON.parse('{"__proto__":"x","constructor":"y"}');
  const { headers: sent } = checkShape({ ...ok, headers }, "GET");
  assert.deepEqual(Object.entries(sent), [
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
});

test("headers that only a polluted prototype has are none", () => {
  const polluted = Object.prototype as unknown as Record<string, unknown>;
  polluted["x-evil"] = "1";
  try {
    const { headers } = checkShape({ ...ok, headers: { a: "b" } }, "GET");
    assert.deepEqual([headers.a, headers["x-evil"]], ["b", undefined]);
  } finally {
    delete polluted["x-evil"];
  }
});

class Page {
  readonly status = 200;
}
const told: readonly (readonly [unknown, RegExp])[] = [
  [undefined, /not undefined$/],
  [null, /not null$/],
  [() => ok, /not function$/],
  [[ok], /not Array$/],
  [new Page(), /not Page$/],
  [Promise.resolve(ok), /not Promise$/],
  [{ headers: {}, body: "" }, /no status: build it from text\(\), html\(\) or redirect\(\)/],
  [{ ...ok, status: null }, /whole number from 200 to 599/],
  [{ ...ok, status: 199 }, /whole number from 200 to 599/],
  [{ ...ok, status: 600 }, /whole number from 200 to 599/],
  [{ ...ok, headers: undefined }, /headers must be a plain object, not undefined/],
  [{ ...ok, headers: [["a", "b"]] }, /headers must be a plain object, not Array/],
  [{ ...ok, headers: new Headers() }, /headers must be a plain object, not Headers/],
  [{ ...ok, body: undefined }, /not undefined$/],
  [{ ...ok, body: new ArrayBuffer(1) }, /not ArrayBuffer$/],
  [{ ...ok, body: Object.create(null) }, /not object$/],
  [{ ...ok, headers: { "a b": "1" } }, /"a b" is not a header name/],
  [{ ...ok, headers: { A: "1", a: "2" } }, /the header a stands twice, in two spellings/],
  [{ ...ok, headers: { a: [["b"]] } }, /the header a must be a string, or strings/],
  [{ ...ok, headers: { a: ["b", undefined] } }, /the header a must be a string, or strings/],
  [{ ...ok, headers: { a: "secret\n" } }, /the header a must be a string, or strings, that HTTP can carry/],
  [{ ...ok, headers: { "content-length": "7" } }, /content-length says 7, the body has 2 octets: leave the header out/],
  [{ ...ok, headers: { "content-length": "two" } }, /content-length must be one number/],
  [{ ...ok, headers: { "transfer-encoding": "chunked" } }, /transfer-encoding is the server's to choose/],
];
for (const [response, message] of told) {
  test(`the words for what is wrong: ${message.source}`, () => {
    assert.match(words(response) ?? "", message);
    assert.doesNotMatch(words(response) ?? "", /secret/);
  });
}

test("the bounds themselves are responses", () => {
  for (const status of [200, 599]) assert.equal(words({ ...ok, status }), undefined);
  assert.equal(words({ ...ok, headers: { a: "\t \x7e\x80\xff", b: "", "!#$%&'*+-.^_`|~9": "c" } }), undefined);
  assert.equal(words({ ...ok, headers: { a: "\x7f" } })?.includes("the header a"), true);
  assert.equal(words({ ...ok, headers: { a: "\u0100" } })?.includes("the header a"), true);
  assert.equal(words(Object.assign(Object.create(null), ok)), undefined);
});

test("a length that is wrong for GET is what HEAD may say, but no other nonsense", () => {
  const says = (length: unknown) => ({ ...ok, headers: { "content-length": length } });
  assert.equal(words(says("99"), "HEAD"), undefined);
  for (const method of ["GET", "POST", "head"]) assert.match(words(says("99"), method) ?? "", /says 99/);
  for (const nonsense of ["", "-1", "1.5", "1e3", " 2", "2 ", "2, 2", ["2"], "1".repeat(16)]) {
    assert.match(words(says(nonsense), "HEAD") ?? "", /content-length must be one number/, String(nonsense));
  }
  assert.equal(words({ ...says("123456789012345"), body: new ReadableStream() }), undefined);
});

test("without a body the length is 0; only HEAD and 304, which have none, may tell another", () => {
  const none = (length: string, status = 200) => ({ status, headers: { "content-length": length }, body: null });
  for (const status of [200, 204, 205, 303, 404]) {
    assert.match(words(none("5", status)) ?? "", /content-length says 5, the body has 0 octets/);
    assert.equal(words(none("0", status)), undefined);
    assert.equal(words(none("5", status), "HEAD"), undefined);
  }
  assert.equal(words(none("5", 304)), undefined);
});

test("a stream that somebody reads is refused, one that nobody reads any more is not", () => {
  const body = new ReadableStream();
  const reader = body.getReader();
  assert.match(words({ ...ok, body }) ?? "", /a stream that somebody else reads/);
  reader.releaseLock();
  assert.equal(words({ ...ok, body }), undefined);
});

test("a body's length is counted in octets, and not known of a stream or of none", () => {
  assert.deepEqual(
    ["hé", "", "日", new Uint8Array(5), null, new ReadableStream()].map((body) => lengthOf(body)),
    [3, 0, 3, 5, undefined, undefined],
  );
});

test("101 goes with a WebSocket and there alone, before wrapWebSocket and after it", () => {
  const upgrading = { status: 101, headers: { "set-cookie": ["a=1", "b=2"] }, body: null };
  for (const carried of [{ websocket: {} }, { upgrade: {} }]) {
    assert.equal(words({ ...upgrading, ...carried }), undefined);
    assert.match(words({ ...ok, ...carried }) ?? "", /a WebSocket goes with status 101/);
    for (const body of ["", "x", new Uint8Array(), new ReadableStream()]) {
      assert.match(words({ ...upgrading, ...carried, body }) ?? "", /and body null/);
    }
    assert.match(words({ ...upgrading, ...carried, headers: { "content-length": "0" } }) ?? "", /no content-length/);
  }
  for (const absent of [{}, { websocket: undefined }, { upgrade: undefined }]) {
    assert.match(words({ ...upgrading, ...absent }) ?? "", /status must be/);
  }
  for (const status of [100, 102, 103, 199]) {
    assert.match(words({ ...upgrading, status, websocket: {} }) ?? "", /status 101/);
  }
});
