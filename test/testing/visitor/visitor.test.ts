import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import { sessionToken, signedToken, type TokenStrategy } from "../../../src/middleware/anti-forgery.ts";
import { movableClock, type Visitor, visitor } from "../../../src/testing/index.ts";
import { notesSite } from "../../support/notes-site.ts";

const STRATEGIES: ReadonlyArray<readonly [string, TokenStrategy | undefined]> = [
  ["headers", undefined],
  ["sessionToken", sessionToken()],
  ["signedToken", signedToken({ keys: randomBytes(32) })],
];

async function signIn(bob: Visitor, user = "bob") {
  await bob.get("/login");
  return bob.submit({ user, password: "secret" });
}

for (const [name, strategy] of STRATEGIES) {
  const site = () => notesSite(strategy ? { strategy } : {});

  test(`with ${name}: signs in by the form, is shown a message once, and signs out`, async () => {
    const bob = await visitor(site());
    const page = await signIn(bob);
    assert.equal(page.status, 200);
    assert.equal(page.url, "https://localhost/");
    assert.deepEqual(
      page.redirects.map(({ status, url }) => [status, url]),
      [[303, "https://localhost/login"]],
    );
    assert.match(page.text(), /<p id="flash">Welcome, bob\.<\/p><h1>bob</);
    assert.match((await bob.get("/")).text(), /<p id="flash"><\/p><h1>bob</);
    assert.ok(page.setCookies.some((line) => line.startsWith("__Host-session=")));
    const left = await bob.submit({}, { form: '[action="/logout"]' });
    assert.match(left.text(), /<p id="flash">Bye\.<\/p><h1>nobody</);
  });

  test(`with ${name}: a script's request passes with what the page gives it, and another site's does not`, async () => {
    const bob = await visitor(site());
    await signIn(bob);
    assert.deepEqual((await bob.fetch("/count", { method: "POST", json: { n: 1 } })).json(), { notes: 0 });
    assert.equal(bob.page?.url, "https://localhost/");
    const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    assert.equal((await bob.tab().post("/notes", { form: { note: "x" }, headers: foreign })).status, 403);
    assert.equal((await bob.fetch("/count", { method: "POST" })).status, 200);
  });
}

test("without its token a form of a site with tokens is refused", async () => {
  const bob = await visitor(notesSite({ strategy: sessionToken() }));
  await signIn(bob);
  assert.equal((await bob.post("/notes", { form: { note: "by hand" } })).status, 403);
  await bob.get("/");
  assert.equal((await bob.submit({ "__anti-forgery-token": "forged" }, { form: "#note" })).status, 403);
});

test("a form of a page from before the sign-in is refused in another tab", async () => {
  const bob = await visitor(notesSite({ strategy: sessionToken() }));
  const stale = bob.tab();
  const before = await stale.get("/");
  await signIn(bob);
  assert.equal((await before.form("#note").submit({ note: "late" })).status, 403);
});

test("tabs share the cookies and have pages of their own; another visitor shares nothing", async () => {
  const app = notesSite();
  const [bob, alice] = [await visitor(app), await visitor(app)];
  const tab = bob.tab();
  await signIn(bob);
  assert.equal(tab.page, undefined);
  assert.match((await tab.get("/")).text(), /<h1>bob</);
  assert.match((await alice.get("/")).text(), /<h1>nobody</);
  await tab.submit({}, { form: '[action="/logout"]' });
  assert.match((await bob.get("/")).text(), /<h1>nobody</);
});

test("requests at once keep each other's changes", async () => {
  const bob = await visitor(notesSite());
  await signIn(bob);
  const adding = Array.from({ length: 20 }, (_, i) => bob.tab().post("/notes", { form: { note: `n${i}` } }));
  await Promise.all(adding);
  assert.equal((await bob.get("/")).text().match(/<li>/g)?.length, 20);
});

test("the session's cookie and the session end together when the clock is moved", async () => {
  const clock = movableClock(Date.UTC(2030, 0, 1));
  const bob = await visitor(notesSite({ now: clock.now, maxAge: 600 }), { clock });
  await signIn(bob);
  assert.equal(bob.cookies()[0]?.expires, Date.UTC(2030, 0, 1) + 600_000);
  clock.advance(599);
  assert.match((await bob.get("/")).text(), /<h1>bob</);
  clock.advance(600);
  assert.equal(bob.cookie("__Host-session"), undefined);
  assert.match((await bob.get("/")).text(), /<h1>nobody</);
});

test("a session ends on the server's clock although its cookie lives", async () => {
  const clock = movableClock();
  const bob = await visitor(notesSite({ now: clock.now }), { clock });
  await signIn(bob);
  clock.advance(43_201);
  assert.equal(typeof bob.cookie("__Host-session"), "string");
  assert.match((await bob.get("/")).text(), /<h1>nobody</);
});

test("cookies can be looked at, set and cleared", async () => {
  const bob = await visitor(notesSite());
  bob.setCookie("theme=dark%20blue; Path=/; SameSite=Lax; Max-Age=60");
  assert.equal(bob.cookie("theme"), "dark%20blue");
  const [{ name, path, sameSite, hostOnly, httpOnly, secure } = {} as never] = bob.cookies();
  assert.deepEqual([name, path, sameSite, hostOnly, httpOnly, secure], ["theme", "/", "lax", true, false, false]);
  assert.equal((await bob.get("/headers")).json<{ cookie: string }>().cookie, "theme=dark%20blue");
  bob.clearCookies();
  assert.deepEqual(bob.cookies(), []);
  assert.throws(() => bob.setCookie("__Host-a=1; Path=/"), {
    code: "ERR_OPTION",
    message: /a browser would not take it/,
  });
});

test("neither console.log nor an assertion shows a cookie, a token or a page", async () => {
  const bob = await visitor(notesSite({ strategy: sessionToken() }));
  const page = await signIn(bob);
  const form = page.form("#note");
  const all = { depth: 9, showHidden: true };
  const shown = [bob, page, form, page.redirects, page.setCookies, bob.cookies(), bob.tab()].map((each) =>
    inspect(each, all),
  );
  const written = [bob, page, form, page.redirects].map((each) => JSON.stringify(each));
  const secrets = [bob.cookie("__Host-session")!, String(form.values["__anti-forgery-token"])];
  for (const text of [...shown, ...written]) for (const secret of secrets) assert.ok(!text.includes(secret), text);
  assert.match(shown[1]!, /status: 200, path: '\/'/);
});

test("what cannot be visited, and options that cannot be, are named", async () => {
  const app = notesSite();
  const refused = async (run: Promise<unknown>, message: RegExp) =>
    assert.rejects(run, { code: "ERR_OPTION", message });
  const express = Object.assign(() => {}, { listen() {}, use() {} });
  await refused(visitor(express as never), /must be a ringlight application, \{ fetch: handler \}, or the address/);
  await refused(visitor({} as never), /^target: /);
  await refused(visitor("localhost:3000"), /^target: must be the address of a server/);
  await refused(visitor("http://localhost:3000/path"), /without a path/);
  await refused(visitor(app, { origin: "localhost" }), /^origin: /);
  await refused(visitor(app, { maxRedirects: 21 }), /^maxRedirects: /);
  await refused(visitor(app, { clock: null as never }), /^clock: /);
  await refused(visitor(app, { cookies: [] } as never), /^cookies: is no option of visitor/);
  const bob = await visitor(app);
  await refused(bob.get("https://example.com/"), /^path: leads to another origin/);
  await refused(bob.get("/", { boddy: "" } as never), /did you mean body\?/);
  await refused(bob.post("/", { json: 1, form: {} }), /^body: is given twice/);
  await refused(bob.request("A B", "/"), /^method: /);
  await refused(bob.get("/", { headers: { "a b": "c" } }), /^headers: /);
});
