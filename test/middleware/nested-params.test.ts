import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type NestedParamsOptions,
  type WithNestedParams,
  wrapNestedParams,
} from "../../src/middleware/nested-params.ts";
import { type WithParams, wrapParams } from "../../src/middleware/params.ts";
import { json, text } from "../../src/response.ts";
import { type Handler, type RequestMap, stack } from "../../src/ring.ts";
import { middlewareContract } from "../../src/testing/middleware-contract.ts";
import { postedForm } from "../support/posted.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";

for (const check of middlewareContract) {
  const request = () => ({ ...requestMap(), queryParams: { "a[b]": "1" }, formParams: { "c[]": ["2", "3"] } });
  test(`wrapNestedParams ${check.name}`, () => check.run(() => ({ wrap: wrapNestedParams(), request })));
}

const echo: Handler<WithParams & WithNestedParams> = ({ nestedParams, formParams }) =>
  json({ nestedParams, formParams });
const app = (options: NestedParamsOptions = {}) => stack.use(wrapParams()).use(wrapNestedParams(options))(echo);
const answer = async (request: RequestMap, options?: NestedParamsOptions) => {
  const { status, body } = await app(options)(request);
  return { status, body: status === 200 ? (JSON.parse(String(body)) as unknown) : String(body) };
};

test("query and form are nested each by itself; the flat ones stay", async () => {
  assert.deepEqual((await answer(postedForm("a[b]=1&x=2", { queryString: "a[]=3" }))).body, {
    nestedParams: { query: { a: ["3"] }, form: { a: { b: "1" }, x: "2" } },
    formParams: { "a[b]": "1", x: "2" },
  });
});

test("where a multipart form was read outside, its text fields are nested, without its files", async () => {
  const upload = { filename: "a.txt", contentType: "text/plain", size: 1, stored: "/tmp/a" };
  const multipartParams = { "a[b]": ["1", upload, "2"], "a[file]": upload, c: "3" };
  const { body } = await answer({ ...requestMap(), multipartParams } as RequestMap);
  assert.deepEqual(body, { nestedParams: { query: {}, form: { a: { b: ["1", "2"] }, c: "3" } }, formParams: {} });
});

test("a visitor's nesting past a limit is a 400 with a code, in the query as in the form", async () => {
  for (const text of ["a[999999]=1", `a${"[b]".repeat(10_000)}=1`, "a[b][c]=1"]) {
    for (const request of [postedForm(text), requestMap("GET", "/", { queryString: text })]) {
      const refused = await answer(request, { depth: 1 });
      assert.equal(refused.status, 400);
      assert.match(String(refused.body), /ERR_PARAMS_LIMIT/);
    }
  }
  const own = await answer(postedForm("a[1]=1"), { arrayLimit: 1, onRefused: () => json("own", 400) });
  assert.equal(own.body, '"own"');
});

test("over node:http: 100,000 nested names are refused, __proto__ is harmless", async (t) => {
  const { url, errors } = await listen(t, app());
  const post = (text: string) => fetch(url, { method: "POST", body: new URLSearchParams(text) });
  const many = await post(Array.from({ length: 100_000 }, (_, i) => `a[${i}]=1`).join("&"));
  assert.equal(many.status, 413);
  const short = await post(Array.from({ length: 100_000 }, () => "[]").join("&"));
  assert.equal(short.status, 400);
  assert.match(await short.text(), /ERR_PARAMS_LIMIT/);
  const evil = await post("a[__proto__][polluted]=1&a[b]=1&__proto__[polluted]=1");
  assert.equal(evil.status, 200);
  assert.deepEqual(((await evil.json()) as { nestedParams: unknown }).nestedParams, {
    query: {},
    form: { a: { b: "1" } },
  });
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.deepEqual(errors, []);
});

test("options that cannot be throw when it is built", () => {
  for (const [option, value] of Object.entries({ depth: 0, arrayLimit: 1001, onRefused: 1, allowDots: true }))
    assert.throws(() => wrapNestedParams({ [option]: value }), { code: "ERR_OPTION", option });
  assert.throws(() => wrapNestedParams({ depth: 33 }), { code: "ERR_OPTION", option: "depth" });
});

test("without wrapParams, where no compiler says so, the error does", async () => {
  const app = wrapNestedParams()(() => text("")) as (request: unknown) => Promise<unknown>;
  await assert.rejects(app(requestMap()), { code: "ERR_OPTION", message: /wrapParams/ });
});
