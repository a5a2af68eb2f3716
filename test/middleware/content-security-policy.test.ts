import assert from "node:assert/strict";
import { test } from "node:test";
import { type CspOptions, wrapContentSecurityPolicy } from "../../src/middleware/content-security-policy.ts";
import { wrapFrameOptions } from "../../src/middleware/frame-options.ts";
import { html } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { type AnyHandler, middlewareContract } from "../../src/testing/middleware-contract.ts";
import { answering, withHeaders } from "../support/answering.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";
import { request } from "../support/visitor.ts";

const HEADER = "content-security-policy";
const nonced = () => wrapContentSecurityPolicy({ directives: { scriptSrc: ["nonce", "strict-dynamic"] } });

for (const check of middlewareContract) {
  test(check.name, () => check.run(() => ({ wrap: wrapContentSecurityPolicy() })));
  test(`with a nonce: ${check.name}`, () => check.run(() => ({ wrap: nonced() })));
}

test("a page's own scripts run by a nonce that no other request has", async (t) => {
  const app = stack.use(nonced())((given) => html(`<script nonce="${given.cspNonce}"></script>`));
  const { url } = await listen(t, app);
  const seen = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const { headers, body } = await request(url);
    const [, nonce = ""] = /nonce="([\w-]{22})"/.exec(body) ?? [];
    assert.match(headers.get(HEADER) ?? "", new RegExp(`script-src 'nonce-${nonce}' 'strict-dynamic'`));
    seen.add(nonce);
  }
  assert.equal(seen.size, 20);
});

test("without the marker a request has no nonce, and none is sent", async () => {
  const { response, seen } = await answering(wrapContentSecurityPolicy());
  assert.ok(!("cspNonce" in seen!));
  assert.doesNotMatch(String(response.headers[HEADER]), /nonce/);
});

test("a policy inside another has the same nonce, and is the one that is sent", async () => {
  let outer: unknown;
  const spy = (handler: AnyHandler) => (given: { cspNonce: string }) => {
    outer = given.cspNonce;
    return handler(given);
  };
  const inner = wrapContentSecurityPolicy({ directives: { styleSrc: "nonce" } });
  const { response, seen } = await answering((handler) => nonced()(spy(inner(handler))));
  assert.equal(seen!.cspNonce, outer);
  assert.match(String(response.headers[HEADER]), new RegExp(`style-src 'nonce-${outer}'`));
});

test("a 304 leaves the browser the policy of the page that it keeps", async () => {
  assert.equal((await answering(nonced(), requestMap(), withHeaders({}, 304))).response.headers[HEADER], undefined);
  const plain = await answering(wrapContentSecurityPolicy(), requestMap(), withHeaders({}, 304));
  assert.match(String(plain.response.headers[HEADER]), /^default-src/);
});

test("reportOnly forbids nothing, and stands beside a policy that does", async () => {
  const report = wrapContentSecurityPolicy({ directives: { reportTo: "csp" }, reportOnly: true });
  const { response } = await answering((handler) => report(wrapContentSecurityPolicy()(handler)));
  assert.match(String(response.headers[`${HEADER}-report-only`]), /report-to csp/);
  assert.doesNotMatch(String(response.headers[HEADER]), /report-to/);
});

test("the handler's own policy stays", async () => {
  const own = withHeaders({ "Content-Security-Policy": "default-src *" });
  assert.deepEqual((await answering(nonced(), requestMap(), own)).response.headers, own.headers);
});

for (const frames of ["sameorigin", "deny"] as const) {
  const ancestors = frames === "deny" ? /frame-ancestors 'none'$/ : /frame-ancestors 'self'$/;
  test(`frame-ancestors agrees with wrapFrameOptions("${frames}"), whichever stands outside`, async () => {
    for (const wrap of [
      (handler: AnyHandler) => wrapFrameOptions(frames)(wrapContentSecurityPolicy()(handler)),
      (handler: AnyHandler) => wrapContentSecurityPolicy()(wrapFrameOptions(frames)(handler)),
    ]) {
      const { headers } = (await answering(wrap)).response;
      assert.match(String(headers[HEADER]), ancestors);
      assert.equal(headers["x-frame-options"], frames.toUpperCase());
    }
  });
}

test("a page that forbids frames by X-Frame-Options is not opened by the default policy", async () => {
  const own = withHeaders({ "X-Frame-Options": "Deny" });
  const wrap = (handler: AnyHandler) => wrapFrameOptions()(wrapContentSecurityPolicy()(handler));
  const { headers } = (await answering(wrap, requestMap(), own)).response;
  assert.match(String(headers[HEADER]), /frame-ancestors 'none'$/);
});

test("frameAncestors of the option stands against all", async () => {
  const wrap = (handler: AnyHandler) =>
    wrapFrameOptions("deny")(
      wrapContentSecurityPolicy({ directives: { frameAncestors: "https://a.example" } })(handler),
    );
  assert.match(String((await answering(wrap)).response.headers[HEADER]), /frame-ancestors https:\/\/a\.example$/);
});

for (const [options, option] of [
  [{ directive: {} }, "directive"],
  [{ reportOnly: "yes" }, "reportOnly"],
  [{ directives: null }, "directives"],
  [null, "options"],
] as const) {
  test(`${JSON.stringify(options)} is refused when built`, () =>
    assert.throws(() => wrapContentSecurityPolicy(options as unknown as CspOptions), { code: "ERR_OPTION", option }));
}
