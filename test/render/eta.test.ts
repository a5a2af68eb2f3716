import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { etaEngine } from "../../src/render/eta.ts";
import { renderer } from "../../src/render/index.ts";
import type { RequestMap } from "../../src/ring.ts";
import { requestMap } from "../support/request-map.ts";
import { listen } from "../support/site.ts";
import { viewsFolder } from "./views.ts";

function renders(t: TestContext, templates: Readonly<Record<string, string>>, cache?: boolean) {
  const views = viewsFolder(t, templates);
  const render = renderer(etaEngine({ views, cache }));
  return { views, render, body: (name: string, values?: object) => render(requestMap(), name, values).body as string };
}

const HOSTILE = [
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  "<%= 1 %>",
  "</title><script>",
  "&lt;script&gt;",
  "$&$1$`",
  "\u2028\u0000",
];

for (const value of HOSTILE) {
  test(`${JSON.stringify(value)} is text in text and in attributes`, (t) => {
    const { body } = renders(t, { "p.eta": `<p>[<%= it.v %>]</p><i a="[<%= it.v %>]" b='[<%= it.v %>]'></i>` });
    const html = body("p", { v: value });
    const parts = [...html.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1]!);
    assert.equal(parts.length, 3);
    for (const part of parts) assert.doesNotMatch(part, /[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
    const decoded = parts[0]!
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&");
    assert.equal(decoded, value);
  });
}

test("a link from data leads to no script", (t) => {
  const { body } = renders(t, { "a.eta": `<a href="<%= it.safeHref(it.to) %>">` });
  assert.equal(body("a", { to: "java\nscript:alert(1)" }), '<a href="#">');
  assert.equal(body("a", { to: `/x?a="b"&c` }), '<a href="/x?a=&quot;b&quot;&amp;c">');
});

test("layouts and includes work, and hand the token on without making it", (t) => {
  let made = 0;
  const request = { ...requestMap(), antiForgery: () => `t${++made}` } as RequestMap;
  const { render } = renders(t, {
    "layout.eta": "<html><%~ it.body %></html>",
    "parts/form.eta": "<form><%~ it.antiForgeryField %></form>",
    "page.eta": `<% layout("./layout") %><%~ include("./parts/plain") %>`,
    "parts/plain.eta": "plain <%= it.name %>",
    "edit.eta": `<% layout("/layout") %><%~ include("./parts/form") %>`,
    "meta.eta": `<meta name="csrf-token" content="<%= it.antiForgeryToken %>">`,
  });
  const page = render(request, "page", { name: "<b>" });
  assert.equal(page.body, "<html>plain &lt;b&gt;</html>");
  assert.deepEqual([made, page.headers["cache-control"]], [0, undefined]);
  const edit = render(request, "edit");
  assert.equal(edit.body, `<html><form><input type="hidden" name="__anti-forgery-token" value="t1"></form></html>`);
  assert.equal(edit.headers["cache-control"], "private, no-store");
  assert.equal(render(request, "meta").body, `<meta name="csrf-token" content="t2">`);
});

test("what a visitor sent cannot fill a layout's blocks, nor its body", (t) => {
  const { body } = renders(t, {
    "base.eta": `[<%~ block("main", () => { %>default<% }) %>]`,
    "layout.eta": "<%~ it.body %>",
    "page.eta": `<% layout("./layout") %>page`,
  });
  const sent = JSON.parse('{"__blocks":{"main":"<script>"},"body":"<script>"}');
  assert.equal(body("base", sent), "[default]");
  assert.equal(body("page", sent), "page");
});

for (const name of [
  "../secret",
  "..",
  "/etc/passwd",
  "a/../../secret",
  "..\\secret",
  "C:\\secret",
  "./home",
  ".env",
  "a/.env",
  "@named",
  "home\u0000",
  "%2e%2e/secret",
  "",
  "a//b",
  "x".repeat(256),
]) {
  test(`${JSON.stringify(name.slice(0, 20))} is no template's name`, (t) => {
    const { body } = renders(t, { "home.eta": "home" });
    assert.throws(() => body(name), { code: "ERR_TEMPLATE" });
  });
}

test("a template that is not there is an error that names it, included ones too", (t) => {
  const { body } = renders(t, { "page.eta": `<%~ include("./gone") %>` });
  assert.throws(() => body("home"), { code: "ERR_TEMPLATE", message: /template "home\.eta".*home\.eta/ });
  assert.throws(() => body("page"), { code: "ERR_TEMPLATE", message: /template "page\.eta".*gone\.eta/ });
  const { body: cached } = renders(t, { "page.eta": `<%~ include("../page") %>` }, true);
  assert.throws(() => cached("page"), { code: "ERR_TEMPLATE", message: /not in the views directory/ });
});

test("a template that cannot be read is an error that names it", (t) => {
  const { body } = renders(t, { "bad.eta": "<% if (x { %>a<% } %>", "page.eta": `<%~ include("./bad") %>` });
  const code = "ERR_TEMPLATE";
  assert.throws(() => body("bad"), {
    code,
    message: /^template "bad\.eta", or one that it includes, cannot be read: \S/,
  });
  assert.throws(() => body("page"), { code, message: /^template "page\.eta", or one/ });
});

test("a template that fails shows a visitor nothing, and tells the log its line", async (t) => {
  const { render } = renders(t, { "bad.eta": "line one\n<%= it.no.such.secret %>" });
  const { url, errors } = await listen(t, (request) => render(request, "bad"));
  const answer = await fetch(url);
  assert.equal(answer.status, 500);
  assert.equal(await answer.text(), "Internal Server Error");
  assert.match(String(errors[0]), /bad\.eta:2/);
});

test("a changed template is seen at once, or with cache never", (t) => {
  const fresh = renders(t, { "a.eta": "one" });
  const kept = renders(t, { "a.eta": "one" }, true);
  for (const { views, body } of [fresh, kept]) {
    assert.equal(body("a"), "one");
    writeFileSync(join(views, "a.eta"), "two");
  }
  assert.deepEqual([fresh.body("a"), kept.body("a")], ["two", "one"]);
});

test("views may be a URL, other extensions are written out", (t) => {
  const views = viewsFolder(t, { "mail/hi.txt.eta": "hi", "x.html": "x" });
  const render = renderer(etaEngine({ views: pathToFileURL(views) }));
  assert.equal(render(requestMap(), "x.html").body, "x");
  assert.equal(render(requestMap(), "mail/hi.txt.eta").body, "hi");
});

test("impossible options are told", () => {
  for (const views of ["/no/such/folder", import.meta.filename, new URL("https://example.com/"), 7, undefined]) {
    assert.throws(() => etaEngine({ views } as never), { code: "ERR_OPTION", option: "views" });
  }
  assert.throws(() => etaEngine({ views: ".", cache: "yes" } as never), { option: "cache" });
  assert.throws(() => etaEngine({ view: "." } as never), { option: "view" });
});
