import assert from "node:assert/strict";
import { test } from "node:test";
import { type FramePolicy, wrapFrameOptions } from "../../src/middleware/frame-options.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { answering, withHeaders } from "../support/answering.ts";
import { requestMap } from "../support/request-map.ts";

for (const check of middlewareContract) test(check.name, () => check.run(() => ({ wrap: wrapFrameOptions() })));

test("a page may be framed by its own site, or by nobody", async () => {
  assert.equal((await answering(wrapFrameOptions())).response.headers["x-frame-options"], "SAMEORIGIN");
  const { response, seen } = await answering(wrapFrameOptions("deny"));
  assert.equal(response.headers["x-frame-options"], "DENY");
  assert.equal(seen?.frameOptions, "deny");
});

for (const name of ["x-frame-options", "X-Frame-Options", "X-FRAME-OPTIONS"]) {
  test(`the handler's own ${name} stays, and stands alone`, async () => {
    const { response } = await answering(wrapFrameOptions(), requestMap(), withHeaders({ [name]: "DENY" }));
    assert.deepEqual(response.headers, { [name]: "DENY" });
  });
}

test("a header of the handler's that is undefined is none", async () => {
  const none = withHeaders({ "x-frame-options": undefined as unknown as string });
  assert.equal(
    (await answering(wrapFrameOptions(), requestMap(), none)).response.headers["x-frame-options"],
    "SAMEORIGIN",
  );
});

test("the inner one of two wins", async () => {
  const { response } = await answering((handler) => wrapFrameOptions("sameorigin")(wrapFrameOptions("deny")(handler)));
  assert.equal(response.headers["x-frame-options"], "DENY");
});

test("a polluted prototype takes the header from no response", async (t) => {
  Object.defineProperty(Object.prototype, "x-frame-options", { value: "ALLOWALL", configurable: true, writable: true });
  t.after(() => delete (Object.prototype as Record<string, unknown>)["x-frame-options"]);
  assert.equal((await answering(wrapFrameOptions())).response.headers["x-frame-options"], "SAMEORIGIN");
});

for (const value of ["SAMEORIGIN", "allow-from https://a.example", "deny\r\nx: y", "", null, true]) {
  test(`${JSON.stringify(value)} is refused when built`, () =>
    assert.throws(() => wrapFrameOptions(value as FramePolicy), { code: "ERR_OPTION", option: "value" }));
}
