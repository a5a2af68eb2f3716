import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { RinglightError } from "../src/errors.ts";
import { refusal, refuse } from "../src/refusal.ts";
import { requestMap } from "./support/request-map.ts";

const error = new RinglightError("ERR_BODY_SYNTAX", "what to mend", { status: 400 });
const before = process.env.NODE_ENV;
beforeEach(() => {
  delete process.env.NODE_ENV;
});
afterEach(() => {
  if (before === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = before;
});

test("a refusal says its status, its code and, outside production, what to mend", () => {
  const { status, headers, body } = refusal(error, requestMap());
  assert.equal(status, 400);
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(body, "Bad Request (ERR_BODY_SYNTAX)\nwhat to mend\n");
});

test("in production it does not say what to mend", () => {
  process.env.NODE_ENV = "production";
  assert.equal(refusal(error, requestMap()).body, "Bad Request (ERR_BODY_SYNTAX)\n");
});

test("whoever asks for JSON alone gets JSON", () => {
  process.env.NODE_ENV = "production";
  const asking = (accept: string) => refusal(error, requestMap("POST", "/", { headers: { accept } }));
  assert.deepEqual(JSON.parse(asking("application/json").body as string), {
    error: { code: "ERR_BODY_SYNTAX", message: "Bad Request" },
  });
  assert.match(asking("text/html, application/json").headers["content-type"] as string, /text\/plain/);
});

test("HEAD gets no body", () => assert.equal(refusal(error, requestMap("HEAD")).body, null));

test("onRefused is told, and may answer in its place", async () => {
  const told: unknown[] = [];
  const plain = await refuse(error, requestMap(), (...args) => void told.push(args[0]));
  assert.deepEqual(told, [error]);
  assert.equal(plain.status, 400);
  const own = await refuse(error, requestMap(), async () => ({ status: 418, headers: {}, body: null }));
  assert.equal(own.status, 418);
});

test("a 408 closes the connection, whoever answers it", async () => {
  const late = new RinglightError("ERR_BODY_TIMEOUT", "the body did not arrive in time", { status: 408 });
  const own = { status: 408, headers: { "x-own": "1" }, body: "too late" };
  assert.equal((await refuse(late, requestMap())).headers.connection, "close");
  assert.deepEqual((await refuse(late, requestMap(), () => own)).headers, { "x-own": "1", connection: "close" });
  const spelt = { ...own, headers: { Connection: "keep-alive" } };
  assert.deepEqual((await refuse(late, requestMap(), () => spelt)).headers, { Connection: "close" });
  assert.equal((await refuse(error, requestMap())).headers.connection, undefined);
});
