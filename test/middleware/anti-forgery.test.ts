import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { newKey } from "../../src/crypto/keys.ts";
import type { RinglightError } from "../../src/errors.ts";
import {
  type AntiForgeryOptions,
  antiForgeryField,
  antiForgeryToken,
  sessionToken,
  signedToken,
  wrapAntiForgery,
} from "../../src/middleware/anti-forgery.ts";
import { text } from "../../src/response.ts";
import { type Middleware, type RequestMap, type ResponseMap, stack } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { requestMap } from "../support/request-map.ts";

type Options = AntiForgeryOptions & { readonly strategy?: "headers" };
type Headers = Readonly<Record<string, string>>;

const body = () => new Response("x").body;

/** One request to `https://example.com`: the status, whether the handler ran, and what `onRefused` was told. */
async function send(headers: Headers, options: Options = {}, more: Partial<RequestMap> & { method?: string } = {}) {
  let ran = false;
  const told: RinglightError[] = [];
  const onRefused = (error: RinglightError) => void told.push(error);
  const app = stack.use(wrapAntiForgery({ ...options, onRefused }))(() => {
    ran = true;
    return text("done");
  });
  const { method = "POST", uri = "/form", ...rest } = more;
  const request = requestMap(method, uri, { scheme: "https", host: "example.com", headers, ...rest });
  const response: ResponseMap = await app(request);
  assert.equal(ran, response.status === 200, "403 exactly when the handler did not run");
  assert.equal(told.length, ran ? 0 : 1);
  return { status: response.status, ran, reason: told[0]?.message ?? "", error: told[0], response };
}

const passes = async (...sent: Parameters<typeof send>) => assert.equal((await send(...sent)).status, 200);
const refused = async (...sent: Parameters<typeof send>) => {
  const { status, error, reason } = await send(...sent);
  assert.equal(status, 403);
  assert.equal(error?.code, "ERR_CSRF");
  assert.equal(error?.status, 403);
  return reason;
};

describe("S87: Sec-Fetch-Site decides where it came", () => {
  for (const site of ["same-origin", "none"])
    test(`${site} passes`, () => passes({ "sec-fetch-site": site, origin: "https://evil.example", cookie: "a=1" }));
  for (const site of ["same-site", "cross-site", "", "SAME-ORIGIN", "same-origin, cross-site", "x", "null"])
    test(`${JSON.stringify(site)} is refused, though the Origin would pass`, async () => {
      const reason = await refused({ "sec-fetch-site": site, origin: "https://example.com" });
      assert.match(reason, /^Sec-Fetch-Site is /);
    });
});

describe("S88: without it Origin must be the origin that was asked for", () => {
  const own: ReadonlyArray<readonly [scheme: "http" | "https", host: string, origin: string]> = [
    ["https", "example.com", "https://example.com"],
    ["https", "example.com:443", "https://example.com"],
    ["http", "example.com:80", "http://example.com"],
    ["http", "example.com", "http://example.com:80"],
    ["http", "localhost:3000", "http://localhost:3000"],
    ["https", "EXAMPLE.COM", "https://example.com"],
    ["http", "[::1]:8080", "http://[::1]:8080"],
  ];
  for (const [scheme, host, origin] of own)
    test(`${origin} to ${scheme}, ${host} passes`, () => passes({ origin, cookie: "a=1" }, {}, { scheme, host }));
  const foreign: ReadonlyArray<readonly [scheme: "http" | "https", host: string, origin: string]> = [
    ["https", "example.com", "https://evil.example"],
    ["https", "example.com", "http://example.com"],
    ["https", "example.com", "https://example.com:8443"],
    ["https", "example.com:8443", "https://example.com"],
    ["https", "example.com", "https://sub.example.com"],
    ["https", "example.com", "https://example.com.evil.example"],
    ["https", "example.com", "https://example.com."],
    ["https", "example.com", "null"],
    ["https", "example.com", ""],
    ["https", "example.com", "https://example.com, https://example.com"],
    ["https", "", "https://"],
    ["http", "undefined", "undefined"],
  ];
  for (const [scheme, host, origin] of foreign)
    test(`${JSON.stringify(origin)} to ${scheme}, ${host} is refused, with or without cookies`, async () => {
      await refused({ origin, cookie: "a=1" }, {}, { scheme, host });
      await refused({ origin }, {}, { scheme, host });
    });
});

test("behind a proxy that was not named, the reason is the scheme, and names trustProxy", async () => {
  const reason = await refused({ origin: "https://example.com" }, {}, { scheme: "http" });
  assert.match(reason, /https.*over http.*trustProxy/);
  assert.doesNotMatch(await refused({ origin: "http://example.com" }, {}, { scheme: "https" }), /trustProxy/);
  assert.doesNotMatch(await refused({ origin: "https://evil.example" }, {}, { scheme: "http" }), /trustProxy/);
});

describe("S89: with neither header a stated policy", () => {
  test("strict, the default, refuses a request with any cookie, and lets one without pass", async () => {
    for (const options of [{}, { withoutHeaders: "strict" }] as const) {
      await passes({}, options);
      await passes({ authorization: "Bearer x", "content-type": "application/json" }, options);
      for (const cookie of ["session=x", "theme=dark", ""]) {
        assert.match(
          await refused({ cookie }, options),
          /neither Sec-Fetch-Site nor Origin came in a request with cookies/,
        );
      }
    }
  });
  test("allow lets it pass, refuse refuses it; neither moves what a header said", async () => {
    await passes({ cookie: "session=x" }, { withoutHeaders: "allow" });
    await refused({}, { withoutHeaders: "refuse" });
    await refused({ origin: "null" }, { withoutHeaders: "allow" });
    await passes({ origin: "https://example.com" }, { withoutHeaders: "refuse" });
  });
});

describe("S90: safe are exactly GET, HEAD and OPTIONS", () => {
  const foreign = { "sec-fetch-site": "cross-site" };
  for (const method of ["GET", "HEAD", "OPTIONS"]) test(`${method} passes`, () => passes(foreign, {}, { method }));
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "QUERY", "get", "Get", "X"])
    test(`${method} is refused`, async () => void (await refused(foreign, {}, { method })));
});

describe("a WebSocket's handshake is checked, though it is a GET", () => {
  const upgrade = { upgrade: "websocket", connection: "Upgrade", cookie: "a=1" };
  test("from its own origin it passes", () =>
    passes({ ...upgrade, origin: "https://example.com" }, {}, { method: "GET" }));
  for (const value of ["websocket", "WebSocket", "h2c, websocket", "websocket/13", "websocket , x"])
    test(`Upgrade: ${value} of another origin is refused`, async () => {
      await refused({ ...upgrade, upgrade: value, origin: "https://evil.example" }, {}, { method: "GET" });
      await refused({ ...upgrade, upgrade: value }, {}, { method: "GET" });
    });
  for (const value of ["h2c", "websockets", "x-websocket"])
    test(`Upgrade: ${value} is another GET`, () =>
      passes({ upgrade: value, origin: "https://evil.example" }, {}, { method: "GET" }));
});

describe("S91, S92, F26: trusted origins are whole, checked when built, and matched exactly", () => {
  const trustedOrigins = ["https://admin.example.com", "http://localhost:5173", "https://Other.example:443"];
  for (const origin of ["https://admin.example.com", "http://localhost:5173", "https://other.example"])
    test(`${origin} passes, by Origin alone and beside Sec-Fetch-Site`, async () => {
      await passes({ origin, cookie: "a=1" }, { trustedOrigins });
      await passes({ origin, "sec-fetch-site": "cross-site", cookie: "a=1" }, { trustedOrigins });
      await passes({ origin, "sec-fetch-site": "same-site" }, { trustedOrigins });
    });
  for (const origin of [
    "http://admin.example.com",
    "https://admin.example.com:8443",
    "https://sub.admin.example.com",
    "https://admin.example.com.evil.example",
    "https://admin.example.com@evil.example",
    "https://evil.example@admin.example.com",
    "https://user@admin.example.com",
    "https://admin.example.com/",
    "null",
  ])
    test(`${origin} is refused`, async () => {
      await refused({ origin }, { trustedOrigins });
      await refused({ origin, "sec-fetch-site": "cross-site" }, { trustedOrigins });
    });
  for (const origin of [
    "null",
    "",
    "*",
    "example.com",
    "https://",
    "https://example.com/",
    "https://example.com/path",
    "https://example.com?x=1",
    "https://example.com#x",
    "https://user@example.com",
    "https://*.example.com",
    "https://bücher.example",
    7,
    null,
  ])
    test(`${JSON.stringify(origin)} cannot be trusted: ERR_OPTION when built`, () => {
      assert.throws(() => wrapAntiForgery({ trustedOrigins: ["https://a.example", origin as string] }), {
        code: "ERR_OPTION",
        option: "trustedOrigins[1]",
      });
    });
});

describe("S93, F26: a bypass matches exactly what it names", () => {
  const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example", cookie: "a=1" };
  const bypass = ["POST /hooks/payment", "/open"];
  test("the method and path that were named pass", async () => {
    await passes(foreign, { bypass }, { uri: "/hooks/payment" });
    for (const method of ["POST", "PUT", "DELETE"]) await passes(foreign, { bypass }, { uri: "/open", method });
    await passes(foreign, { bypass }, { uri: "/open", queryString: "a=1" });
  });
  for (const uri of [
    "/hooks/payment/",
    "/hooks/payment/x",
    "/hooks//payment",
    "//hooks/payment",
    "/hooks/./payment",
    "/x/../hooks/payment",
    "/hooks/%70ayment",
    "/hooks%2Fpayment",
    "/HOOKS/payment",
    "/hooks/payment;x",
    "/hooks",
    "/",
    "POST /hooks/payment",
    "/open/",
    "/opened",
  ])
    test(`${uri} is refused`, async () => void (await refused(foreign, { bypass }, { uri })));
  test("another method than the one named is refused", async () => {
    await refused(foreign, { bypass }, { uri: "/hooks/payment", method: "PUT" });
    await refused(foreign, { bypass }, { uri: "/hooks/payment", method: "post" });
  });
  for (const entry of [
    "hooks",
    "",
    "/hooks/*",
    "/only/{foo}",
    "/user/:id",
    "/a b",
    "post /hooks",
    "POST  /hooks",
    "POST",
    "/hooks?x=1",
    "/hooks#x",
    "/a/../b",
    "/a/.",
    "/ü",
    "/a%2",
    "https://example.com/x",
    "/a\n",
    7,
  ])
    test(`${JSON.stringify(entry)} can match nothing, or looks like a pattern: ERR_OPTION when built`, () => {
      assert.throws(() => wrapAntiForgery({ bypass: [entry as string] }), { code: "ERR_OPTION", option: "bypass[0]" });
    });
});

describe("S94, F25: no Content-Type exempts", () => {
  for (const type of [
    undefined,
    "",
    "application/json",
    "APPLICATION/JSON",
    "text/plain",
    "Text/Plain; charset=utf-8",
    "application/x-www-form-urlencoded",
    "Application/X-WWW-Form-Urlencoded",
    "multipart/form-data; boundary=x",
    "a/b",
  ])
    test(`${type ?? "none"} is refused`, async () => {
      const headers: Headers = {
        origin: "https://evil.example",
        ...(type === undefined ? {} : { "content-type": type }),
      };
      await refused(headers, {}, { body: body() });
      await refused({ "sec-fetch-site": "cross-site", ...headers }, {}, { body: body() });
    });
});

describe("S101: the refusal", () => {
  test("is a 403 with generic words, never cached, and as JSON where that is asked for", async () => {
    const { response } = await send({ origin: "https://evil.example", cookie: "session=secret" });
    assert.equal(response.status, 403);
    assert.equal(response.headers["cache-control"], "no-store");
    assert.match(String(response.body), /^Forbidden \(ERR_CSRF\)/);
    assert.doesNotMatch(String(response.body), /secret|evil\.example/);
    const { response: json } = await send({ origin: "null", accept: "application/json" });
    assert.equal(JSON.parse(String(json.body)).error.code, "ERR_CSRF");
  });
  test("in production the visitor is told no reason", async (t) => {
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = "production";
    t.after(() => {
      if (before === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = before;
    });
    assert.equal((await send({ origin: "null" })).response.body, "Forbidden (ERR_CSRF)\n");
  });
  test("onRefused may answer it, with a page that has forms", async () => {
    const app = stack.use(
      wrapAntiForgery({
        onRefused: (error, request) => text(`no${antiForgeryField(request as never)}`, error.status),
      }),
    )(() => text("done"));
    const { status, body } = await app(requestMap("POST", "/", { headers: { origin: "null" } }));
    assert.deepEqual([status, body], [403, "no"]);
  });
});

describe("S102: a header of scripts alone", () => {
  const options = { safeHeader: "X-Ring-Anti-Forgery", withoutHeaders: "strict" } as const;
  const safe = { "x-ring-anti-forgery": "1", cookie: "session=x" };
  test("stands in for the headers that did not come", async () => {
    await passes({ ...safe, "content-type": "application/json" }, options, { body: body() });
    await passes(safe, options, { method: "DELETE" });
    await refused({ cookie: "session=x", "content-type": "application/json" }, options, { body: body() });
    await refused({ ...safe, "x-ring-anti-forgery": " ", "content-type": "application/json" }, options);
  });
  test("not for a body of a type that a form can send", async () => {
    for (const type of [
      "text/plain",
      "TEXT/PLAIN;charset=utf-8",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/json, text/plain",
      "text/plain; application/json",
      "",
    ])
      await refused({ ...safe, "content-type": type }, options, { body: body() });
    await refused(safe, options, { body: body() });
  });
  test("not against what the browser says, and not against withoutHeaders: refuse", async () => {
    await refused({ ...safe, "sec-fetch-site": "cross-site" }, options, { method: "DELETE" });
    await refused({ ...safe, origin: "https://evil.example" }, options, { method: "DELETE" });
    await refused(safe, { ...options, withoutHeaders: "refuse" }, { method: "DELETE" });
  });
  for (const name of [
    "Accept",
    "Content-Type",
    "Origin",
    "Sec-Fetch-Site",
    "X-Requested-With",
    "X-Forwarded-For",
    "X-CSRF-Token",
    "X Y",
    "",
    "X-",
    7,
  ])
    test(`${JSON.stringify(name)} cannot be one: ERR_OPTION when built`, () => {
      assert.throws(() => wrapAntiForgery({ safeHeader: name as string }), {
        code: "ERR_OPTION",
        option: "safeHeader",
      });
    });
});

test("an option that cannot be throws when built, with its name", () => {
  const wrong: ReadonlyArray<readonly [unknown, string]> = [
    [{ strategy: "token" }, "strategy"],
    [{ strategy: {} }, "strategy"],
    [{ strategy: null }, "strategy"],
    [{ withoutHeaders: "lax" }, "withoutHeaders"],
    [{ trustedOrigins: "https://a.example" }, "trustedOrigins"],
    [{ bypass: "/a" }, "bypass"],
    [{ bypass: null }, "bypass"],
    [{ onRefused: 1 }, "onRefused"],
    [{ trusted: [] }, "trusted"],
    [null, "options"],
  ];
  for (const [options, option] of wrong)
    assert.throws(() => wrapAntiForgery(options as Options), { code: "ERR_OPTION", option }, String(option));
  assert.throws(() => (sessionToken as (options: object) => unknown)({ keys: "x" }), { code: "ERR_OPTION" });
  assert.throws(() => signedToken({ keys: "short" }), { code: "ERR_OPTION" });
  assert.throws(() => signedToken({ key: "x" } as never), { code: "ERR_OPTION", option: "key" });
});

test("twice around one handler throws when built", () => {
  assert.throws(() => stack.use(wrapAntiForgery()).use(wrapAntiForgery())(() => text("x")), {
    code: "ERR_STACK_TWICE",
  });
});

test("with headers alone there is no token: field and token are empty, and nothing is added to the response", async () => {
  const app = stack.use(wrapAntiForgery())((request) =>
    text(`[${antiForgeryField(request)}${antiForgeryToken(request, { action: "/x" })}]`),
  );
  const { headers, body } = await app(requestMap());
  assert.equal(body, "[]");
  assert.deepEqual(headers, text("").headers);
});

test("a field asked for outside wrapAntiForgery is an error that says so", () => {
  assert.throws(() => antiForgeryField(requestMap() as never), { code: "ERR_CSRF_TOKEN", message: /wrapAntiForgery/ });
});

test("a token strategy without a session is ERR_OPTION for every request, never a refusal of the visitor", async () => {
  for (const strategy of [sessionToken(), signedToken({ keys: newKey() })]) {
    const app = (wrapAntiForgery({ strategy }) as unknown as Middleware)(() => text("done"));
    const headers = { origin: "http://evil.example", cookie: "a=1" };
    for (const request of [requestMap(), requestMap("POST"), requestMap("POST", "/", { headers })])
      await assert.rejects(async () => app(request), {
        code: "ERR_OPTION",
        option: "strategy",
        message: /wrapSession/,
      });
  }
});

describe("wrapAntiForgery is a middleware", () => {
  for (const check of middlewareContract)
    test(check.name, () =>
      check.run(() => ({
        wrap: wrapAntiForgery(),
        request: () => requestMap("POST", "/", { headers: { origin: "http://localhost", cookie: "a=1" } }),
      })),
    );
});
