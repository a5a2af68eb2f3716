import assert from "node:assert/strict";
import test from "node:test";
import { expiredCookie } from "../../src/cookies/serialize.ts";
import { cookiesRequest, cookiesResponse, wrapCookies } from "../../src/cookies/wrap-cookies.ts";
import { type RequestMap, stack } from "../../src/ring.ts";

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
