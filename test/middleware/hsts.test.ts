import assert from "node:assert/strict";
import { test } from "node:test";
import { type HstsOptions, wrapHsts } from "../../src/middleware/hsts.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { answering, withHeaders } from "../support/answering.ts";
import { requestMap } from "../support/request-map.ts";

const https = () => requestMap("GET", "/", { scheme: "https" });
const header = async (options?: HstsOptions, request = https()) =>
  (await answering(wrapHsts(options), request)).response.headers["strict-transport-security"];

for (const check of middlewareContract) test(check.name, () => check.run(() => ({ wrap: wrapHsts(), request: https })));

test("https responses say it for a year and for all hosts below", async () => {
  assert.equal(await header(), "max-age=31536000; includeSubDomains");
  assert.equal(await header({ maxAge: 60, includeSubdomains: false }), "max-age=60");
  assert.equal(await header({ maxAge: 0 }), "max-age=0; includeSubDomains");
  assert.equal(await header({ preload: true }), "max-age=31536000; includeSubDomains; preload");
});

test("an option that is undefined takes no default away", async () =>
  assert.equal(
    await header({ maxAge: undefined, includeSubdomains: undefined }),
    "max-age=31536000; includeSubDomains",
  ));

test("http responses never say it", async () => assert.equal(await header({}, requestMap()), undefined));

test("a visitor's X-Forwarded-Proto makes no https", async () =>
  assert.equal(await header({}, requestMap("GET", "/", { headers: { "x-forwarded-proto": "https" } })), undefined));

test("the handler's own stays", async () => {
  const own = withHeaders({ "Strict-Transport-Security": "max-age=0" });
  assert.deepEqual((await answering(wrapHsts(), https(), own)).response.headers, own.headers);
});

for (const [options, option] of [
  [{ maxAge: -1 }, "maxAge"],
  [{ maxAge: 1.5 }, "maxAge"],
  [{ maxAge: "31536000; x" }, "maxAge"],
  [{ includeSubdomains: 1 }, "includeSubdomains"],
  [{ preload: "yes" }, "preload"],
  [{ preload: true, includeSubdomains: false }, "preload"],
  [{ preload: true, maxAge: 31_535_999 }, "preload"],
  [{ includeSubDomains: true }, "includeSubDomains"],
  [null, "options"],
] as const) {
  test(`${JSON.stringify(options)} is refused when built`, () =>
    assert.throws(() => wrapHsts(options as unknown as HstsOptions), { code: "ERR_OPTION", option }));
}
