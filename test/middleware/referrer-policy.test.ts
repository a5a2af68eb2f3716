import assert from "node:assert/strict";
import { test } from "node:test";
import { type ReferrerPolicy, wrapReferrerPolicy } from "../../src/middleware/referrer-policy.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { answering, withHeaders } from "../support/answering.ts";
import { requestMap } from "../support/request-map.ts";

for (const check of middlewareContract) test(check.name, () => check.run(() => ({ wrap: wrapReferrerPolicy() })));

test("by default other sites see the origin alone", async () => {
  const { response } = await answering(wrapReferrerPolicy());
  assert.equal(response.headers["referrer-policy"], "strict-origin-when-cross-origin");
});

test("one policy, or several for older browsers", async () => {
  const one = await answering(wrapReferrerPolicy("same-origin"));
  assert.equal(one.response.headers["referrer-policy"], "same-origin");
  const list = await answering(wrapReferrerPolicy(["no-referrer", "strict-origin"]));
  assert.equal(list.response.headers["referrer-policy"], "no-referrer, strict-origin");
});

test("the handler's own stays", async () => {
  const own = withHeaders({ "Referrer-Policy": "no-referrer" });
  assert.deepEqual((await answering(wrapReferrerPolicy(), requestMap(), own)).response.headers, own.headers);
});

for (const policy of ["", "none", "origin\r\nx: y", "origin, unsafe", [], ["origin", "no"], null, 1]) {
  test(`${JSON.stringify(policy)} is refused when built`, () =>
    assert.throws(() => wrapReferrerPolicy(policy as ReferrerPolicy), { code: "ERR_OPTION", option: "policy" }));
}
