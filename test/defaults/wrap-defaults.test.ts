import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import {
  apiDefaults,
  type DefaultsChanges,
  type Preset,
  secureApiDefaults,
  secureSiteDefaults,
  sessionOf,
  siteDefaults,
  wrapDefaults,
} from "../../src/defaults/index.ts";
import { sessionToken } from "../../src/middleware/anti-forgery.ts";
import { redirect, text } from "../../src/response.ts";
import { type Handler, type RequestMap, type ResponseMap, stack } from "../../src/ring.ts";
import type { Store } from "../../src/session/store.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { appVisitor, form, setCookies } from "../support/app-visitor.ts";
import { requestMap } from "../support/request-map.ts";

const PRESETS: Readonly<Record<string, Preset>> = { apiDefaults, secureApiDefaults, siteDefaults, secureSiteDefaults };

/** An application of any preset, whose handler answers what it is given to. */
function appOf(
  preset: Preset,
  changes: DefaultsChanges = {}, // biome-ignore lint/suspicious/noExplicitAny: of whatever preset
  handle: (request: any) => object = () => text("ok"),
): Handler {
  return (wrapDefaults(preset, changes) as unknown as (handler: unknown) => Handler)(handle);
}

/** The request as the handler sees it. */
async function seen(
  preset: Preset,
  changes: DefaultsChanges = {},
  request = requestMap(),
): Promise<Record<string, unknown>> {
  let given: Record<string, unknown> | undefined;
  await appOf(preset, changes, (own) => {
    given = own;
    return text("ok");
  })(request);
  assert.ok(given, "the handler did not run");
  return given;
}

const https = (method = "GET", uri = "/", more: Partial<RequestMap> = {}) =>
  requestMap(method, uri, { scheme: "https", host: "example.com", ...more });

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "defaults-"));
  t.after(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, "style.css"), "body{}");
  return root;
}

for (const [name, preset] of Object.entries(PRESETS)) {
  describe(name, () => {
    for (const check of middlewareContract) {
      test(check.name, () =>
        check.run(() => ({
          wrap: wrapDefaults(preset) as never,
          request: () => https(),
        })),
      );
    }
  });
}

test("each preset adds the keys of its middleware", async () => {
  const keys = async (preset: Preset) =>
    Object.keys(await seen(preset, {}, https())).filter((key) => !(key in requestMap()));
  const api = ["queryParams", "formParams"];
  const site = [
    "frameOptions",
    "cookies",
    "signedCookies",
    "sealedCookies",
    ...api,
    "multipartParams",
    "nestedParams",
    "session",
    "sessionStatus",
    "sessionSlots",
    "sessionKey",
    "flash",
    "antiForgery",
    "isWebSocketUpgrade",
  ];
  assert.deepEqual((await keys(apiDefaults)).sort(), api.sort());
  assert.deepEqual((await keys(secureApiDefaults)).sort(), api.sort());
  assert.deepEqual((await keys(siteDefaults)).sort(), site.sort());
  assert.deepEqual((await keys(secureSiteDefaults)).sort(), site.sort());
});

describe("changes", () => {
  const line = async (preset: Preset, changes: DefaultsChanges) => {
    const app = appOf(preset, changes, () => ({ ...text("ok"), session: { a: 1 } }));
    return setCookies(await app(https()))
      .find((each) => each.includes("session"))
      ?.replace(/=[^;]*/, "");
  };

  test("maxAge changes the cookie's age alone", async () => {
    const expected = "__Host-session; Path=/; Max-Age=10; Secure; HttpOnly; SameSite=Lax";
    const parts = (cookie: string | undefined) => cookie?.split("; ").sort();
    assert.deepEqual(parts(await line(siteDefaults, { session: { cookieAttrs: { maxAge: 10 } } })), parts(expected));
    assert.deepEqual(
      parts(await line({ ...siteDefaults, session: { cookieAttrs: { maxAge: 10 } } }, {})),
      parts(expected),
      "a spread keeps what it does not name",
    );
  });

  test("flash stays on through a change and through a spread, until it is switched off", async () => {
    assert.ok("flash" in (await seen(siteDefaults, { session: { timeout: 60 } })));
    assert.ok("flash" in (await seen({ ...siteDefaults, session: { timeout: 60 } })));
    assert.ok("flash" in (await seen(apiDefaults, { session: {} })));
    assert.ok(!("flash" in (await seen(siteDefaults, { session: { flash: false } }))));
  });

  test("a spread of a part keeps the rest of it", async () => {
    const response = await appOf({ ...siteDefaults, security: { frameOptions: "deny" } })(requestMap());
    assert.equal(response.headers["x-frame-options"], "DENY");
    assert.equal(response.headers["x-content-type-options"], "nosniff");
    const refused = await appOf({ ...siteDefaults, security: { frameOptions: "deny" } })(
      requestMap("POST", "/", { headers: { "sec-fetch-site": "cross-site" } }),
    );
    assert.equal(refused.status, 403);
  });

  test("a part that was taken out stays out", async () => {
    const { session: _, ...without } = siteDefaults;
    assert.ok(!("session" in (await seen(without))));
  });

  test("session: false leaves session and flash out", async () => {
    const keys = Object.keys(await seen(siteDefaults, { session: false }));
    for (const key of ["session", "sessionStatus", "sessionSlots", "flash"]) assert.ok(!keys.includes(key), key);
  });

  test("maxAge beside cookieAttrs and in it is a contradiction", () => {
    const changes = { session: { maxAge: 5, cookieAttrs: { maxAge: 10 } } };
    assert.throws(() => wrapDefaults(siteDefaults, changes), {
      code: "ERR_OPTION",
      option: "session.cookieAttrs.maxAge",
    });
  });

  test("a name that is none, and what a middleware refuses, throw when it is built", () => {
    const build = (changes: object) => () => wrapDefaults(siteDefaults, changes as DefaultsChanges);
    assert.throws(build({ sesion: {} }), { code: "ERR_OPTION", option: "changes.sesion" });
    assert.throws(build({ session: { timeuot: 1 } }), { code: "ERR_OPTION", option: "timeuot" });
    assert.throws(build({ session: { cookieAttrs: { expires: new Date() } } }), { code: "ERR_OPTION" });
    assert.throws(build({ params: { urlencoded: false } }), { code: "ERR_OPTION", option: "params.nested" });
    assert.throws(build({ proxy: true }), { code: "ERR_OPTION", option: "proxy" });
    assert.throws(build({ onRefused: "page" }), { code: "ERR_OPTION", option: "onRefused" });
    const none = { onRefused: "page", params: false, security: false, websocket: false };
    assert.throws(build(none), { code: "ERR_OPTION", option: "onRefused" });
    assert.throws(() => wrapDefaults({} as Preset), { code: "ERR_OPTION", option: "base" });
    assert.throws(build({ base: "api" }), { code: "ERR_OPTION", option: "changes.base" });
    assert.throws(build({ session: 1 }), { code: "ERR_OPTION", option: "session" });
    assert.throws(build({ session: [] }), { code: "ERR_OPTION", option: "session" });
    assert.throws(build({ session: { flash: "off" } }), { code: "ERR_OPTION", option: "session.flash" });
    assert.throws(build({ session: { cookieAttrs: "lax" } }), { code: "ERR_OPTION", option: "session.cookieAttrs" });
    for (const name of ["absoluteRedirects", "contentLength"])
      assert.throws(build({ responses: { [name]: "off" } }), { code: "ERR_OPTION", option: `responses.${name}` });
  });
});

test("a preset holds no store: two applications of one preset share no session", async () => {
  const [first, second] = [0, 1].map(() =>
    stack.use(wrapDefaults<{ user?: string }>(siteDefaults))(({ session, uri }) =>
      uri === "/login" ? { ...text("in"), session: { user: "bob" } } : text(session.user ?? "nobody"),
    ),
  ) as [Handler, Handler];
  const visitor = appVisitor(first);
  await visitor.get("/login");
  assert.equal((await visitor.get("/")).body, "bob");
  assert.equal((await second(requestMap("GET", "/", { headers: { cookie: visitor.cookie() } }))).body, "nobody");
});

test("a store is used as it is given, not copied", async () => {
  const store = memoryStore();
  const app = stack.use(wrapDefaults(siteDefaults, { session: { store } }))(() => ({ ...text(""), session: { a: 1 } }));
  const cookie = setCookies(await app(requestMap()))[0]!.split(";")[0]!;
  let read: unknown;
  await wrapSession({ store })(({ session }) => {
    read = session;
    return text("");
  })(requestMap("GET", "/", { headers: { cookie } }));
  assert.deepEqual(read, { a: 1 });
});

describe("the order is Ring's", () => {
  test("a static file has the security headers, and never touches the session", async (t) => {
    const refusing = { read: fail, create: fail, update: fail, delete: fail } as unknown as Store;
    const app = appOf(siteDefaults, { static: { resources: folder(t) }, session: { store: refusing } });
    const response = await app(requestMap("GET", "/style.css", { headers: { cookie: `session=${"A".repeat(43)}` } }));
    assert.equal(response.status, 200);
    assert.equal(response.headers["x-frame-options"], "SAMEORIGIN");
    assert.equal(response.headers["x-content-type-options"], "nosniff");
    assert.equal(response.headers["content-type"], "text/css; charset=utf-8");
    assert.equal(response.headers.vary, undefined);
    function fail(): never {
      throw new Error("the session was touched");
    }
  });

  test("a redirect to https carries no security header, and nothing inside runs", async () => {
    let ran = false;
    const app = appOf(secureSiteDefaults, {}, () => {
      ran = true;
      return text("");
    });
    const response = await app(requestMap("GET", "/a", { host: "example.com", queryString: "b=c" }));
    assert.equal(response.status, 301);
    assert.equal(response.headers.location, "https://example.com/a?b=c");
    assert.equal(response.headers["x-frame-options"], undefined);
    assert.equal((await app(requestMap("POST", "/a", { host: "example.com" }))).status, 307);
    assert.equal(ran, false);
  });

  test("HSTS is on static files and pages of https", async (t) => {
    const app = appOf(secureSiteDefaults, { static: { resources: folder(t) } });
    for (const uri of ["/style.css", "/"]) {
      const { headers } = await app(https("GET", uri));
      assert.equal(headers["strict-transport-security"], "max-age=31536000; includeSubDomains");
    }
  });

  test("a form is read before anti-forgery asks for its field", async () => {
    const { body, headers } = form({ a: "1" });
    const app = appOf(siteDefaults, {}, ({ formParams }) => text(formParams.a));
    assert.equal((await app(requestMap("POST", "/", { headers: headers!, body: body! }))).body, "1");
  });

  test("a page that did not change is a 304 with the session's change kept", async () => {
    const app = appOf(siteDefaults, {}, () => ({
      ...text("page"),
      headers: { "content-type": "text/html", etag: '"1"' },
      session: { seen: 1 },
    }));
    const response = await app(requestMap("GET", "/", { headers: { "if-none-match": '"1"' } }));
    assert.equal(response.status, 304);
    assert.equal(response.body, null);
    assert.equal(setCookies(response).length, 1);
  });

  test("the length is that of the body, and text is UTF-8", async () => {
    const app = appOf(apiDefaults, {}, () => ({ status: 200, headers: { "content-type": "text/plain" }, body: "é" }));
    const { headers } = await app(requestMap());
    assert.equal(headers["content-length"], "2");
    assert.equal(headers["content-type"], "text/plain; charset=utf-8");
  });

  test("the scheme that a named proxy tells decides about the redirect", async () => {
    const app = appOf(secureApiDefaults, { proxy: { trustProxy: ["10.0.0.1"] } });
    const headers = { "x-forwarded-proto": "https" };
    const via = (remoteAddress: string): Promise<ResponseMap> | ResponseMap =>
      app(requestMap("GET", "/", { host: "example.com", remoteAddress, headers }));
    assert.equal((await via("10.0.0.1")).status, 200);
    assert.equal((await via("192.0.2.1")).status, 301);
  });
});

test("an anonymous visitor gets no cookie, and costs no record", async () => {
  assert.deepEqual(setCookies(await appOf(siteDefaults)(requestMap())), []);
});

test("flash goes from one page to the next", async () => {
  const app = stack.use(wrapDefaults(siteDefaults, { session: sessionOf<{ user?: string }, string>() }))((request) =>
    request.method === "POST" ? { ...redirect("/"), flash: "Saved." } : text(request.flash ?? "nothing"),
  );
  const visitor = appVisitor(app);
  await visitor.post("/", form({}));
  assert.equal((await visitor.get("/")).body, "Saved.");
  assert.equal((await visitor.get("/")).body, "nothing");
});

test("a session token asked for by a preset is in the form, and a post without it is refused", async () => {
  const app = stack.use(wrapDefaults(siteDefaults, { security: { antiForgery: { strategy: sessionToken() } } }))(
    (request) => text(request.antiForgery()),
  );
  const visitor = appVisitor(app);
  const token = String((await visitor.get("/")).body);
  assert.equal((await visitor.post("/", form({}))).status, 403);
  assert.equal((await visitor.post("/", form({ "__anti-forgery-token": token }))).status, 200);
});

test("one onRefused answers for all, but where a middleware has its own", async () => {
  const page = (words: string) => (error: Error) => ({
    ...text(`${words}: ${(error as { code?: string }).code}`),
    status: 499,
  });
  const app = appOf(secureSiteDefaults, { onRefused: page("all"), params: { nested: { onRefused: page("own") } } });
  const answer = async (more: Partial<RequestMap>) => (await app(https("POST", "/", more))).body;
  assert.equal(await answer({ headers: { "sec-fetch-site": "cross-site" } }), "all: ERR_CSRF");
  assert.equal(await answer(form({ a: "x".repeat(2_000_000) })), "all: ERR_BODY_SIZE");
  assert.equal(await answer(form({ [`a${"[b]".repeat(50)}`]: "1" })), "own: ERR_PARAMS_LIMIT");
  assert.equal((await app(requestMap("GET", "/", { host: "" }))).body, "all: ERR_HOST");
});

test("resources may be missing where a preset names them, not where you do", () => {
  wrapDefaults(siteDefaults);
  wrapDefaults({ ...siteDefaults, static: { ...siteDefaults.static } });
  for (const name of ["resources", "files"]) {
    for (const folders of ["public", ["public"], "no-such-folder"])
      assert.throws(() => wrapDefaults(siteDefaults, { static: { [name]: folders } }), { option: "root" });
    assert.throws(() => wrapDefaults({ ...siteDefaults, static: { [name]: "public" } }), { option: "root" });
  }
});

test("several folders, each with options", async (t) => {
  const root = folder(t);
  const app = appOf(siteDefaults, { static: { resources: false, files: [{ root, prefix: "/files" }, root] } });
  for (const uri of ["/files/style.css", "/style.css"])
    assert.equal(await new Response((await app(requestMap("GET", uri))).body as BodyInit).text(), "body{}", uri);
});

test("wrapDefaults around another wrapSession throws when the stack is built", () => {
  assert.throws(() => stack.use(wrapSession()).use(wrapDefaults(siteDefaults))(() => text("")), {
    code: "ERR_STACK_TWICE",
  });
});
