import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import express from "express";
import session from "express-session";
import { Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { visitor } from "../../../src/testing/index.ts";
import { notesSite } from "../../support/notes-site.ts";
import { listen } from "../../support/site.ts";

async function listening(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => server.close(resolve))); // waits for connections: none may be left
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a server that listens is told what a browser would tell it, and every header comes back", async (t) => {
  const url = await listening(t, (request, response) => {
    response.setHeader("Set-Cookie", ["a=1; Path=/", "b=2, with a comma; Path=/; Secure"]);
    if (request.url === "/empty") response.writeHead(204).end();
    else request.pipe(response.writeHead(200, { "X-Raw": JSON.stringify(request.rawHeaders), "X-Url": request.url }));
  });
  const bob = await visitor(url);
  const page = await bob.post("/a%20b?c=d", { body: "ü" });
  const raw = JSON.parse(page.headers.get("x-raw")!) as string[];
  const headers = Object.fromEntries(raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1]]] : [])));
  assert.deepEqual(headers, {
    host: url.slice("http://".length),
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
    "sec-fetch-user": "?1",
    origin: url,
    "content-type": "text/plain;charset=UTF-8",
    "content-length": "2",
    Connection: "close",
  });
  assert.equal(page.headers.get("x-url"), "/a%20b?c=d");
  assert.equal(page.text(), "ü");
  assert.deepEqual([...page.bytes()], [0xc3, 0xbc]);
  assert.equal(bob.cookie("b"), "2, with a comma");
  assert.equal((await bob.get("/empty")).status, 204);
  assert.equal(bob.page, page, "204 leaves the page where it is");
});

test("a server that is not there is an error", async () => {
  const bob = await visitor("http://127.0.0.1:1");
  await assert.rejects(bob.get("/"), { code: "ECONNREFUSED" });
});

test("behind a proxy's name a server has that origin's cookies", async (t) => {
  const url = await listening(t, (request, response) => {
    response.setHeader("Set-Cookie", "__Host-a=1; Path=/; Secure");
    response.end(JSON.stringify([request.headers.host, request.headers.origin, request.headers.cookie ?? null]));
  });
  const bob = await visitor(url, { origin: "https://example.com" });
  await bob.get("/");
  assert.deepEqual((await bob.post("/")).json(), ["example.com", "https://example.com", "__Host-a=1"]);
});

test("a ringlight application that listens is visited as one in this process", async (t) => {
  const { url, errors } = await listen(t, notesSite());
  const bob = await visitor(url);
  await bob.get("/login");
  assert.match((await bob.submit({ user: "bob", password: "secret" })).text(), /Welcome, bob\.<\/p><h1>bob</);
  assert.match((await bob.submit({ note: "<1>" }, { form: "#note" })).text(), /Noted\..*<li>&lt;1&gt;<\/li>/s);
  assert.deepEqual(errors, []);
});

test("Express with express-session: signs in, counts, signs out", async (t) => {
  const app = express();
  app.use(
    express.urlencoded(),
    session({ secret: "s", resave: false, saveUninitialized: false, cookie: { maxAge: 60_000 } }),
  );
  app.get("/", (request, response) => {
    const { user = "nobody" } = request.session as { user?: string };
    response.send(`<h1>${user}</h1><form method="post" action="/login"><input name="user"></form>`);
  });
  app.post("/login", (request, response) => {
    (request.session as { user?: string }).user = request.body.user;
    response.redirect("/");
  });
  app.get("/logout", (request, response) => request.session.destroy(() => response.redirect("/")));
  const bob = await visitor(await listening(t, app));
  await bob.get("/");
  const page = await bob.submit({ user: "bob" });
  assert.match(page.text(), /<h1>bob</);
  assert.equal(page.redirects[0]?.status, 302);
  assert.equal(bob.cookies()[0]?.httpOnly, true);
  assert.match((await bob.get("/logout")).text(), /<h1>nobody</);
});

test("Hono: an application, or its fetch, is visited in this process", async () => {
  const app = new Hono();
  app.get("/", (c) =>
    c.html(`<h1>${getCookie(c, "user", "host") ?? "nobody"}</h1><form method="post"><input name="user"></form>`),
  );
  app.post("/", async (c) => {
    setCookie(c, "user", String((await c.req.parseBody()).user), { prefix: "host", secure: true, path: "/" });
    return c.redirect("/", 303);
  });
  app.get("/out", (c) => {
    deleteCookie(c, "user", { prefix: "host", secure: true, path: "/" });
    return c.redirect("/");
  });
  for (const target of [app, { fetch: app.fetch }]) {
    const bob = await visitor(target);
    await bob.get("/");
    assert.match((await bob.submit({ user: "bob" })).text(), /<h1>bob</);
    assert.equal(bob.cookie("__Host-user"), "bob");
    assert.match((await bob.get("/out")).text(), /<h1>nobody</);
  }
});

test("an error of a ringlight application is answered, and told", async () => {
  const errors: unknown[] = [];
  const thrown = new Error("broken");
  const app = () => {
    throw thrown;
  };
  const bob = await visitor(app, { onError: (error) => void errors.push(error) });
  assert.equal((await bob.get("/")).status, 500);
  assert.deepEqual(errors, [thrown]);
});
