import assert from "node:assert/strict";
import { test } from "node:test";
import { type BuiltIn, type Engine, escapeHtml, renderer, type SyncEngine } from "../../src/render/index.ts";
import type { RequestMap } from "../../src/ring.ts";
import { requestMap } from "../support/request-map.ts";

/** An engine that gives the view as JSON. */
const asJson: SyncEngine = (template, view) => JSON.stringify({ template, ...view });
const printsField: SyncEngine = (_, view) => `${(view as BuiltIn).antiForgeryField}`;

/** A request with a token that counts how often it is made. */
function withToken(): { request: RequestMap; made: () => number } {
  let made = 0;
  const token = () => `token-${++made}"`;
  return { request: { ...requestMap(), antiForgery: token } as RequestMap, made: () => made };
}

test("render gives a page in UTF-8 with what view, values and the request say", () => {
  const render = renderer(asJson, { view: ({ uri }) => ({ uri, user: "bob" }) });
  const page = render(requestMap("GET", "/x"), "home", { user: "eve" });
  assert.equal(page.status, 200);
  assert.deepEqual(page.headers, { "content-type": "text/html; charset=utf-8" });
  assert.deepEqual(JSON.parse(page.body as string), {
    template: "home",
    uri: "/x",
    user: "eve",
    antiForgeryField: "",
    antiForgeryToken: "",
    context: "",
    cspNonce: "",
  });
});

test("status and headers are the page's own", () => {
  const page = renderer(asJson)(requestMap(), "x", {}, { status: 422, headers: { "cache-control": "max-age=5" } });
  assert.equal(page.status, 422);
  assert.deepEqual(page.headers, { "content-type": "text/html; charset=utf-8", "cache-control": "max-age=5" });
});

test("an engine that gives promises gives promises of pages", async () => {
  const later: Engine = async (template) => `<p>${template}`;
  const page = renderer(later)(requestMap(), "x");
  assert.ok(page instanceof Promise);
  assert.equal((await page).body, "<p>x");
});

test("context and nonce come from the request, where they are text", () => {
  const request = { ...requestMap(), context: "/app", cspNonce: "abc" };
  const { context, cspNonce } = JSON.parse(renderer(asJson)(request, "x").body as string);
  assert.deepEqual([context, cspNonce], ["/app", "abc"]);
  const odd = { ...requestMap(), context: { toString: () => "<" }, cspNonce: ['"><script>'] };
  const got = JSON.parse(renderer(asJson)(odd, "x").body as string);
  assert.deepEqual([got.context, got.cspNonce], ["", ""]);
});

test("the request is in the view only as far as view puts it there", () => {
  const seen: object[] = [];
  const keep: SyncEngine = (_, view) => {
    seen.push(view);
    return "";
  };
  renderer(keep)({ ...requestMap(), session: { user: "bob" } } as RequestMap, "x");
  assert.deepEqual(Object.keys(seen[0]!).sort(), [
    "antiForgeryField",
    "antiForgeryToken",
    "context",
    "cspNonce",
    "safeHref",
  ]);
});

test("no value replaces what templates print raw", () => {
  const { request } = withToken();
  const hostile = JSON.parse('{"antiForgeryField":"<script>","cspNonce":"\\"><script>","__proto__":{"polluted":1}}');
  const page = renderer((_, view) => `${(view as BuiltIn).antiForgeryField}${(view as BuiltIn).cspNonce}`)(
    request,
    "x",
    hostile,
  );
  assert.equal(page.body, `<input type="hidden" name="__anti-forgery-token" value="token-1&quot;">`);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
});

test("the token is made when it is printed, and once a page", () => {
  const { request, made } = withToken();
  const render = renderer((template, view) => {
    const { antiForgeryField, antiForgeryToken } = { ...(view as BuiltIn) };
    return template === "none" ? "" : `${antiForgeryField}|${escapeHtml(antiForgeryToken)}|${antiForgeryToken}`;
  });
  render(request, "none");
  assert.equal(made(), 0);
  const { body } = render(request, "some");
  assert.match(body as string, /value="token-1&quot;">\|token-1&quot;\|token-1"$/);
  assert.equal(made(), 1);
  render(request, "some");
  assert.equal(made(), 2);
});

test("a strategy without a token prints nothing, and leaves the page as it is", () => {
  const request = { ...requestMap(), antiForgery: () => "" } as RequestMap;
  const page = renderer(printsField)(request, "x");
  assert.equal(page.body, "");
  assert.equal(page.headers["cache-control"], undefined);
});

test("a page with a token is never cached, whatever its headers say; one without is as it was", () => {
  const { request } = withToken();
  const headers = { "cache-control": "public, max-age=60" };
  assert.equal(renderer(printsField)(request, "x", {}, { headers }).headers["cache-control"], "private, no-store");
  assert.equal(renderer(() => "")(request, "x", {}, { headers }).headers["cache-control"], "public, max-age=60");
});

test("headers in another spelling stand once", () => {
  const render = renderer(printsField);
  const headers = { "Cache-Control": "public, max-age=60", "Content-Type": "application/xhtml+xml" };
  const page = render(withToken().request, "x", {}, { headers });
  assert.deepEqual(page.headers, {
    "content-type": "application/xhtml+xml",
    "cache-control": "private, no-store",
  });
});

test("what the engine throws comes out, and no text is an error", async () => {
  const error = new Error("template line 3");
  const fail = renderer(() => {
    throw error;
  });
  assert.throws(() => fail(requestMap(), "x"), error);
  await assert.rejects(renderer(() => Promise.reject(error))(requestMap(), "x"), error);
  const wrong = renderer((() => Promise.resolve(7)) as unknown as Engine);
  await assert.rejects(wrong(requestMap(), "x"), { code: "ERR_TEMPLATE" });
});

test("impossible options are told", () => {
  assert.throws(() => renderer("eta" as never), { code: "ERR_OPTION", option: "engine" });
  assert.throws(() => renderer(asJson, { view: {} as never }), { code: "ERR_OPTION", option: "view" });
  assert.throws(() => renderer(asJson, { views: "x" } as never), { code: "ERR_OPTION", option: "views" });
  assert.throws(() => renderer(asJson)(requestMap(), "x", {}, { stauts: 1 } as never), { option: "stauts" });
  assert.throws(() => renderer(asJson)(requestMap(), undefined as never), { option: "template" });
});
