import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RinglightError } from "../../src/errors.ts";
import { byAccept } from "../../src/failure/plain-answer.ts";
import { refuse } from "../../src/refusal.ts";
import { etaEngine } from "../../src/render/eta.ts";
import { errorPage, errorPages, renderer } from "../../src/render/index.ts";
import { GET, notFound, routes } from "../../src/routing/index.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";
import { viewsFolder } from "./views.ts";

test("the built-in page says status, sentence and id, and is never cached", () => {
  const page = errorPage(404, { message: "There is no such page.", id: "a1" });
  assert.equal(page.status, 404);
  assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(page.headers["cache-control"], "no-store");
  assert.match(page.body as string, /^<!doctype html>\n<html lang="en">/);
  assert.match(page.body as string, /<title>404 Not Found<\/title>/);
  assert.match(page.body as string, /<h1>Not Found<\/h1>\n<p>There is no such page\.<\/p>\n<p><code>a1<\/code><\/p>/);
});

test("its words are text", () => {
  const hostile = `"><script>alert(1)</script>`;
  const { body } = errorPage(500, { title: hostile, message: hostile, id: hostile, lang: hostile });
  assert.doesNotMatch(body as string, /<script|""/);
});

test("it needs nothing that a Content-Security-Policy forbids", () => {
  assert.doesNotMatch(errorPage(500).body as string, /style|script|src=|href=| on\w+=/i);
});

for (const status of [200, 302, 399, 600, 404.5, "404", undefined]) {
  test(`${status} is no error's status`, () =>
    assert.throws(() => errorPage(status as number), { code: "ERR_OPTION", option: "status" }));
}

function pages(t: TestContext, template: string, told: unknown[] = []) {
  const views = viewsFolder(t, { "error.eta": template });
  return errorPages({ render: renderer(etaEngine({ views })), onError: (error) => void told.push(error) });
}

const TEMPLATE = "<h1><%= it.status %> <%= it.title %></h1><%= it.message %> <%= it.id %> <%= it.lang %>";

test("a template prints the error, with its status", async (t) => {
  const page = await pages(t, TEMPLATE)(403, requestMap(), { message: "<b>", id: "x", lang: "de" });
  assert.equal(page.status, 403);
  assert.equal(page.body, "<h1>403 Forbidden</h1>&lt;b&gt; x de");
  assert.equal(page.headers["cache-control"], "no-store");
});

test("who asks for JSON gets the sentence, or the title, as JSON", async (t) => {
  const asking = requestMap("GET", "/", { headers: { accept: "application/json" } });
  const page = await pages(t, TEMPLATE)(403, asking, { message: "Go away.", id: "x" });
  assert.equal(page.headers["content-type"], "application/json");
  assert.equal(page.headers.vary, "Accept");
  assert.deepEqual(JSON.parse(String(page.body)), { error: { status: 403, message: "Go away.", id: "x" } });
  const plain = await pages(t, TEMPLATE)(403, asking);
  assert.deepEqual(JSON.parse(String(plain.body)), { error: { status: 403, message: "Forbidden" } });
});

test("a template that fails is told, and the built-in page comes", async (t) => {
  const told: unknown[] = [];
  const page = await pages(t, "<%= it.no.such %>", told)(500, requestMap(), { id: "x" });
  assert.deepEqual({ ...page }, { ...byAccept(errorPage(500, { id: "x" })) });
  assert.equal(told.length, 1);
  const render = renderer(() => {
    throw new Error("broken");
  });
  const onError = () => {
    throw new Error("log is full");
  };
  assert.equal((await errorPages({ render, onError })(500, requestMap())).status, 500);
});

test("they answer for routes and for what is refused", async (t) => {
  const page = pages(t, TEMPLATE);
  const app = routes(
    GET("/refuse", (request) =>
      refuse(new RinglightError("ERR_CSRF", "no token", { status: 403 }), request, ({ status }) =>
        page(status, request),
      ),
    ),
    notFound((request) => page(404, request)),
  );
  const { url } = await listen(t, app);
  const [missing, refused] = await Promise.all([fetch(`${url}/x`), fetch(`${url}/refuse`)]);
  assert.deepEqual([missing.status, refused.status], [404, 403]);
  assert.match(await missing.text(), /404 Not Found/);
  assert.match(await refused.text(), /403 Forbidden/);
});

test("impossible options are told", () => {
  const render = renderer(() => "");
  assert.throws(() => errorPages({ render: "error" as never }), { option: "render" });
  assert.throws(() => errorPages({ render, template: 7 as never }), { option: "template" });
  assert.throws(() => errorPages({ render, onError: 7 as never }), { option: "onError" });
  assert.throws(() => errorPages({ render, x: 7 } as never), { option: "x" });
  assert.throws(() => errorPage(404, { titel: "Lost" } as never), { code: "ERR_OPTION", option: "titel" });
  assert.throws(() => errorPage(404, null as never), { code: "ERR_OPTION" });
  assert.throws(() => errorPage(404, { title: 404 } as never), { code: "ERR_OPTION", option: "title" });
});
