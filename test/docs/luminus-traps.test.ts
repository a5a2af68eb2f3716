/** The 21 traps of Luminus' page, by the numbers of docs/guide/from-luminus.md, and what happens here. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { siteDefaults, wrapDefaults } from "../../src/defaults/index.ts";
import { RinglightError } from "../../src/errors.ts";
import { redirect, text, withHeader } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { GET, POST, routes } from "../../src/routing/index.ts";
import { recreate } from "../../src/session/next.ts";
import type { Store } from "../../src/session/store.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { appVisitor, form, setCookies } from "../support/app-visitor.ts";
import { requestMap } from "../support/request-map.ts";

interface Visitor {
  user?: string;
}

const KEY = randomBytes(32);
const sealed = () => cookieStore({ keys: KEY });

/** The page's application, in ringlight, with a clock that tests move. */
function pageApp(session: Readonly<Record<string, unknown>> & { store?: Store } = {}): {
  app: Handler;
  clock: { now: number };
} {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const app = stack.use(wrapDefaults<Visitor, string>(siteDefaults, { session: { now: () => clock.now, ...session } }))(
    routes(
      POST("/login/:id", ({ session: current, params }) => ({
        ...text("in"),
        session: { ...current, user: params.id },
      })),
      POST("/visit", () => ({ ...text("seen"), session: { user: undefined as never, seen: 1 } as Visitor })),
      POST("/logout", () => ({ ...text("out"), session: null })),
      POST("/logout-as-on-the-page", () => text("Session cleared")),
      POST("/save", () => ({ ...redirect("/"), flash: "Saved." })),
      GET("/who", ({ session: { user } }) => text(user ?? "nobody")),
      GET("/", ({ flash }) => ({ ...text(flash ?? "nothing"), headers: { "content-type": "text/html" } })),
    ),
  );
  return { app, clock };
}

const refused = (option: string, words: RegExp) => (error: unknown) =>
  error instanceof RinglightError &&
  error.code === "ERR_OPTION" &&
  error.option === option &&
  words.test(error.message);

function inProduction(run: () => void): void {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  try {
    run();
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}

for (const [name, store] of [
  ["memory", memoryStore],
  ["a cookie store", sealed],
] as const) {
  test(`1: null signs out, leaving the session out does not, over ${name}`, async () => {
    const visitor = appVisitor(pageApp({ store: store() }).app);
    await visitor.post("/login/bob", form({}));
    await visitor.post("/logout-as-on-the-page", form({}));
    assert.equal((await visitor.get("/who")).body, "bob");
    await visitor.post("/logout", form({}));
    assert.equal((await visitor.get("/who")).body, "nobody");
    assert.equal(visitor.cookie(), "", "the browser kept the cookie");
  });
}

test("2: the page's printed key is refused when the store is built, and the remedy named", () => {
  assert.throws(() => cookieStore({ keys: "BuD3KgDAXhDhrJX" }), refused("keys[0]", /npx ringlight key/));
});

test("3: 16 characters and 16 octets are no key", () => {
  assert.throws(() => cookieStore({ keys: "BuD3KgdAXhDHrJXu" }), refused("keys[0]", /npx ringlight key/));
  assert.throws(() => cookieStore({ keys: Buffer.alloc(16) }), refused("keys[0]", /32/));
});

test("4: without a key production does not start", () => {
  inProduction(() => assert.throws(() => cookieStore(), refused("keys", /in production a key must be given/)));
});

test("5: a copied cookie dies on the server's clock", async () => {
  const { app, clock } = pageApp({ store: sealed(), timeout: 10, cookieAttrs: { maxAge: 10 } });
  const visitor = appVisitor(app, "http://localhost", () => clock.now);
  await visitor.post("/login/bob", form({}));
  const copy = visitor.cookie();
  const thief = () => app(requestMap("GET", "/who", { headers: { cookie: copy } }));
  assert.equal((await thief()).body, "bob");
  clock.now += 20_000;
  assert.equal((await thief()).body, "nobody");
});

test("6: maxAge keeps HttpOnly, SameSite, Secure and flash", async () => {
  const { app } = pageApp({ cookieAttrs: { maxAge: 10 } });
  const visitor = appVisitor(app, "https://example.com");
  const line = setCookies(await visitor.post("/login/bob", form({}))).find((each) =>
    each.startsWith("__Host-session="),
  );
  for (const attribute of ["HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=10"]) {
    assert.ok(line?.split("; ").includes(attribute), `${attribute} is missing in ${line?.replace(/=[^;]*/, "=…")}`);
  }
  await visitor.post("/save", form({}));
  assert.equal((await visitor.get("/")).body, "Saved.");
});

test("7: the session's cookie is HttpOnly without a word", async () => {
  const app = stack.use(wrapSession())(() => ({ ...text(""), session: { a: 1 } }));
  assert.match(setCookies(await app(requestMap()))[0]!, /; HttpOnly/);
});

test("8: the wrong order does not compile", () => {
  const words = "stack.use(wrapFlash()).use(session); //! needs request.sessionSlots: first .use(wrapSession())";
  assert.ok(readFileSync("type-tests/misuse.ts", "utf8").includes(words));
});

test("9: an id that the client made up is never used, and a sign-in changes the id", async () => {
  const { app } = pageApp();
  const planted = "A".repeat(43);
  const answered = await app(
    requestMap("POST", "/login/bob", { ...form({}), headers: { ...form({}).headers, cookie: `session=${planted}` } }),
  );
  const line = setCookies(answered).find((each) => each.startsWith("session="));
  assert.ok(line !== undefined && !line.includes(planted));
  const visitor = appVisitor(app);
  await visitor.post("/visit", form({}));
  const before = visitor.cookie();
  await visitor.post("/login/bob", form({}));
  assert.notEqual(visitor.cookie(), before);
  assert.equal((await app(requestMap("GET", "/who", { headers: { cookie: before } }))).body, "nobody");
});

test("10: a flash is shown by the next page, once, and an image between does not use it up", async () => {
  const visitor = appVisitor(pageApp().app);
  await visitor.post("/save", form({}));
  await visitor.get("/", { headers: { "sec-fetch-dest": "image" } });
  assert.equal((await visitor.get("/")).body, "Saved.");
  assert.equal((await visitor.get("/")).body, "nothing");
});

test("11: the cookie's name is used exactly", async () => {
  const visitor = appVisitor(pageApp({ cookieName: "example-app-sessions" }).app);
  await visitor.post("/login/bob", form({}));
  assert.match(visitor.cookie(), /^example-app-sessions=/);
});

for (const [name, store] of [
  ["memory", memoryStore],
  ["a cookie store", sealed],
] as const) {
  test(`12, 13: 30 minutes of inactivity hold over ${name}`, async () => {
    const { app, clock } = pageApp({ store: store() });
    const visitor = appVisitor(app, "http://localhost", () => clock.now);
    await visitor.post("/login/bob", form({}));
    for (let minutes = 0; minutes < 60; minutes += 20) {
      clock.now += 20 * 60_000;
      assert.equal((await visitor.get("/who")).body, "bob", "an active visitor was signed out");
    }
    clock.now += 31 * 60_000 + 1;
    assert.equal((await visitor.get("/who")).body, "nobody");
  });
}

test("14: what changes something is refused from another site, and is not reached by GET", async () => {
  const { app } = pageApp();
  const { headers, body } = form({});
  const crossSite = await app(
    requestMap("POST", "/login/bob", { body: body ?? null, headers: { ...headers, "sec-fetch-site": "cross-site" } }),
  );
  assert.equal(crossSite.status, 403);
  assert.equal((await app(requestMap("GET", "/login/bob"))).status, 405);
});

test("15: withHeader keeps the other headers", () => {
  const response = withHeader(text("a"), "Content-Language", "en");
  assert.deepEqual(response.headers, { "content-type": "text/plain; charset=utf-8", "content-language": "en" });
});

test("16: siteDefaults have anti-forgery on, and an anonymous visitor gets no session for it", async () => {
  assert.equal(siteDefaults.security.antiForgery, true);
  assert.deepEqual(setCookies(await pageApp().app(requestMap("GET", "/"))), []);
});

test("17: a page with a session does not compile", () => {
  const words = '({ ...render("page.html"), session })), //! a page cannot carry session: redirect instead';
  assert.ok(readFileSync("type-tests/misuse-routing.ts", "utf8").includes(words));
});

describe("18, 19: a response's cookies", () => {
  const answer = (cookies: object) => stack.use(wrapCookies())(() => ({ ...text(""), cookies }) as never)(requestMap());

  test("a value with every attribute", async () => {
    const value = { value: "Alice", sameSite: "none", partitioned: true, secure: true, httpOnly: true };
    assert.deepEqual(setCookies(await answer({ username: value })), [
      "username=Alice; Path=/; HttpOnly; Secure; Partitioned; SameSite=None",
    ]);
  });

  test("an unknown attribute and a semicolon are errors with a code, and a value keeps its line break encoded", async () => {
    await assert.rejects(async () => answer({ username: { value: "Alice", samesite: "lax" } }), {
      code: "ERR_COOKIE_ATTRIBUTE",
    });
    await assert.rejects(async () => answer({ username: { value: "Alice", path: "/;a" } }), {
      code: "ERR_COOKIE_ATTRIBUTE",
    });
    assert.deepEqual(setCookies(await answer({ username: "a\r\nb" })), ["username=a%0D%0Ab; Path=/"]);
  });

  test("20: a name that cannot be sent is an error, and one that comes is not decoded", async () => {
    await assert.rejects(async () => answer({ "a b": "c" }), { code: "ERR_COOKIE_NAME" });
    const echo = stack.use(wrapCookies())(({ cookies }) => text(Object.keys(cookies).join()));
    assert.equal((await echo(requestMap("GET", "/", { headers: { cookie: "a+b=1; c%20d=2" } }))).body, "a+b,c%20d");
  });
});

test("21: a handler without a parameter answers", async () => {
  const app = stack.use(wrapSession<Visitor>())(routes(POST("/logout", () => ({ ...text("out"), session: null }))));
  assert.equal((await app(requestMap("POST", "/logout"))).body, "out");
  assert.notEqual(recreate({}), undefined);
});
