import assert from "node:assert/strict";
import { test } from "node:test";
import { answer } from "../../src/adapters/edge.ts";
import { RinglightError } from "../../src/errors.ts";
import { html, json, text, withHeader } from "../../src/response.ts";
import { type Handler, type Middleware, once, type ResponseMap, stack } from "../../src/ring.ts";
import { ANY, DELETE, GET, notFound, OPTIONS, PATCH, POST, PUT, type Route, routes } from "../../src/routing/index.ts";
import { requestMap } from "../support/request-map.ts";

const at = async (app: Handler, method: string, uri: string): Promise<ResponseMap> => app(requestMap(method, uri));
const body = async (app: Handler, method: string, uri: string): Promise<unknown> => (await at(app, method, uri)).body;

const site = routes(
  GET("/", () => text("home")),
  GET("/users/:id", ({ params }) => json(params)),
  GET("/users/me", () => text("me")),
  POST("/users/:id", () => text("posted")),
  PUT("/things", () => text("put")),
  PATCH("/things", () => text("patched")),
  DELETE("/things", () => text("deleted")),
  GET("/files/**:path", ({ params }) => json(params)),
  GET("/posts/:page?", ({ params }) => json(params)),
  GET("/rest/**", ({ params }) => json(params)),
  ANY("/any", ({ method }) => text(method)),
  GET("/any", () => text("own")),
  OPTIONS("/own", () => text("own options")),
);

test("each method has its route", async () => {
  assert.equal(await body(site, "GET", "/"), "home");
  assert.equal(await body(site, "POST", "/users/7"), "posted");
  assert.equal(await body(site, "PUT", "/things"), "put");
  assert.equal(await body(site, "PATCH", "/things"), "patched");
  assert.equal(await body(site, "DELETE", "/things"), "deleted");
  assert.equal(await body(site, "OPTIONS", "/own"), "own options");
});

test("the most specific route answers, whatever the order", async () => {
  assert.equal(await body(site, "GET", "/users/me"), "me");
  assert.equal(await body(site, "GET", "/any"), "own");
  assert.equal(await body(site, "PROPFIND", "/any"), "PROPFIND");
  assert.equal(await body(site, "OPTIONS", "/any"), "OPTIONS");
});

const decoded: readonly (readonly [string, unknown])[] = [
  ["/users/a%20b", { id: "a b" }],
  ["/users/%E6%97%A5", { id: "日" }],
  ["/users/%2525", { id: "%25" }],
  ["/users/a%2Fb", { id: "a/b" }],
  ["/users/__proto__", { id: "__proto__" }],
  ["/users/7/", { id: "7" }],
  ["/files/a/b.txt", { path: "a/b.txt" }],
  ["/posts", {}],
  ["/posts/2", { page: "2" }],
  ["/rest/a/b", { 0: "a/b" }],
];
for (const [uri, params] of decoded) {
  test(`${uri} has the params ${JSON.stringify(params)}`, async () => {
    assert.deepEqual(JSON.parse(String(await body(site, "GET", uri))), params);
  });
}

for (const uri of ["/users/%zz", "/users/%", "/users/%ff", "/files/a/%c3"]) {
  test(`${uri} cannot be decoded and is 400`, async () => {
    assert.deepEqual(await at(site, "GET", uri), text("Bad Request", 400));
  });
}

test("params have no prototype, the request keeps its other keys and is not changed", async () => {
  const request = requestMap("GET", "/users/7");
  let seen: object = {};
  const app = routes(
    GET("/users/:id", (given) => {
      seen = given;
      assert.equal(Object.getPrototypeOf(given.params), null);
      return text("ok");
    }),
  );
  await app(request);
  assert.deepEqual(Object.keys(seen).sort(), [...Object.keys(request), "params"].sort());
  assert.equal("params" in request, false);
});

test("HEAD runs GET's handler, which sees HEAD, and has its headers without the body", async () => {
  const app = routes(GET("/page", ({ method }) => withHeader(text("page"), "x-method", method)));
  const head = await answer(app, requestMap("HEAD", "/page"));
  assert.deepEqual(
    { ...head, headers: { ...head.headers } },
    {
      status: 200,
      headers: { "content-type": "text/plain; charset=utf-8", "x-method": "HEAD", "content-length": "4" },
      body: null,
    },
  );
});

for (const uri of ["/none", "/users", "/users/7/x", "*", "", "//", "/users/../things", "/%zz", "/USERS/me"]) {
  test(`${JSON.stringify(uri)} is 404 in plain text`, async () => {
    assert.deepEqual(await at(site, "GET", uri), text("Not Found", 404));
    assert.equal((await at(site, "OPTIONS", uri)).status, 404);
  });
}

test("notFound answers where no pattern fits, and not in place of 405", async () => {
  const app = routes(
    GET("/a", () => text("a")),
    notFound(({ uri }) => html(`no ${uri}`, 404)),
  );
  assert.deepEqual(await at(app, "POST", "/b"), html("no /b", 404));
  assert.equal((await at(app, "POST", "/a")).status, 405);
});

const allowed: readonly (readonly [string, string, string])[] = [
  ["POST", "/", "GET, HEAD, OPTIONS"],
  ["DELETE", "/users/7", "GET, HEAD, OPTIONS, POST"],
  ["GET", "/things", "DELETE, OPTIONS, PATCH, PUT"],
  ["HEAD", "/things", "DELETE, OPTIONS, PATCH, PUT"],
  ["get", "/", "GET, HEAD, OPTIONS"],
  ["GET", "/own", "OPTIONS"],
];
for (const [method, uri, allow] of allowed) {
  test(`${method} ${uri} is 405 and allows ${allow}`, async () => {
    assert.deepEqual(await at(site, method, uri), withHeader(text("Method Not Allowed", 405), "allow", allow));
  });
}

test("OPTIONS without a route of its own is 204 and the methods", async () => {
  assert.deepEqual(await at(site, "OPTIONS", "/users/7"), {
    status: 204,
    headers: { allow: "GET, HEAD, OPTIONS, POST" },
    body: null,
  });
});

const page = () => text("");
const refused: readonly (readonly [string, () => readonly Route[], RegExp])[] = [
  ["the same method and pattern", () => [GET("/a", page), GET("/a", page)], /GET \/a: GET \/a answers the same paths/],
  [
    "another name for the parameter",
    () => [GET("/u/:id", page), GET("/u/:name", page)],
    /GET \/u\/:name: GET \/u\/:id answers/,
  ],
  ["another spelling of the rest", () => [ANY("/f/*", page), ANY("/f/**", page)], /ANY \/f\/\*\*: ANY \/f\/\* answers/],
  ["a slash at the end", () => [GET("/a", page), GET("/a/", page)], /answers the same paths/],
  ["an open group", () => [GET("/a/{b", page)], /GET \/a\/\{b: rou3/],
  ["a parameter named twice", () => [GET("/:a/:a", page)], /rou3/],
  ["no slash in front", () => [GET("a", page)], /a pattern starts with \//],
  ["two notFound", () => [notFound(page), notFound(page)], /notFound stands twice/],
];
for (const [what, entries, words] of refused) {
  test(`refused as ERR_ROUTE when built: ${what}`, () => {
    assert.throws(
      () => routes(...entries()),
      (error) => error instanceof RinglightError && error.code === "ERR_ROUTE" && words.test(error.message),
    );
  });
}

test("one pattern for two methods, and two constraints of one parameter, are no conflict", async () => {
  const app = routes(
    GET("/a/:n(\\d+)", () => text("number")),
    GET("/a/:s", () => text("word")),
    POST("/a/:s", () => text("post")),
    ANY("/a/:s", () => text("any")),
  );
  assert.equal(await body(app, "GET", "/a/7"), "number");
  assert.equal(await body(app, "GET", "/a/b"), "word");
  assert.equal(await body(app, "POST", "/a/b"), "post");
  assert.equal(await body(app, "PUT", "/a/b"), "any");
});

for (const [name, make] of Object.entries({ ANY, DELETE, GET, OPTIONS, PATCH, POST, PUT })) {
  test(`${name} with a handler that is no function is ERR_ROUTE with method and pattern, when built`, () => {
    for (const handler of [undefined, null, text("ok"), Promise.resolve(page)]) {
      assert.throws(() => make("/users/:id", handler as never), {
        code: "ERR_ROUTE",
        message: `${name} /users/:id: the handler is a function of the request`,
      });
    }
  });
}

const through: Middleware = (handler) => (request) => handler(request);

test("a middleware that may stand once is found through routes, in whichever route it stands", () => {
  const single = once("wrapSingle", through);
  const wrapped = single(page);
  const twice = { code: "ERR_STACK_TWICE", message: /wrapSingle stands twice/ };
  for (const route of [GET("/b", wrapped), ANY("/b", wrapped), notFound(wrapped)]) {
    const app = routes(GET("/a", page), route);
    assert.throws(() => single(app), twice);
    assert.throws(() => stack.use(single)(app), twice);
    assert.throws(() => single(routes(GET("/outer/**", app))), twice, "and through routes within routes");
  }
  assert.equal(typeof single(routes(GET("/a", page))), "function");
});

test("two routes may each have their own", () => {
  const single = once("wrapSingle", through);
  assert.equal(typeof routes(GET("/a", single(page)), GET("/b", single(page))), "function");
});

test("notFound without a handler, a pattern that is none, and what is no route are ERR_ROUTE when built", () => {
  for (const wrong of [undefined, null, text("ok")]) {
    assert.throws(() => notFound(wrong as never), { code: "ERR_ROUTE", message: /^notFound: the handler/ });
    assert.throws(() => routes(GET("/", page), wrong as never), { code: "ERR_ROUTE", message: /an entry of routes/ });
  }
  assert.throws(() => GET(undefined as never, page), {
    code: "ERR_ROUTE",
    message: /^GET undefined: the pattern is text/,
  });
});
