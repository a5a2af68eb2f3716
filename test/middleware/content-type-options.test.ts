import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapContentTypeOptions } from "../../src/middleware/content-type-options.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { answering, withHeaders } from "../support/answering.ts";
import { requestMap } from "../support/request-map.ts";

for (const check of middlewareContract) test(check.name, () => check.run(() => ({ wrap: wrapContentTypeOptions() })));

test("every response says nosniff, an error and a redirect too", async () => {
  for (const status of [200, 303, 404, 500]) {
    const { response } = await answering(wrapContentTypeOptions("nosniff"), requestMap(), withHeaders({}, status));
    assert.equal(response.headers["x-content-type-options"], "nosniff");
  }
});

test("the handler's own stays", async () => {
  const own = withHeaders({ "X-Content-Type-Options": "none" });
  assert.deepEqual((await answering(wrapContentTypeOptions(), requestMap(), own)).response.headers, own.headers);
});

test("there is no other value", () =>
  assert.throws(() => wrapContentTypeOptions("sniff" as "nosniff"), { code: "ERR_OPTION", option: "value" }));
