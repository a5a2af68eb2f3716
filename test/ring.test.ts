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

test("use takes a middleware and nothing else, and says so when the stack is built", () => {
  for (const wrong of [undefined, null, 42, "wrapSession", {}, [wrapSession()], Promise.resolve(wrapSession())]) {
    assert.throws(() => stack.use(wrong as never), {
      code: "ERR_OPTION",
      option: "use",
      message: /such as wrapSession\(\)/,
    });
  }
});

test("a maker of middleware that was not called is refused when the stack is built", () => {
  const plain = () => ({ status: 200, headers: {}, body: null });
  for (const maker of [wrapSession, wrapCookies, wrapFlash]) {
    assert.throws(() => stack.use(maker as never)(plain), { code: "ERR_OPTION", option: "options" });
  }
});

test("what is no handler, or makes none, is refused when the stack is built", () => {
  for (const wrong of [undefined, null, 42, { status: 200 }]) {
    assert.throws(() => stack.use(wrapCookies())(wrong as never), { code: "ERR_OPTION", option: "handler" });
    assert.throws(() => stack(wrong as never), { code: "ERR_OPTION", option: "handler" });
    const makes = stack.use((() => wrong) as never).use(wrapCookies());
    assert.throws(() => makes(() => ({ status: 200, headers: {}, body: null })), { code: "ERR_OPTION", option: "use" });
  }
});

test("once marks the handler that was built, not the one inside: that may stand in another stack", () => {
  const plain = () => ({ status: 200, headers: {}, body: null });
  const single = once("wrapSingle", note("x", []));
  assert.equal(typeof single(plain), "function");
  assert.equal(typeof single(plain), "function");
  const [a, b] = [once("wrapA", note("a", [])), once("wrapB", note("b", []))];
  const built = stack.use(a)(b(plain)); // carries what is inside, and its own
  for (const again of [a, b]) assert.throws(() => again(built), { code: "ERR_STACK_TWICE" });
  assert.throws(() => a(b(a(plain))), { code: "ERR_STACK_TWICE", message: /wrapA stands twice/ });
  assert.equal(typeof a(b(plain)), "function");
});

test("a response is a plain object with plain headers, of whatever realm it has no other prototype", () => {
  const headers = Object.create(null) as object;
  assert.equal(isResponseMap({ headers }), true);
  assert.equal(isResponseMap(Object.assign(Object.create(null), { headers })), true);
  class Answer {
    readonly headers = {};
  }
  for (const wrong of [
    new Answer(),
    new Response(),
    { headers: new Headers() },
    { headers: new Map() },
    { headers: [] },
    [],
    () => {},
  ]) {
    assert.equal(isResponseMap(wrong), false);
  }
});
