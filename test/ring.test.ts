import assert from "node:assert/strict";
import { test } from "node:test";
import { toFetch } from "../src/adapters/fetch.ts";
import { stack, wrapCookies, wrapFlash, wrapSession } from "../src/index.ts";
import { isResponseMap, type Middleware, once } from "../src/ring.ts";

const note =
  (name: string, notes: string[]): Middleware =>
  (handler) =>
  async (request) => {
    notes.push(`${name} in`);
    const response = await handler(request);
    notes.push(`${name} out`);
    return response;
  };

test("middleware wrap in reading order, outermost first", async () => {
  const notes: string[] = [];
  const app = stack.use(note("a", notes)).use(note("b", notes))(() => ({ status: 200, headers: {}, body: null }));
  await toFetch(app)(new Request("http://localhost/"));
  assert.deepEqual(notes, ["a in", "b in", "b out", "a out"]);
});

test("a stack is a value: using it twice shares nothing", () => {
  const base = stack.use(wrapSession());
  const plain = () => ({ status: 200, headers: {}, body: null });
  assert.equal(typeof base.use(wrapFlash())(plain), "function");
  assert.equal(typeof base.use(wrapFlash())(plain), "function");
  assert.equal(typeof base(plain), "function");
});

test("once lets a middleware stand once, through others between", () => {
  const single = once("wrapSingle", note("x", []));
  const plain = () => ({ status: 200, headers: {}, body: null });
  assert.equal(typeof single(plain), "function");
  assert.throws(() => single(single(plain)), { code: "ERR_STACK_TWICE", message: /wrapSingle stands twice/ });
  assert.throws(() => stack.use(single).use(note("y", [])).use(single)(plain), { code: "ERR_STACK_TWICE" });
});

test("an answer that is no response passes the middleware and is named by the edge", async () => {
  const answers = [undefined, null, "text", 42, [], {}, { status: 200 }, { status: 200, headers: null, body: null }];
  for (const answer of [...answers, { status: 200, headers: {} }, { status: "200", headers: {}, body: null }]) {
    const errors: unknown[] = [];
    const layers = stack.use(wrapCookies()).use(wrapSession()).use(wrapFlash());
    const app = toFetch(layers((() => answer) as never), { onError: (error) => void errors.push(error) });
    assert.equal((await app(new Request("http://localhost/"))).status, 500);
    assert.equal((errors[0] as { code?: string }).code, "ERR_RESPONSE_SHAPE", JSON.stringify(answer));
  }
  assert.equal(isResponseMap({ status: 200, headers: {}, body: null }), true);
});

test("a response key that nobody took is refused at the edge by name, also beside a session that was taken", async () => {
  const errors: unknown[] = [];
  const app = toFetch(
    stack.use(wrapSession())((() => ({ status: 200, headers: {}, body: "x", sesion: null })) as never),
    { onError: (error) => void errors.push(error) },
  );
  const response = await app(new Request("http://localhost/"));
  assert.deepEqual([response.status, await response.text()], [500, "Internal Server Error"]);
  assert.equal((errors[0] as { code?: string }).code, "ERR_RESPONSE_KEY");
  assert.match((errors[0] as Error).message, /sesion.*session/s);
});
