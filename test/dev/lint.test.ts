import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { type LintOptions, wrapLint } from "../../src/dev/wrap-lint.ts";
import { readForm } from "../../src/form.ts";
import { wrapFlash } from "../../src/middleware/flash.ts";
import { html, json, noContent, redirect, text } from "../../src/response.ts";
import { type Handler, type Middleware, type RequestMap, type ResponseMap, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { type AnyHandler, middlewareContract } from "../../src/testing/middleware-contract.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

describe("wrapLint keeps the middleware contract", () => {
  for (const check of middlewareContract)
    test(check.name, () => check.run(() => ({ wrap: wrapLint({ keys: ["unknown", "mark"] }) })));
});

async function linted(
  response: unknown,
  request: object = requestMap(),
  options: LintOptions = {},
): Promise<ResponseMap> {
  return wrapLint(options)(() => response as ResponseMap)(request as RequestMap);
}

/** Rejects with this sentence's number, these words and this code. */
async function refused(run: Promise<unknown>, rule: string, words: RegExp, code = "ERR_LINT"): Promise<void> {
  await assert.rejects(run, (error: Error & { code?: string }) => {
    assert.equal(error.message.split(": ")[0], `SPEC ${rule}`, error.message);
    assert.match(error.message, words);
    assert.equal(error.code, code);
    return true;
  });
}

const without = (key: string): object => {
  const { [key as "uri"]: _, ...rest } = requestMap();
  return rest;
};
class Request {
  readonly method = "GET";
}

const requests: ReadonlyArray<readonly [what: string, request: unknown, rule: string, words: RegExp]> = [
  ["no object", undefined, "1.1", /plain object, not undefined/],
  ["a class", new Request(), "1.1", /not Request/],
  ["a map that inherits", Object.create(requestMap()), "1.1", /plain object/],
  [
    "a getter",
    Object.defineProperty({ ...requestMap() }, "user", { get: () => "bob", enumerable: true }),
    "1.1",
    /request\.user is a getter/,
  ],
  ...["method", "scheme", "host", "uri", "queryString", "headers", "body", "remoteAddress", "signal"].map(
    (key) => [`no ${key}`, without(key), "1.2", new RegExp(`request\\.${key} is not there`)] as const,
  ),
  ["method with a space", { ...requestMap(), method: "GET /" }, "1.2", /method/],
  ["scheme with a colon", { ...requestMap(), scheme: "https:" }, "1.2", /scheme/],
  ["host undefined", { ...requestMap(), host: undefined }, "1.2", /host/],
  ["uri with its query", { ...requestMap(), uri: "/a?b=1" }, "1.2", /uri/],
  ["uri empty", { ...requestMap(), uri: "" }, "1.2", /uri/],
  ["queryString undefined", { ...requestMap(), queryString: undefined }, "1.2", /queryString/],
  ["a Headers", { ...requestMap(), headers: new Headers() }, "1.2", /Object\.fromEntries/],
  ["a header in capitals", { ...requestMap(), headers: { Accept: "x" } }, "1.2", /Accept.*: accept/],
  ["a header's list", { ...requestMap(), headers: { accept: ["x"] } }, "1.2", /accept must be a string/],
  ["text as a body", { ...requestMap(), body: "a=1" }, "1.2", /body/],
  ["an address that is an object", { ...requestMap(), remoteAddress: {} }, "1.2", /remoteAddress/],
  ["a signal that is none", { ...requestMap(), signal: {} }, "1.2", /signal/],
];
for (const [what, request, rule, words] of requests) {
  test(`a request with ${what} is refused before the handler sees it`, async () => {
    let ran = false;
    const app = wrapLint()(() => {
      ran = true;
      return text("");
    });
    await refused((async () => app(request as RequestMap))(), rule, words);
    assert.equal(ran, false);
  });
}

for (const request of [
  requestMap("OPTIONS", "*"),
  requestMap("GET", "//evil.example/%00/../x"),
  requestMap("GET", "/#x", { queryString: "?a=?" }),
  requestMap("PROPFIND", "/", { headers: { "x-undefined": undefined }, remoteAddress: undefined }),
  { ...requestMap(), [Symbol("own")]: 1 },
]) {
  test(`what a visitor may send is let through: ${request.method} ${request.uri}`, async () => {
    assert.equal((await linted(text("ok"), request)).body, "ok");
  });
}

const withHeaders = (headers: object): ResponseMap => ({ ...text("x"), headers: { ...text("").headers, ...headers } });
const SHAPE = "ERR_RESPONSE_SHAPE";
const KEY = "ERR_RESPONSE_KEY";
const responses: ReadonlyArray<readonly [what: string, response: unknown, rule: string, words: RegExp, code?: string]> =
  [
    ["nothing", undefined, "2.3", /not undefined/, SHAPE],
    ["a Response", new Response("x"), "2.3", /not Response/, SHAPE],
    ["text", "hello", "2.3", /not string/, SHAPE],
    ["no status", { headers: {}, body: null }, "2.3", /status/, SHAPE],
    ["status 99", { ...text(""), status: 99 }, "2.3", /200 to 599/, SHAPE],
    ["status as text", { ...text(""), status: "200" }, "2.3", /200 to 599/, SHAPE],
    ["no headers", { status: 200, body: null }, "2.3", /headers/, SHAPE],
    ["no body", { status: 200, headers: {} }, "2.3", /body/, SHAPE],
    ["an object as a body", { ...json({}), body: {} }, "2.3", /body/, SHAPE],
    ["a line break in a header", withHeaders({ "x-a": "a\r\nset-cookie: b=1" }), "2.3", /x-a/, SHAPE],
    ["a wrong length", withHeaders({ "content-length": "7" }), "2.3", /content-length/, SHAPE],
    ["a header in capitals", withHeaders({ "Cache-Control": "no-store" }), "2.1", /: cache-control/],
    ["204 with a body", { ...text("x"), status: 204 }, "2.4", /204/],
    ["304 with a body", { ...text("x"), status: 304 }, "2.4", /304/],
    ["a key that is none", { ...text(""), sesion: {} }, "2.2", /did you mean session\?/, KEY],
    ["a key nobody knows", { ...text(""), title: "x" }, "2.2", /keys: \["title"\]/, KEY],
    ["hasOwnProperty", { ...text(""), hasOwnProperty: 1 }, "2.2", /hasOwnProperty/, KEY],
    ["a session without wrapSession", { ...text(""), session: {} }, "2.2", /first \.use\(wrapSession\(\)\)/, KEY],
    ["cookies without wrapCookies", { ...text(""), cookies: {} }, "2.2", /first \.use\(wrapCookies\(\)\)/, KEY],
    ["folded cookies", withHeaders({ "set-cookie": "a=1; Path=/, b=2" }), "4.4", /array of lines/],
    ["a folded line among others", withHeaders({ "set-cookie": ["c=1", "a=1,b=2"] }), "4.4", /array of lines/],
    ["a redirect without location", { status: 303, headers: {}, body: null }, "18.6", /303 without location/],
    ["a location with a space", { status: 302, headers: { location: "/a b" }, body: null }, "18.6", /location must/],
    ["an empty location", { status: 302, headers: { location: "" }, body: null }, "18.6", /location must/],
    ["two locations", { status: 302, headers: { location: ["/a", "/b"] }, body: null }, "18.6", /location must/],
    ["text without a type", { status: 200, headers: {}, body: "<p>" }, "18.6", /content-type/],
    ["octets without a type", { status: 200, headers: {}, body: new Uint8Array(1) }, "18.6", /content-type/],
  ];
for (const [what, response, rule, words, code] of responses) {
  test(`${what} is refused as a response`, () => refused(linted(response), rule, words, code));
}

const stream = new Blob(["x"]).stream();
for (const [what, response] of Object.entries({
  text: text(""),
  html: html("<p>"),
  "a redirect to anywhere": redirect("/a\\b/100%?x=ü y&z=|"),
  "204": noContent(),
  "a stream without a type, which may be a file": { status: 200, headers: {}, body: stream },
  "304": { status: 304, headers: { etag: '"1"' }, body: null },
  "a cookie with a date": withHeaders({ "set-cookie": "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/" }),
  "keys that are undefined": { ...text(""), session: undefined, anything: undefined },
})) {
  test(`${what} is let through as it is`, async () => assert.equal(await linted(response), response));
}

test("HEAD is answered as GET", async () => {
  assert.equal((await linted(text("hello"), requestMap("HEAD"))).body, "hello");
});

test("keys are taken by who stands outside, or by middleware of one's own", async () => {
  const inside: Handler = () => ({ ...text(""), session: { a: 1 }, flash: "x", cookies: { c: "1" } }) as ResponseMap;
  const site = stack.use(wrapCookies()).use(wrapSession()).use(wrapFlash()).use(wrapLint());
  const { headers } = await site(inside as never)(requestMap());
  assert.equal([headers["set-cookie"]].flat().length, 2);
  const own = { ...text(""), title: "x" };
  assert.equal(await linted(own, requestMap(), { keys: ["title"] }), own);
  await refused(
    linted({ ...text(""), titel: "x" }, requestMap(), { keys: ["title"] }),
    "2.2",
    /did you mean title/,
    KEY,
  );
});

const changes: Readonly<
  Record<string, (request: Record<string, unknown> & { headers: Record<string, string> }) => void>
> = {
  "request.user": (request) => {
    request.user = "bob";
  },
  "request.uri": (request) => {
    request.uri = "/x";
  },
  "request.host": (request) => {
    delete request.host;
  },
  "request.a": (request) => {
    Object.defineProperty(request, "a", { value: 1 });
  },
  "request.prototype": (request) => {
    Object.setPrototypeOf(request, {});
  },
  "request.headers.accept": ({ headers }) => {
    headers.accept = "x";
  },
  "request.headers.b": (request) => {
    const { headers } = { ...request };
    delete headers.b;
  },
};
for (const [what, change] of Object.entries(changes)) {
  test(`a handler that changes ${what} in place is told`, async () => {
    const request = { ...requestMap(), headers: { accept: "y", b: "1" } };
    const before = structuredClone({ ...request, signal: null });
    const app = wrapLint()((given) => {
      change(given as never);
      return text("");
    });
    await refused(
      (async () => app(request))(),
      "1.1",
      new RegExp(`^SPEC 1\\.1: ${what.replaceAll(".", "\\.")} was changed`),
    );
    assert.deepEqual(structuredClone({ ...request, signal: null }), before);
  });
}

test("headers keep having no prototype", async () => {
  const request = requestMap("GET", "/", { headers: Object.assign(Object.create(null), { accept: "x" }) });
  await wrapLint()(({ headers }) => {
    assert.equal(Object.getPrototypeOf(headers), null);
    assert.deepEqual({ ...headers }, { accept: "x" });
    return text("");
  })(request);
});

test("a middleware between two lints that drops a response key is told, unless its middleware stands between too", async () => {
  const drops = ((handler: AnyHandler) => async (request: RequestMap) => {
    const { status, headers, body } = await handler(request);
    return { status, headers, body };
  }) as unknown as Middleware;
  const answers = () => ({ ...text("ok"), session: { a: 1 } });
  const dropped = stack.use(wrapSession()).use(wrapLint()).use(drops).use(wrapLint())(answers);
  await refused((async () => dropped(requestMap()))(), "2.2", /response\.session was answered, and a middleware/);
  const taken = stack.use(wrapLint()).use(wrapSession()).use(wrapLint())(answers);
  assert.equal((await taken(requestMap())).body, "ok");
});

test("an answer of somebody else's is none that was dropped", async () => {
  const first = stack.use(wrapSession()).use(wrapLint())(() => ({ ...text("not here", 404), session: { a: 1 } }));
  const tries: Handler = async (request) => {
    const answer = await first(request);
    return answer.status === 404 ? text("second") : answer;
  };
  assert.equal((await stack.use(wrapSession()).use(wrapLint())(tries as never)(requestMap())).body, "second");
});

test("a middleware between two lints that drops a key is told, one that keeps them is not", async () => {
  const adds: Middleware = (handler) => (request) => handler({ ...request, user: "bob" });
  const drops: Middleware = (handler) => (request) => {
    const { method, scheme, host, uri, queryString, headers, body, remoteAddress, signal } = request;
    return handler({ method, scheme, host, uri, queryString, headers, body, remoteAddress, signal } as typeof request);
  };
  const between = (middle: Middleware) => stack.use(adds).use(wrapLint()).use(middle).use(wrapLint())(() => text("ok"));
  assert.equal((await between(adds)(requestMap())).body, "ok");
  await refused((async () => between(drops)(requestMap()))(), "1.1", /request\.user was there/);
});

test("handlers that are tried one after the other may see different keys", async () => {
  const lint = wrapLint();
  const [first, second] = [lint(() => text("first", 404)), lint(() => text("second"))];
  const app = lint(async (request) => {
    const answer = await first({ ...request, params: {} } as RequestMap);
    return answer.status === 404 ? second(request) : answer;
  });
  const request = requestMap();
  assert.equal((await app(request)).body, "second");
  assert.equal((await app(request)).body, "second");
});

test("a form that is read twice is told, instead of being empty", async (t) => {
  const app: Handler = async (request) => {
    const once = await readForm(request);
    const twice = request.uri === "/twice" ? await readForm(request) : undefined;
    return text(`${once.get("a")} ${twice}`);
  };
  const { url, errors } = await listen(t, wrapLint()(app));
  const post = (path: string) => fetch(url + path, { method: "POST", body: new URLSearchParams({ a: "1" }) });
  assert.equal(await (await post("/once")).text(), "1 undefined");
  assert.equal((await post("/twice")).status, 500);
  assert.match(String(errors[0]), /this request's body was read already/);
});

const body = (): ReadableStream<Uint8Array> => new Blob(["one two"]).stream();
const readers: Readonly<Record<string, (body: ReadableStream<Uint8Array>) => Promise<unknown>>> = {
  getReader: async (b) => {
    const reader = b.getReader();
    while (!(await reader.read()).done);
    reader.releaseLock();
  },
  "for await": async (b) => {
    for await (const _ of b);
  },
  pipeTo: (b) => b.pipeTo(new WritableStream()),
  pipeThrough: async (b) => {
    for await (const _ of b.pipeThrough(new TransformStream()));
  },
  tee: async (b) => new Response(b.tee()[0]).text(),
};
for (const [name, read] of Object.entries(readers)) {
  test(`a body may be read by ${name}, once`, async () => {
    const request = { ...requestMap("POST"), body: body() };
    await wrapLint()(async (given) => {
      await read(given.body!);
      if (name !== "tee") await refused(read(given.body!), "1.2", /read before/);
      return text("");
    })(request);
    assert.ok(request.body.locked === (name === "tee"));
  });
}

test("a body that a middleware outside has read is told of too; one that is half read goes on", async () => {
  const request = { ...requestMap("POST"), body: body() };
  await new Response(request.body).text();
  const again = wrapLint()(async (given) => {
    await new Response(given.body!.pipeThrough(new TransformStream())).text();
    return text("");
  })(request);
  await assert.rejects(async () => again);
  const chunks = new TransformStream<Uint8Array, Uint8Array>();
  const writer = chunks.writable.getWriter();
  for (const length of [1, 2]) void writer.write(new Uint8Array(length));
  const half = { ...requestMap("POST"), body: chunks.readable };
  await wrapLint()(async (given) => {
    const first = given.body!.getReader();
    await first.read();
    first.releaseLock();
    assert.ok((await given.body!.getReader().read()).value!.length === 2);
    return text("");
  })(half);
});

test("a session that was changed in place and is not answered is told; answered it is kept", async () => {
  const session = { bytes: new Uint8Array([1]) };
  const app = (answer: object) =>
    wrapLint({ keys: ["session"] })((request) => {
      (request as unknown as { session: typeof session }).session.bytes[0]!++;
      return { ...text(""), ...answer };
    })({ ...requestMap(), session } as RequestMap);
  await refused((async () => app({}))(), "5.2.1", /session was changed in place/);
  await app({ session });
  await app({ session: null });
});

test("the whole of a site works inside and outside of it", async (t) => {
  const lint = wrapLint();
  const app = stack.use(lint).use(wrapCookies()).use(wrapSession()).use(wrapFlash()).use(lint)((request) =>
    request.uri === "/set"
      ? { ...redirect("/"), session: { n: 1 }, flash: "hi", cookies: { a: "1" } }
      : text(JSON.stringify([request.session, request.flash ?? null, request.cookies])),
  );
  const { url, errors } = await listen(t, app as Handler);
  const set = await fetch(`${url}/set`, { redirect: "manual" });
  const cookie = set.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const shown = await (await fetch(url, { headers: { cookie } })).text();
  assert.deepEqual(JSON.parse(shown).slice(0, 2), [{ n: 1 }, "hi"]);
  assert.deepEqual(errors, []);
});

test("impossible options are told", () => {
  for (const keys of ["title", [7]])
    assert.throws(() => wrapLint({ keys } as never), { code: "ERR_OPTION", option: "keys" });
  assert.throws(() => wrapLint({ strict: true } as never), { option: "strict" });
});

test("it stands around any handler of any layers", () => {
  const wrap: (handler: AnyHandler) => AnyHandler = wrapLint();
  assert.equal(typeof wrap(() => text("")), "function");
});
