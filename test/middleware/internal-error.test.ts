import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { RinglightError } from "../../src/errors.ts";
import { wrapContext } from "../../src/middleware/context.ts";
import { wrapFlash } from "../../src/middleware/flash.ts";
import { wrapFrameOptions } from "../../src/middleware/frame-options.ts";
import {
  type Failure,
  type FailureContext,
  type InternalErrorOptions,
  wrapInternalError,
} from "../../src/middleware/internal-error.ts";
import { html, redirect, text, withHeader } from "../../src/response.ts";
import { type RequestMap, type ResponseMap, stack } from "../../src/ring.ts";
import { type AnySession, wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { withHeaders } from "../support/answering.ts";
import { rawExchange } from "../support/raw-http.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";
import { visitor } from "../support/visitor.ts";
import { counting } from "../support/watched-store.ts";

const silent = { log: () => {} };
const secret = "the database is called prod-7";
const boom = () => {
  throw new Error(secret);
};

for (const check of middlewareContract)
  test(check.name, () => check.run(() => ({ wrap: wrapInternalError(silent), catches: true })));

/** What is answered to a handler that throws this, and what was logged. */
async function failed(thrown: unknown, options: InternalErrorOptions = {}, request: RequestMap = requestMap()) {
  const logged: Array<readonly [error: unknown, context: FailureContext]> = [];
  const log = (error: unknown, context: FailureContext) => void logged.push([error, context]);
  const response = await wrapInternalError({ log, ...options })((): ResponseMap => {
    throw thrown;
  })(request);
  return { response, logged };
}
const accepting = (accept: string) => requestMap("GET", "/", { headers: { accept } });

test("the page has the id under which the reason is in the log, and nothing of the reason", async () => {
  const error = new Error(secret, { cause: secret });
  const { response, logged } = await failed(error);
  assert.equal(response.status, 500);
  const [, id] = /^Internal Server Error\nError id: ([\w-]{16})\n$/.exec(String(response.body)) ?? [];
  assert.deepEqual(
    logged.map(([reason, context]) => [reason, context.id, context.status]),
    [[error, id, 500]],
  );
  const again = await failed(error);
  assert.notEqual(again.logged[0]![1].id, id);
});

test("the page is never cached, and depends on Accept", async () => {
  const { headers } = (await failed(new Error(secret))).response;
  assert.deepEqual(headers, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    vary: "Accept",
    "x-content-type-options": "nosniff",
  });
});

test("a browser gets a page in a language, with a title, a heading and no resources", async () => {
  const { response } = await failed(new Error(secret), {}, accepting("text/html,application/json;q=0.9,*/*;q=0.8"));
  assert.equal(response.headers["content-type"], "text/html; charset=utf-8");
  const page = String(response.body);
  for (const part of [
    /^<!doctype html>\n<html lang="en">/,
    /<title>500 Internal Server Error<\/title>/,
    /<main>\n<h1>/,
    /name="viewport"/,
  ])
    assert.match(page, part);
  assert.doesNotMatch(page, /src=|href=|style|script|database/);
});

for (const accept of ["application/json", "application/problem+json", "application/vnd.api+JSON"]) {
  test(`${accept} gets JSON`, async () => {
    const { response, logged } = await failed(new Error(secret), {}, accepting(accept));
    assert.equal(response.headers["content-type"], "application/json");
    const id = logged[0]![1].id;
    assert.deepEqual(JSON.parse(String(response.body)), {
      error: { status: 500, message: "Internal Server Error", id },
    });
  });
}

// What is thrown

const withStatus = (status: unknown) => Object.assign(new Error(secret), { status });
for (const [what, thrown, status] of [
  ["an Error", new Error(secret), 500],
  ["a status of its own", withStatus(503), 503],
  ["one of the visitor's", withStatus(404), 404],
  ["the lowest", withStatus(400), 400],
  ["the highest", withStatus(599), 599],
  ["a status that is no error", withStatus(200), 500],
  ["a redirect", withStatus(302), 500],
  ["a status too high", withStatus(600), 500],
  ["a text", withStatus("404"), 500],
  ["a fraction", withStatus(404.5), 500],
  ["NaN", withStatus(Number.NaN), 500],
  ["an error of ours", new RinglightError("ERR_STORE_TIMEOUT", secret, { status: 503 }), 503],
  ["no Error with a status", { status: 404, message: secret }, 500],
  ["a response", text(secret, 200), 500],
  ["null", null, 500],
  ["undefined", undefined, 500],
  ["a string", secret, 500],
  ["a number", 404, 500],
  ["a symbol", Symbol(secret), 500],
  ["a function", boom, 500],
  ["a promise", Promise.resolve(1), 500],
  ["no prototype", Object.create(null), 500],
  ["a getter that throws", Object.defineProperty(new Error(secret), "status", { get: boom }), 500],
  ["a message that throws", Object.defineProperty(new Error(), "message", { get: boom }), 500],
  ["a revoked proxy", revoked(), 500],
  ["a proxy that throws at all", new Proxy(new Error(secret), new Proxy({}, { get: () => boom })), 500],
] as const) {
  test(`thrown, ${what} is a ${status}, and told as it is`, async () => {
    const { response, logged } = await failed(thrown, { logFrom: 400 });
    assert.equal(response.status, status);
    assert.equal(logged.length, 1);
    assert.ok(Object.is(logged[0]![0], thrown));
    assert.doesNotMatch(String(response.body), /database/);
  });
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error(secret), {});
  revoke();
  return proxy;
}

test("a proxy that throws at everything goes to the console, too, and is no second failure", async (t) => {
  const error = t.mock.method(console, "error", () => {});
  for (const thrown of [revoked(), new Proxy(new Error(), new Proxy({}, { get: () => boom })), null]) {
    const response = await wrapInternalError()(() => {
      throw thrown;
    })(requestMap());
    assert.equal((response as ResponseMap).status, 500);
  }
  assert.equal(error.mock.callCount(), 3);
});

test("an error below 500 is the visitor's: not logged, unless asked for, and no id is shown", async () => {
  const quiet = await failed(withStatus(404));
  assert.equal(quiet.logged.length, 0);
  assert.equal(quiet.response.body, "Not Found\n");
  const told = await failed(withStatus(404), { logFrom: 400 });
  assert.equal(told.response.body, `Not Found\nError id: ${told.logged[0]![1].id}\n`);
});

// The log

test("the log gets no header, no cookie, no query and no body", async () => {
  const headers = { cookie: "session=token", authorization: "Bearer token" };
  const body = new ReadableStream<Uint8Array>();
  const request = requestMap("POST", "/reset", { headers, body, queryString: "code=token", host: "example.com" });
  const { logged } = await failed(new Error(secret), {}, request);
  assert.deepEqual(logged[0]![1].request, {
    method: "POST",
    scheme: "http",
    host: "example.com",
    uri: "/reset",
    remoteAddress: "127.0.0.1",
  });
});

test("the console gets id, status, method and path, and the error", async (t) => {
  const error = t.mock.method(console, "error", () => {});
  const thrown = new Error(secret);
  const wrap = wrapInternalError({ page: ({ id }) => text(id, 500) });
  const request = requestMap("GET", "/a%0a\x9b31m\r\n", { queryString: "code=token", headers: { cookie: "token" } });
  const response = await wrap((): ResponseMap => {
    throw thrown;
  })(request);
  assert.deepEqual(
    error.mock.calls.map((call) => call.arguments),
    [[`ringlight: error ${response.body}, answered 500: GET /a%0a%C2%9B31m%0D%0A`, thrown]],
  );
});

for (const [how, log] of [
  ["throws", boom],
  ["rejects", async () => boom()],
] as const) {
  test(`a log that ${how} costs neither the page nor the reason`, async (t) => {
    const error = t.mock.method(console, "error", () => {});
    const thrown = new Error("the reason");
    const { response } = await failed(thrown, { log });
    assert.equal(response.status, 500);
    await new Promise(setImmediate);
    const told = error.mock.calls.map((call) => (call.arguments[1] as Error).message);
    assert.deepEqual(told, ["the reason", secret]);
  });
}

test("a log that never ends is not waited for", async () => {
  const { response } = await failed(new Error(secret), { log: () => new Promise(() => {}) });
  assert.equal(response.status, 500);
});

test("a console that fails costs no page", async (t) => {
  t.mock.method(console, "error", boom);
  const response = await wrapInternalError()(boom)(requestMap());
  assert.equal((response as ResponseMap).status, 500);
});

// The page

test("a page of one's own gets id, status and request, and is not cached either", async () => {
  let seen: Failure | undefined;
  const page = (failure: Failure) => {
    seen = failure;
    return html(`<p>${failure.id}</p>`, failure.status);
  };
  const request = requestMap("GET", "/x");
  const { response, logged } = await failed(withStatus(503), { page }, request);
  assert.deepEqual(seen, { id: logged[0]![1].id, status: 503, request });
  assert.deepEqual(
    { ...response, headers: { ...response.headers } },
    {
      status: 503,
      headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
      body: `<p>${logged[0]![1].id}</p>`,
    },
  );
  const cached = await failed(new Error(), {
    page: () => withHeaders({ "Cache-Control": "max-age=9", "Retry-After": "9" }, 503),
  });
  assert.deepEqual({ ...cached.response.headers }, { "cache-control": "max-age=9", "retry-after": "9" });
});

test("a page says success of no failure, but may send the visitor elsewhere", async () => {
  assert.equal((await failed(withStatus(503), { page: () => text("sorry") })).response.status, 503);
  assert.equal((await failed(withStatus(401), { page: () => redirect("/login") })).response.status, 303);
});

test("a page cannot carry a session, a flash or a cookie", async () => {
  const page = () => ({ ...text("sorry", 500), session: { user: "mallory" }, flash: "x", cookies: { a: "1" } });
  assert.deepEqual(Object.keys((await failed(new Error(), { page })).response), ["status", "headers", "body"]);
});

for (const [how, page] of [
  ["throws", boom],
  ["rejects", async () => boom()],
  ["answers nothing", () => undefined],
  ["answers a status that is none", () => ({ ...text("x"), status: 1000 })],
  ["answers a header that HTTP cannot carry", () => withHeader(text("x"), "x-a", "b\r\nset-cookie: c=1")],
  ["answers a Response", () => new Response("x")],
] as const) {
  test(`a page that ${how} is a plain 500, both told under one id`, async () => {
    const error = withStatus(404);
    const { response, logged } = await failed(error, { page: page as never, logFrom: 400 });
    assert.equal(response.status, 500);
    const [first, second, ...more] = logged;
    assert.equal(first![0], error);
    assert.ok(second![0] instanceof Error);
    assert.equal(second![1].id, first![1].id);
    assert.equal(more.length, 0);
    assert.equal(response.body, `Internal Server Error\nError id: ${first![1].id}\n`);
  });
}

// In a stack

const noLog = () => {};

test("headers of middleware outside are on the page, of those inside and of the handler not", async () => {
  const app = stack
    .use(wrapFrameOptions())
    .use(wrapInternalError({ log: noLog }))
    .use(wrapCookies());
  const handler = app(() => {
    const answer = { ...text("half"), cookies: { half: "made" } };
    if (answer) throw new Error(secret);
    return answer;
  });
  const { headers } = await handler(requestMap());
  assert.equal(headers["x-frame-options"], "SAMEORIGIN");
  assert.equal(headers["set-cookie"], undefined);
});

interface User {
  user?: string;
}
const settings = { maxAge: 3600 } as const;

for (const [where, build] of [
  [
    "inside",
    () => stack.use(wrapSession<User>({ store: memoryStore(), ...settings })).use(wrapInternalError({ log: noLog })),
  ],
  [
    "outside",
    () => stack.use(wrapInternalError({ log: noLog })).use(wrapSession<User>({ store: memoryStore(), ...settings })),
  ],
] as const) {
  test(`${where} of wrapSession an error page leaves the session as it is`, async (t) => {
    const app = (build() as ReturnType<typeof build>)(
      ({ uri, session }): ResponseMap & { session?: User | null | undefined } => {
        if (uri === "/login") return { ...text("in"), session: { user: "bob" } };
        const next = { ...text("half"), session: uri === "/end" ? null : { user: "mallory" } };
        if (uri !== "/show") throw Object.assign(new Error(secret), { next });
        return text(session.user ?? "nobody");
      },
    );
    const { url } = await listen(t, app);
    const bob = visitor(url);
    assert.equal((await bob.get("/change")).setCookies.length, 0);
    await bob.get("/login");
    for (const path of ["/change", "/end"]) {
      const { status, setCookies, headers } = await bob.get(path);
      assert.equal(status, 500);
      assert.deepEqual(setCookies, []);
      assert.match(headers.get("cache-control") ?? "", /no-store/);
    }
    assert.equal((await bob.get("/show")).body, "bob");
  });
}

test("inside wrapSession an error page still lets the idle clock and its cookie run", async () => {
  let now = Date.UTC(2026, 0, 1);
  const session = wrapSession<User>({ ...settings, timeout: 1800, now: () => now, store: memoryStore() });
  const app = stack.use(session).use(wrapInternalError({ log: noLog }))(({ uri, session: { user } }) => {
    if (uri === "/login") return { ...text("in"), session: { user: "bob" } };
    if (uri === "/fail") throw new Error(secret);
    return text(user ?? "nobody");
  });
  const cookie = String((await app(requestMap("GET", "/login"))).headers["set-cookie"]).split(";")[0]!;
  const ask = (uri: string) => app(requestMap("GET", uri, { headers: { cookie } }));
  for (let i = 0; i < 3; i++) {
    now += 1700_000;
    const { status, headers } = await ask("/fail");
    assert.equal(status, 500);
    assert.match(String(headers["set-cookie"]), /^session=.*; Max-Age=3600;/);
    assert.equal(headers["cache-control"], "private, no-store");
  }
  assert.equal((await ask("/show")).body, "bob");
});

test("outside wrapSession a store that is down is a 503, and the cookie stays", async (t) => {
  const { store, calls } = counting(memoryStore());
  let down = false;
  const broken = {
    ...store,
    read: (...call: Parameters<typeof store.read>) => (down ? Promise.reject(new Error(secret)) : store.read(...call)),
  };
  const logged: unknown[] = [];
  const app = stack
    .use(wrapInternalError({ log: (error) => void logged.push(error) }))
    .use(wrapSession<AnySession>({ store: broken }));
  const { url } = await listen(
    t,
    app(({ uri, session }) =>
      uri === "/login" ? { ...text("in"), session: { user: "bob" } } : text(`${session.user}`),
    ),
  );
  const bob = visitor(url);
  await bob.get("/login");
  const cookie = bob.cookie();
  down = true;
  const { status, body, setCookies, headers } = await bob.get("/show", { accept: "text/html" });
  assert.equal(status, 503);
  assert.match(body, /<h1>Service Unavailable<\/h1>/);
  assert.deepEqual(setCookies, []);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("retry-after"), null);
  assert.equal((logged[0] as RinglightError).code, "ERR_STORE_UNAVAILABLE");
  down = false;
  assert.equal(bob.cookie(), cookie);
  assert.equal((await bob.get("/show")).body, "bob");
  assert.ok(calls.includes("read"));
});

for (const [order, build] of [
  [
    "outside wrapFlash",
    () =>
      stack
        .use(wrapSession())
        .use(wrapInternalError({ log: noLog }))
        .use(wrapFlash<string>()),
  ],
  [
    "inside wrapFlash",
    () =>
      stack
        .use(wrapSession())
        .use(wrapFlash<string>())
        .use(wrapInternalError({ log: noLog })),
  ],
] as const) {
  test(`${order} an error page does not eat a message, whatever its status`, async (t) => {
    const app = build()(({ uri, flash }) => {
      if (uri === "/set") return { ...redirect("/page"), flash: "saved" };
      if (uri.startsWith("/fail")) throw withStatus(Number(uri.slice(5)));
      return text(flash ?? "nothing");
    });
    const { url, errors } = await listen(t, app);
    const bob = visitor(url);
    await bob.post("/set");
    for (const status of [500, 404, 503]) {
      const visit = await bob.get(`/fail${status}`, { "sec-fetch-dest": "document" });
      assert.equal(visit.status, status);
      assert.notEqual(visit.body, "Internal Server Error");
    }
    assert.equal((await bob.get("/page")).body, "saved");
    assert.equal((await bob.get("/page")).body, "nothing");
    assert.deepEqual(errors, []);
  });
}

test("over real HTTP HEAD has the headers of GET, and a stream that breaks is the adapter's to tell", async (t) => {
  const logged: unknown[] = [];
  const app = stack.use(wrapInternalError({ log: (error) => void logged.push(error) }))(({ uri }) => {
    if (uri === "/") throw new Error(secret);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("half a page")),
      pull: (controller) => controller.error(new Error("broke")),
    });
    return { status: 200, headers: {}, body };
  });
  const { url, errors } = await listen(t, app);
  const port = Number(new URL(url).port);
  const head = await rawExchange(port, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  assert.match(head, /^HTTP\/1\.1 500 [\s\S]*content-length: 49\r\n[\s\S]*\r\n\r\n$/i);
  assert.equal(logged.length, 1);
  await rawExchange(port, "GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").catch(() => {});
  assert.equal(logged.length, 1);
  assert.match(String(errors), /broke/);
});

for (const [options, option] of [
  [{ page: "sorry" }, "page"],
  [{ log: true }, "log"],
  [{ logFrom: 404 }, "logFrom"],
  [{ logFrom: "500" }, "logFrom"],
  [{ onError: () => {} }, "onError"],
  [null, "options"],
] as const) {
  test(`${JSON.stringify(options)} is refused when built`, () =>
    assert.throws(() => wrapInternalError(options as unknown as InternalErrorOptions), { code: "ERR_OPTION", option }));
}

test("inside a context the log has the path that was sent", async () => {
  const logged: unknown[] = [];
  const log = (_: unknown, { request }: { request: { uri: string } }) => void logged.push(request.uri);
  const app = stack.use(wrapContext("/app")).use(wrapInternalError({ log }))(() => {
    throw new Error("x");
  });
  await app(requestMap("GET", "/app/boom"));
  assert.deepEqual(logged, ["/app/boom"]);
});
