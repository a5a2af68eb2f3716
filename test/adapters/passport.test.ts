/** passport 0.7 with passport-local signs in and out through lent sessions, as its documentation has it. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import express from "express";
import passport from "passport";
import { Strategy } from "passport-local";
import { session } from "../../src/adapters/express.ts";
import { endSessions } from "../../src/session/end-sessions.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import { listSessions } from "../../src/session/list-sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { cookieJar } from "../../src/testing/cookie-jar.ts";

interface Visitor {
  passport?: { user?: string };
  cart?: string[];
}

interface Account {
  readonly id: string;
}

async function site(t: TestContext, more: passport.LogOutOptions & passport.AuthenticateOptions = {}) {
  const store = memoryStore();
  const events: SessionEvent[] = [];
  const sessions = session<Visitor>({
    store,
    subject: ({ passport }) => passport?.user,
    onEvent: (event) => void events.push(event),
  });
  const auth = new passport.Passport();
  auth.use(new Strategy((name, password, done) => done(null, password === "secret" ? { id: name } : false)));
  auth.serializeUser<string>((user, done) => done(null, (user as Account).id));
  auth.deserializeUser<string>((id, done) => done(null, { id }));
  const app = express();
  app.use(express.urlencoded());
  app.use(sessions);
  app.use(auth.session());
  app.get("/me", (req, res) => {
    res.json({ user: (req.user as Account | undefined)?.id ?? null, session: sessions.of(req).session });
  });
  app.post("/cart", (req, res) => {
    sessions.of(req).session.cart = ["tea"];
    res.end();
  });
  app.post("/login", auth.authenticate("local", { failureRedirect: "/failed", ...more }), (_req, res) =>
    res.redirect("/"),
  );
  app.post("/logout", (req, res, next) => {
    req.logout(more, (error) => (error ? next(error) : res.redirect("/")));
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const jar = cookieJar();
  const go = async (method: "GET" | "POST", path: string, form?: Record<string, string>, cookie = jar.header(url)) => {
    const response = await fetch(url + path, {
      method,
      redirect: "manual",
      headers: { cookie, origin: url },
      ...(form && { body: new URLSearchParams(form) }),
    });
    jar.store(response.headers.getSetCookie(), url);
    return { status: response.status, location: response.headers.get("location"), body: await response.text() };
  };
  const me = async (cookie?: string) => JSON.parse((await go("GET", "/me", undefined, cookie)).body);
  const login = (password = "secret") => go("POST", "/login", { username: "bob", password });
  return { go, me, login, cookie: () => jar.header(url), store, events };
}

test("signing in renews the token, and the one before is dead", async (t) => {
  const { go, me, login, cookie } = await site(t);
  await go("POST", "/cart");
  const before = cookie();
  assert.deepEqual([(await login()).location, (await me()).user], ["/", "bob"]);
  assert.notEqual(cookie(), before);
  assert.deepEqual((await me()).session, { passport: { user: "bob" } }, "nothing of the session before");
  assert.equal((await me(before)).user, null);
});

test("keepSessionInfo keeps what the session held, under the new token", async (t) => {
  const { go, me, login, cookie } = await site(t, { keepSessionInfo: true });
  await go("POST", "/cart");
  const before = cookie();
  await login();
  assert.deepEqual((await me()).session, { cart: ["tea"], passport: { user: "bob" } });
  assert.notEqual(cookie(), before);
  await go("POST", "/logout");
  assert.deepEqual(await me(), { user: null, session: { cart: ["tea"], passport: {} } });
});

test("a wrong password signs nobody in", async (t) => {
  const { me, login } = await site(t);
  assert.equal((await login("wrong")).location, "/failed");
  assert.equal((await me()).user, null);
});

test("signing out is one, for every token that there was", async (t) => {
  const { go, me, login, cookie } = await site(t);
  await login();
  const signedIn = cookie();
  assert.equal((await go("POST", "/logout")).location, "/");
  assert.equal((await me()).user, null);
  assert.equal((await me(signedIn)).user, null);
});

test("with the subject that it keeps, a user's sessions are listed and ended", async (t) => {
  const { me, login, store, events } = await site(t);
  await login();
  assert.equal((await listSessions(store, "bob")).length, 1);
  await endSessions(store, "bob");
  assert.equal((await me()).user, null);
  assert.deepEqual(events.filter(({ type }) => type === "session.created").length, 1);
});
