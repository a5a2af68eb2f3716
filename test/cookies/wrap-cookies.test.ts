import assert from "node:assert/strict";
import test from "node:test";
import { answer } from "../../src/adapters/edge.ts";
import { expiredCookie } from "../../src/cookies/serialize.ts";
import { cookiesRequest, cookiesResponse, wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { newKey } from "../../src/crypto/keys.ts";
import { type RequestMap, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";

const request = (cookie?: string): RequestMap => ({
  ...({ method: "GET", scheme: "https", host: "example.com", uri: "/", queryString: "", body: null } as const),
  ...{ headers: { cookie }, remoteAddress: undefined, signal: new AbortController().signal },
});
const response = { status: 200, headers: {}, body: null } as const;

test("the handler reads request.cookies, and response.cookies become Set-Cookie lines", async () => {
  const app = stack.use(wrapCookies())(({ cookies }) => ({
    ...response,
    cookies: { seen: cookies.a?.value ?? "", gone: expiredCookie({ path: "/x" }) },
  }));
  const answer = await app(request("a=%41"));
  assert.deepEqual(answer, {
    ...response,
    headers: { "set-cookie": ["seen=A; Path=/", "gone=; Max-Age=0; Path=/x; Expires=Thu, 01 Jan 1970 00:00:00 GMT"] },
  });
});

test("a cookie's attribute goes before a default, and undefined takes it away", () => {
  const defaults = { path: "/", httpOnly: true, secure: true } as const;
  const cookies = { a: { value: "1", path: "/a" }, b: { value: "2", path: undefined, httpOnly: false } };
  const { headers } = cookiesResponse({ ...response, cookies }, { defaults });
  assert.deepEqual(headers["set-cookie"], ["a=1; Path=/a; HttpOnly; Secure", "b=2; Secure"]);
});

test("a response without cookies keeps its headers and loses the key", () => {
  assert.deepEqual(cookiesResponse({ ...response, cookies: undefined }), response);
  assert.equal(cookiesResponse(response).headers, response.headers);
});

test("cookies already read are not read again", () => {
  const given = { ...request("a=1"), cookies: { b: { value: "2" } } };
  assert.equal(cookiesRequest(given), given);
});

test("encode, decode and maxPairs reach their sides", () => {
  assert.equal(cookiesRequest(request("a=x"), { decode: (v) => `${v}!` }).cookies.a?.value, "x!");
  assert.deepEqual(Object.keys(cookiesRequest(request("a=x;b=y"), { maxPairs: 1 }).cookies), ["a"]);
  const options = { encode: () => "e", defaults: { path: undefined } };
  assert.deepEqual(cookiesResponse({ ...response, cookies: { a: "1" } }, options).headers, { "set-cookie": ["a=e"] });
});

test("defaults are merged over Path=/, attribute by attribute, and a cookie's own over both", () => {
  const lines = (cookie: object) =>
    cookiesResponse({ ...response, cookies: { a: { value: "1", ...cookie } } }, { defaults: { httpOnly: true } })
      .headers;
  assert.deepEqual(lines({}), { "set-cookie": ["a=1; Path=/; HttpOnly"] });
  assert.deepEqual(lines({ path: "/x", httpOnly: false }), { "set-cookie": ["a=1; Path=/x"] });
});

const impossible: readonly [unknown, string][] = [
  [{ maxPairs: 0 }, "maxPairs"],
  [{ encode: 1 }, "encode"],
  [{ decode: "x" }, "decode"],
  [{ default: {} }, "default"],
  [{ defaults: { path: "/;" } }, "defaults.path"],
  [{ defaults: JSON.parse('{"__proto__":{}}') }, "defaults.__proto__"],
];
for (const [options, option] of impossible) {
  test(`an impossible ${option} is refused when built`, () => {
    assert.throws(() => wrapCookies(options as never), { code: "ERR_OPTION", option });
  });
}

test("a cookie that cannot be sent is refused while answering", () => {
  const send = (cookies: unknown) => () => cookiesResponse({ ...response, cookies } as never);
  assert.throws(send({ "a b": "1" }), { code: "ERR_COOKIE_NAME" });
  assert.throws(send({ a: null }), { code: "ERR_COOKIE_VALUE" });
  assert.throws(send({ a: JSON.parse('{"value":"1","__proto__":{"domain":"evil.example"}}') }), {
    code: "ERR_COOKIE_ATTRIBUTE",
  });
});

test("two wrapCookies around one handler are refused", () => {
  const twice = stack.use(wrapCookies()).use(wrapCookies());
  assert.throws(() => twice(() => response), { code: "ERR_STACK_TWICE" });
});

test("a cookie that is undefined is as absent: nothing is set, and its neighbours are", () => {
  const cookies = { a: undefined, b: "2", c: undefined } as never;
  assert.deepEqual(cookiesResponse({ ...response, cookies }).headers, { "set-cookie": ["b=2; Path=/"] });
  assert.deepEqual(cookiesResponse({ ...response, cookies: { a: undefined } as never }).headers, {});
});

test("a polluted prototype adds nothing to a cookie, nor to the session's", async () => {
  const app = stack.use(wrapCookies()).use(wrapSession())(() => ({
    ...response,
    cookies: { a: "1", b: { value: "2", httpOnly: true } },
    session: { user: "bob" },
  }));
  const lines = async () => {
    const { headers } = await app(request());
    return (headers["set-cookie"] as string[]).map((line) => line.replace(/(?<=session=)[^;]+/, "…"));
  };
  const before = await lines();
  Object.assign(Object.prototype, { domain: "evil.example", partitioned: true, priority: "high" });
  try {
    assert.deepEqual(await lines(), before);
  } finally {
    for (const key of ["domain", "partitioned", "priority"]) delete (Object.prototype as never)[key];
  }
  assert.deepEqual(before, [
    "__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax",
    "a=1; Path=/",
    "b=2; Path=/; HttpOnly",
  ]);
});

test("a polluted prototype neither opens a sealed cookie nor guards a plain one, nor makes the session's last", async () => {
  const app = stack.use(wrapCookies({ keys: newKey() })).use(wrapSession())(() => ({
    ...response,
    cookies: { plain: "1", sealed: { value: "secret", sealed: true } },
    session: { user: "bob" },
    sessionCookieAttrs: { sameSite: "strict" as const },
  }));
  for (const evil of [{ maxAge: 0 }, { maxAge: 60 }, { expires: new Date(0) }, { signed: true }, { sealed: true }]) {
    Object.assign(Object.prototype, evil);
    try {
      const lines = (await app(request())).headers["set-cookie"] as string[];
      assert.match(lines[0]!, /^__Host-session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
      assert.equal(lines[1], "plain=1; Path=/");
      assert.match(lines[2]!, /^sealed=e1\.[\w-]+; Path=\/$/);
    } finally {
      for (const key of Object.keys(evil)) delete (Object.prototype as unknown as Record<string, unknown>)[key];
    }
  }
});

test("the error for a cookie of the response names it, and not its value", () => {
  const sent = (name: string, cookie: unknown) => () =>
    cookiesResponse({ ...response, cookies: { [name]: cookie } } as never);
  for (const cookie of [
    { value: "secret", samesite: "lax" },
    { value: "secret", maxAge: -1 },
    { value: "secret".repeat(999) },
  ]) {
    assert.throws(
      sent("theme", cookie),
      (error: Error) => /^cookie theme/.test(error.message) && !/secret/.test(error.message),
    );
  }
  for (const cookie of [null, 1, {}, { value: 1 }, ["secret"]]) {
    assert.throws(sent("theme", cookie), {
      code: "ERR_COOKIE_VALUE",
      message: /^response\.cookies, "theme": give a string/,
    });
  }
});

test("a Set-Cookie that a handler spelt in upper case is neither lost nor doubled: inside a session it is joined", async () => {
  const handler = () => ({ ...response, headers: { "Set-Cookie": ["a=1", "b=2"] }, cookies: { b: "3" } });
  const joined = await stack.use(wrapCookies()).use(wrapSession())(handler)(request());
  assert.deepEqual({ ...joined.headers }["set-cookie"], ["a=1", "b=3; Path=/"]);
});

test("and without one too", async () => {
  const errors: unknown[] = [];
  const handler = () => ({ ...response, headers: { "Set-Cookie": ["a=1", "b=2"] }, cookies: { b: "3" } });
  const app = stack.use(wrapCookies())(handler);
  const joined = await answer(app, request(), (error) => void errors.push(error));
  assert.deepEqual([joined.status, joined.headers["set-cookie"], errors], [200, ["a=1", "b=3; Path=/"], []]);
});
