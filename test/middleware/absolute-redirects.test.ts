import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapAbsoluteRedirects } from "../../src/middleware/absolute-redirects.ts";
import { wrapContext } from "../../src/middleware/context.ts";
import { redirect } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { type AnyHandler, middlewareContract } from "../../src/testing/middleware-contract.ts";
import { answering, withHeaders } from "../support/answering.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";
import { request } from "../support/visitor.ts";

const asked = (more: Parameters<typeof requestMap>[2] = {}) =>
  requestMap("GET", "/a/b", { scheme: "https", host: "example.com:8443", queryString: "q=1", ...more });
const location = async (to: string, request = asked(), status = 303) =>
  (await answering(wrapAbsoluteRedirects(), request, withHeaders({ location: to }, status))).response.headers.location;

for (const check of middlewareContract) {
  const subject = { wrap: wrapAbsoluteRedirects(), response: () => redirect("/login") };
  test(check.name, () => check.run(() => subject));
}

for (const [to, whole] of [
  ["/login", "/login"],
  ["login", "/a/login"],
  ["./login", "/a/login"],
  ["../login", "/login"],
  ["../../../login", "/login"],
  ["?q=2", "/a/b?q=2"],
  ["#top", "/a/b?q=1#top"],
  ["", "/a/b?q=1"],
  ["/login?next=//evil.example", "/login?next=//evil.example"],
  ["/a:b", "/a:b"],
  ["/..//evil.example", "//evil.example"],
] as const) {
  test(`${JSON.stringify(to)} becomes ${whole} of this host`, async () =>
    assert.equal(await location(to), `https://example.com:8443${whole}`));
}

for (const to of [
  "https://other.example/",
  "http:relative",
  "mailto:a@example.com",
  "javascript:alert(1)",
  "//other.example/x",
  "/\\other.example",
  "\\\\other.example",
  "//[",
  "//example.com:8443/x",
  "\\/other.example",
  "/\t/other.example",
  "/a\r\nset-cookie: x=1",
  " //other.example",
]) {
  test(`${JSON.stringify(to)} stays as it is`, async () => assert.equal(await location(to), to));
}

for (const [status, changed] of [
  [200, false],
  [201, true],
  [301, true],
  [308, true],
  [404, false],
] as const) {
  test(`Location of a ${status} is ${changed ? "made absolute" : "left"}`, async () =>
    assert.equal(await location("/x", asked(), status), changed ? "https://example.com:8443/x" : "/x"));
}

for (const host of ["", "evil.com@", "a@b", "a/b", "a b", "[::1"]) {
  test(`with the host ${JSON.stringify(host)} it stays relative`, async () =>
    assert.equal(await location("/x", asked({ host })), "/x"));
}

test("the name's spelling does not matter, and it stands once", async () => {
  const answer = withHeaders({ Location: "/x", other: "1" }, 302);
  const { headers } = (await answering(wrapAbsoluteRedirects(), asked(), answer)).response;
  assert.deepEqual(headers, { other: "1", Location: "https://example.com:8443/x" });
});

test("a target that is no path is the root", async () =>
  assert.equal(await location("x", asked({ uri: "*", queryString: "" })), "https://example.com:8443/x"));

test("in a mounted application a relative one is resolved against the whole path", async () => {
  const wrap = (handler: AnyHandler) => wrapContext("/wiki")(wrapAbsoluteRedirects()(handler));
  const { response } = await answering(wrap, asked({ uri: "/wiki/a/b" }), redirect("c"));
  assert.equal(response.headers.location, "https://example.com:8443/wiki/a/c");
});

test("over real HTTP", async (t) => {
  const { url } = await listen(
    t,
    stack.use(wrapAbsoluteRedirects())(() => redirect("../login?a=b")),
  );
  const { headers } = await request(`${url}/x/y/z`);
  assert.equal(headers.get("location"), `${url}/x/login?a=b`);
});

test("it takes no options", () =>
  assert.throws(() => (wrapAbsoluteRedirects as (options: unknown) => unknown)({}), {
    code: "ERR_OPTION",
    option: "options",
  }));
