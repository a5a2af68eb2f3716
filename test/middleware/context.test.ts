import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { type ContextOptions, contextPath, type WithContext, wrapContext } from "../../src/middleware/context.ts";
import { redirect, text, withHeader } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { GET, routes } from "../../src/routing/index.ts";
import { type WithSession, wrapSession } from "../../src/session/wrap-session.ts";
import { cookieJar } from "../../src/testing/cookie-jar.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { answering, withHeaders } from "../support/answering.ts";
import { rawExchange } from "../support/raw-http.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";
import { visitor } from "../support/visitor.ts";

const under = () => requestMap("GET", "/wiki/page");

for (const check of middlewareContract)
  test(check.name, () => check.run(() => ({ wrap: wrapContext("/wiki"), request: under })));

for (const [uri, pathInfo] of [
  ["/wiki", "/"],
  ["/wiki/", "/"],
  ["/wiki/login", "/login"],
  ["/wiki/login/", "/login/"],
  ["/wiki/wiki", "/wiki"],
  ["/wiki//evil.example", "//evil.example"],
  ["/wiki/a%2Fb", "/a%2Fb"],
  ["/wiki/...", "/..."],
  ["/wiki/.well-known", "/.well-known"],
  ["/wiki/a..b", "/a..b"],
] as const) {
  test(`${uri} is ${pathInfo} of the application`, async () => {
    const { seen } = await answering(wrapContext("/wiki"), requestMap("GET", uri));
    assert.deepEqual(
      { uri: seen?.uri, pathInfo: seen?.pathInfo, context: seen?.context, fullUri: seen?.fullUri },
      { uri: pathInfo, pathInfo, context: "/wiki", fullUri: uri },
    );
  });
}

for (const uri of [
  "/",
  "*",
  "",
  "wiki",
  "/wikipedia",
  "/wiki.html",
  "/wiki;a=b",
  "/wiki%2Flogin",
  "/%77iki/login",
  "/WIKI/login",
  "//wiki/login",
  "/./wiki/login",
  "/a/../wiki/login",
  "/wiki/..",
  "/wiki/../admin",
  "/wiki/./login",
  "/wiki/%2e%2e/admin",
  "/wiki/.%2E/admin",
  "/wiki/a/%2e/b",
  "/wiki/..%2fadmin",
  "/wiki/a%2f..%2fb",
  "/wiki/..\\admin",
  "/wiki\\..\\admin",
  "/wiki/%5c..%5cadmin",
]) {
  test(`${JSON.stringify(uri)} is not under /wiki`, async () => {
    const { response, seen } = await answering(wrapContext("/wiki"), requestMap("GET", uri));
    assert.equal(response.status, 404);
    assert.equal(seen, undefined);
  });
}

test("what is outside can be answered by another handler, which gets the request as it came", async () => {
  const outside: Handler = (request) => text(`outside ${request.uri} ${"context" in request}`);
  const { response } = await answering(wrapContext("/wiki", { outside }), requestMap("GET", "/blog/a"));
  assert.equal(response.body, "outside /blog/a false");
});

test("prefixes of one inside the other add up", async () => {
  const { seen } = await answering(
    (handler) => wrapContext("/apps")(wrapContext("/wiki")(handler)),
    requestMap("GET", "/apps/wiki/login"),
  );
  assert.deepEqual(
    [seen?.context, seen?.uri, seen?.pathInfo, seen?.fullUri],
    ["/apps/wiki", "/login", "/login", "/apps/wiki/login"],
  );
});

test("a session twice, once of them outside the prefix, is seen when the stack is built", () => {
  const outside = stack.use(wrapSession())(() => text("out"));
  const app = stack.use(wrapSession()).use(wrapContext("/wiki", { outside }));
  assert.throws(() => app(() => text("in")), { code: "ERR_STACK_TWICE" });
});

const page: Handler<WithContext> = (request) =>
  routes<WithContext>(
    GET("/", () => text("start")),
    GET("/login", () => text("login")),
    GET("/old", (given) => redirect(contextPath(given, "/login"))),
    GET("/bare", () => redirect("/elsewhere")),
    GET("/next", (given) => redirect(contextPath(given, decodeURIComponent(given.queryString)))),
  )(request);

test("over real HTTP: routes of the application, its links, and what is sent as it is", async (t) => {
  const { url } = await listen(t, stack.use(wrapContext("/wiki"))(page));
  const bob = visitor(url);
  assert.equal((await bob.get("/wiki")).body, "start");
  assert.equal((await bob.get("/wiki/login")).body, "login");
  assert.equal((await bob.get("/login")).status, 404);
  assert.equal((await bob.get("/wiki/old")).headers.get("location"), "/wiki/login");
  assert.equal((await bob.get("/wiki/bare")).headers.get("location"), "/elsewhere");
  assert.equal((await bob.get("/wiki/next?%2F%2Fevil.example")).headers.get("location"), "/wiki/evil.example");
  const dots = "GET /wiki/../login HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  assert.match(await rawExchange(Number(new URL(url).port), dots), /^HTTP\/1\.1 404 /);
});

// Cookies

/** The Cookie headers that a browser sends to these paths after it was answered so by /wiki/page. */
function sentTo(lines: string | readonly string[] | undefined, ...paths: readonly string[]): readonly string[] {
  const jar = cookieJar();
  jar.store(lines, "https://example.com/wiki/page");
  return paths.map((path) => jar.header(`https://example.com${path}`));
}
const places = ["/wiki", "/wiki/a/b", "/", "/blog/a", "/wikipedia"] as const;
const here = (cookie: string) => [cookie, cookie, "", "", ""];
const everywhere = (cookie: string) => places.map(() => cookie);

for (const [order, wrap] of [
  ["inside", stack.use(wrapContext("/wiki")).use(wrapCookies())],
  ["outside", stack.use(wrapCookies()).use(wrapContext("/wiki"))],
] as const) {
  test(`with wrapCookies ${order}, a cookie without a path is the application's alone`, async () => {
    const app = (wrap as typeof stack)(() => ({ ...text("ok"), cookies: { theme: "dark" } }) as never);
    const { headers } = await app(under());
    assert.deepEqual(headers["set-cookie"], ["theme=dark; Path=/wiki"]);
    assert.deepEqual(sentTo(headers["set-cookie"], ...places), here("theme=dark"));
  });

  test(`with wrapCookies ${order}, a path of its own stays, and a prefix keeps its promise`, async () => {
    const cookies = {
      all: { value: "1", path: "/" },
      "__Host-id": { value: "2", secure: true },
      a: { value: "3", httpOnly: true },
    };
    const app = (wrap as typeof stack)(() => ({ ...text("ok"), cookies }) as never);
    const { headers } = await app(under());
    assert.deepEqual(headers["set-cookie"], [
      "all=1; Path=/",
      "__Host-id=2; Path=/; Secure",
      "a=3; Path=/wiki; HttpOnly",
    ]);
  });
}

test("a Set-Cookie line of the handler's own is sent as it is", async () => {
  const lines = ["a=1", "b=2; Path=/"];
  const { response } = await answering(wrapContext("/wiki"), under(), withHeaders({ "Set-Cookie": lines }));
  assert.deepEqual(response.headers, { "Set-Cookie": lines });
});

test("a key of that name that is not wrapContext's is no path", async () => {
  const app = wrapCookies()(() => ({ ...text("ok"), cookies: { a: "1" } }));
  for (const context of ["admin", { user: "bob" }, null]) {
    const { headers } = await app({ ...requestMap(), context } as never);
    assert.deepEqual(headers["set-cookie"], ["a=1; Path=/"]);
  }
});

test("in prefixes of one inside the other a cookie has the whole prefix", async () => {
  const app = stack.use(wrapContext("/apps")).use(wrapContext("/wiki")).use(wrapCookies());
  const { headers } = await app(() => ({ ...text("ok"), cookies: { a: "1" } }))(requestMap("GET", "/apps/wiki/x"));
  assert.deepEqual(headers["set-cookie"], ["a=1; Path=/apps/wiki"]);
});

test("what is outside keeps its cookies as they are", async () => {
  const outside: Handler = () => withHeader(text("out"), "set-cookie", "a=1");
  const { response } = await answering(wrapContext("/wiki", { outside }), requestMap("GET", "/x"));
  assert.equal(response.headers["set-cookie"], "a=1");
});

// Sessions

const asHttps = (uri: string, cookie: string) =>
  requestMap("GET", uri, { scheme: "https", host: "example.com", headers: cookie === "" ? {} : { cookie } });

/** Two applications of one host, and a browser that visits them: `bob signs in at /wiki, alice at /blog`. */
async function visits(wiki: Handler, blog: Handler, paths: readonly string[]): Promise<readonly string[]> {
  const site = wrapContext("/wiki", { outside: stack.use(wrapContext("/blog"))(blog) })(wiki);
  const jar = cookieJar();
  const bodies: string[] = [];
  for (const path of paths) {
    const response = await site(asHttps(path, jar.header(`https://example.com${path}`)));
    jar.store(response.headers["set-cookie"], `https://example.com${path}`);
    bodies.push(String(response.body));
  }
  return bodies;
}

const app = (options: Parameters<typeof wrapSession<{ user?: string }>>[0], user: string): Handler =>
  stack.use(wrapSession<{ user?: string }>(options))(({ uri, session, headers }) =>
    uri === "/login"
      ? { ...text("in"), session: { user } }
      : text(`${session.user ?? "nobody"} by ${cookieNames(headers.cookie)}`),
  );
const cookieNames = (header = "") => header.replaceAll(/=[^;]*/g, "");
const path = ["/wiki/login", "/blog/login", "/wiki", "/blog"] as const;

test("one session around both applications is both applications'", async () => {
  const both: Handler<WithSession<{ user?: string }>> = (request) => {
    const show: Handler<WithSession<{ user?: string }>> = ({ uri, session }) =>
      uri === "/login" ? { ...text("in"), session: { user: "bob" } } : text(`${session.user}`);
    return request.uri.startsWith("/wiki") ? wrapContext("/wiki")(show)(request) : wrapContext("/blog")(show)(request);
  };
  const site = stack.use(wrapSession<{ user?: string }>())(both);
  const { headers } = await site(asHttps("/wiki/login", ""));
  const sent = sentTo(headers["set-cookie"], ...places);
  assert.deepEqual(sent.map(cookieNames), everywhere("__Host-session"));
  assert.equal((await site(asHttps("/blog/page", sent[3]!))).body, "bob");
});

test("sessions of their own under names of their own live beside each other", async () => {
  const wiki = app({ cookieName: "__Host-wiki" }, "bob");
  const blog = app({ cookieName: "__Host-blog" }, "alice");
  assert.deepEqual((await visits(wiki, blog, path)).slice(2), [
    "bob by __Host-wiki; __Host-blog",
    "alice by __Host-wiki; __Host-blog",
  ]);
});

test("with a path too, each application gets its own cookie alone", async () => {
  const wiki = app({ cookieName: "__Secure-wiki", cookieAttrs: { path: "/wiki" } }, "bob");
  const blog = app({ cookieName: "__Secure-blog", cookieAttrs: { path: "/blog" } }, "alice");
  assert.deepEqual((await visits(wiki, blog, path)).slice(2), ["bob by __Secure-wiki", "alice by __Secure-blog"]);
});

test("under the one default name the later sign-in replaces the earlier, and neither is the other's", async () => {
  assert.deepEqual((await visits(app({}, "bob"), app({}, "alice"), path)).slice(2), [
    "nobody by __Host-session",
    "alice by __Host-session",
  ]);
});

for (const prefix of [
  "wiki",
  "",
  "/",
  "/wiki/",
  "//wiki",
  "/a//b",
  "/wiki?a",
  "/wiki#a",
  "/wiki;a",
  "/.",
  "/..",
  "/a/../b",
  "/./a",
  "/%77iki",
  "/w iki",
  "/w\\iki",
  "/wíki",
  "/wiki\r\nx: y",
  "/wiki\n",
  `/${"a".repeat(600)}`,
  null,
  1,
]) {
  test(`the prefix ${JSON.stringify(prefix)?.slice(0, 40)} is refused when built`, () =>
    assert.throws(() => wrapContext(prefix as string), { code: "ERR_OPTION", option: "path" }));
}

test("impossible options are refused when built", () => {
  assert.throws(() => wrapContext("/wiki", { outside: 1 as unknown as Handler }), { option: "outside" });
  assert.throws(() => wrapContext("/wiki", { out: 1 } as unknown as ContextOptions), { option: "out" });
});
