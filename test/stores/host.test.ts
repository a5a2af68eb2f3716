/** The session of a mounted application is the host's own: in each host, with its real session library. */
import assert from "node:assert/strict";
import { test } from "node:test";
import express from "express";
import sessions from "express-session";
import { Passport } from "passport";
import { Strategy as LocalStrategy } from "passport-local";
import { toFetch } from "../../src/adapters/fetch.ts";
import { toNode } from "../../src/adapters/node.ts";
import { toExpress } from "../../src/adapters/to-express.ts";
import { siteDefaults, wrapDefaults } from "../../src/defaults/index.ts";
import { wrapLint } from "../../src/dev/index.ts";
import { recreate, text } from "../../src/index.ts";
import { type WithFlash, wrapFlash } from "../../src/middleware/flash.ts";
import { type Handler, stack } from "../../src/ring.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import { type AnySession, type WithSession, wrapSession } from "../../src/session/wrap-session.ts";
import { hostStore } from "../../src/stores/host.ts";
import { listening } from "../support/mount-hosts.ts";
import { EXPRESS, type HostPages, SESSION_HOSTS } from "../support/session-hosts.ts";
import { request, visitor } from "../support/visitor.ts";

type Page = (request: Parameters<Handler<WithSession<AnySession> & WithFlash>>[0]) => object;

/** Pages under `/app`, each merged over an empty 200; `/app/show` tells the session. */
function appOf(pages: Readonly<Record<string, Page>>, options: SessionOptions<AnySession> = {}): Handler {
  const show: Page = ({ session }) => text(JSON.stringify(session));
  const session = wrapSession<AnySession>({ store: hostStore(), ...options });
  return stack.use(session).use(wrapFlash())((request) => ({
    ...text(""),
    ...(request.uri === "/show" ? show : pages[request.uri.slice(1)]!)(request),
  }));
}

const HOST_PAGES: HostPages = {
  show: (session) => JSON.parse(JSON.stringify(session)),
  id: (session) => session.sessionId ?? session.externalKey ?? session.id,
  put: (session, query) => void Object.assign(session, Object.fromEntries(query)),
};

const PAGES: Readonly<Record<string, Page>> = {
  put: ({ session, queryString }) => ({
    session: { ...session, ...Object.fromEntries(new URLSearchParams(queryString)) },
  }),
  read: () => ({}),
  end: () => ({ session: null }),
  renew: ({ session }) => ({ session: recreate(session) }),
  count: () => ({ session: (current: AnySession) => ({ ...current, n: Number(current.n ?? 0) + 1 }) }),
};

for (const { name, site } of SESSION_HOSTS) {
  test(`${name}: who only looks stores nothing and gets no cookie`, async (t) => {
    const { url, backend } = await site(t, appOf(PAGES), HOST_PAGES);
    const { status, setCookies, headers } = await request(`${url}/app/read`);
    assert.deepEqual([status, setCookies, backend.sessions.size], [200, [], 0]);
    assert.match(headers.get("vary") ?? "", /Cookie/);
  });

  test(`${name}: host and application see each other's keys, under the host's cookie alone`, async (t) => {
    const { url, backend } = await site(t, appOf(PAGES), HOST_PAGES);
    const me = visitor(url);
    const begun = await me.get("/app/put?colour=blue");
    assert.ok(begun.setCookies.length > 0);
    for (const line of begun.setCookies) assert.doesNotMatch(line, /^(__Host-)?session=/);
    assert.equal(begun.headers.get("cache-control"), "private, no-store");
    assert.equal(JSON.parse((await me.get("/host/show")).body).colour, "blue");
    await me.get("/host/put?passport=ann");
    assert.deepEqual(JSON.parse((await me.get("/app/show")).body), { colour: "blue", passport: "ann" });
    await me.get("/app/put?colour=red");
    const { ringlight: _, ...data } = backend.data();
    assert.deepEqual(data, { colour: "red", passport: "ann" });
    assert.equal(backend.sessions.size, 1);
  });

  test(`${name}: a session that the host began stays under its id, and has no key of ours, until it is renewed`, async (t) => {
    const { url, backend } = await site(t, appOf(PAGES), HOST_PAGES);
    const me = visitor(url);
    await me.get("/host/put?seen=yes");
    const id = (await me.get("/host/id")).body;
    await me.get("/app/put?colour=blue");
    assert.equal((await me.get("/host/id")).body, id);
    assert.deepEqual(backend.data(), { seen: "yes", colour: "blue" });
  });

  for (const [what, page] of [
    ["a sign-in", "put?user=ann"],
    ["recreate", "renew"],
  ] as const) {
    test(`${name}: ${what} gives the session another id, and the old one is dead`, async (t) => {
      const events: SessionEvent[] = [];
      const app = appOf(PAGES, { onEvent: (event) => void events.push(event) });
      const { url, backend } = await site(t, app, HOST_PAGES);
      const me = visitor(url);
      await me.get("/host/put?cart=full");
      const old = me.cookie();
      const oldId = JSON.parse((await me.get("/host/id")).body);
      await me.get(`/app/${page}`);
      assert.notEqual(JSON.parse((await me.get("/host/id")).body), oldId);
      assert.equal(JSON.parse((await me.get("/app/show")).body).cart, "full");
      assert.deepEqual([backend.sessions.size, backend.sessions.has(oldId)], [1, false]);
      assert.equal((await request(`${url}/app/show`, "GET", { cookie: old })).body, "{}");
      assert.deepEqual(
        events.map(({ type }) => type),
        ["session.recreated"],
      );
    });
  }

  test(`${name}: a session begins under an id that nobody knew, though an empty one came`, async (t) => {
    const { url, backend } = await site(t, appOf(PAGES), HOST_PAGES);
    const [victim, attacker] = [visitor(url), visitor(url)];
    await attacker.get("/host/put?x=1");
    const known = JSON.parse((await attacker.get("/host/id")).body);
    backend.sessions.set(known, JSON.stringify({ ...JSON.parse(backend.sessions.get(known)!), x: undefined }));
    await victim.get("/app/put?user=ann", { cookie: attacker.cookie() });
    assert.equal(backend.sessions.has(known), false);
    assert.equal((await attacker.get("/app/show")).body, "{}");
  });

  test(`${name}: null destroys the host's session, and that is waited for`, async (t) => {
    const { url, backend } = await site(t, appOf(PAGES), HOST_PAGES);
    const me = visitor(url);
    await me.get("/app/put?user=ann");
    const old = me.cookie();
    await me.get("/app/end");
    assert.equal(backend.sessions.size, 0);
    assert.equal((await request(`${url}/app/show`, "GET", { cookie: old })).body, "{}");
    assert.equal(JSON.parse((await request(`${url}/host/show`, "GET", { cookie: old })).body).user, undefined);
  });

  test(`${name}: a flash waits in the host's session for one page, and outlives null`, async (t) => {
    const pages: Record<string, Page> = {
      ...PAGES,
      say: () => ({ flash: "hello" }),
      bye: () => ({ session: null, flash: "bye" }),
      page: ({ flash }) => text(String(flash)),
    };
    const { url, backend } = await site(t, appOf(pages), HOST_PAGES);
    const me = visitor(url);
    await me.get("/app/put?user=ann");
    await me.get("/app/say");
    await me.get("/host/put?b=1"); // a page of the host's does not take it
    const seen = [await me.get("/app/page"), await me.get("/app/page")].map(({ body }) => body);
    assert.deepEqual(seen, ["hello", "undefined"]);
    await me.get("/app/bye");
    assert.equal((await me.get("/app/page")).body, "bye");
    assert.equal((await me.get("/app/show")).body, "{}");
    assert.equal(JSON.stringify([...backend.sessions.values()]).includes("ann"), false);
  });

  test(`${name}: a session function is applied`, async (t) => {
    const { url } = await site(t, appOf(PAGES), HOST_PAGES);
    const me = visitor(url);
    for (let times = 0; times < 3; times++) await me.get("/app/count");
    assert.deepEqual(JSON.parse((await me.get("/app/show")).body), { n: 3 });
  });

  test(`${name}: the response waits until the session is stored`, async (t) => {
    const { url, backend } = await site(t, appOf(PAGES), HOST_PAGES);
    const [held, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    backend.before = (operation) => {
      if (operation !== "set") return undefined;
      reached.resolve();
      return held.promise;
    };
    let isAnswered = false;
    const answer = request(`${url}/app/put?a=1`).finally(() => {
      isAnswered = true;
    });
    await reached.promise;
    await request(`${url}/host/show`); // the server has had its turn
    assert.equal(isAnswered, false);
    backend.before = () => {};
    held.resolve();
    assert.equal((await answer).status, 200);
    assert.equal(backend.data().a, "1");
  });

  for (const [what, page] of [
    ["a change", "put?colour=red"],
    ["a sign-in", "put?user=eve"],
  ] as const) {
    test(`${name}: ${what} that cannot be stored is a 503, and the host does not store it either`, async (t) => {
      const { url, backend, errors } = await site(t, appOf(PAGES), HOST_PAGES);
      const me = visitor(url);
      await me.get("/app/put?colour=blue");
      backend.before = (_operation, text) => {
        if (!/red|eve/.test(text ?? "")) return;
        backend.before = () => {}; // once: a second attempt would succeed
        throw new Error("disk full");
      };
      assert.equal((await me.get(`/app/${page}`)).status, 503);
      assert.equal((errors[0] as { code?: string }).code, "ERR_STORE_UNAVAILABLE");
      assert.doesNotMatch(JSON.stringify([...backend.sessions.values()]), /red|eve/);
    });
  }

  test(`${name}: what JSON would change, and what the host keeps under a name itself, is refused`, async (t) => {
    const values: Record<string, object> = {
      date: { at: new Date(0) },
      cookie: { cookie: 1 },
      save: { save: 1 },
      ours: { ringlight: 1 },
    };
    const pages = Object.fromEntries(Object.entries(values).map(([key, session]) => [key, () => ({ session })]));
    const { url, backend, errors } = await site(t, appOf(pages), HOST_PAGES);
    const kept = name === "koa-session" ? ["cookie"] : [];
    for (const key of Object.keys(values)) {
      const { status } = await request(`${url}/app/${key}`);
      assert.equal(status, kept.includes(key) ? 200 : 500, key);
    }
    assert.equal(backend.sessions.size, kept.length);
    for (const error of errors) assert.equal((error as { code?: string }).code, "ERR_SESSION_VALUE");
  });

  test(`${name}: a session's key lasts until the sign-in; its status tells who and since when`, async (t) => {
    const now = Date.UTC(2026, 0, 1);
    const pages: Record<string, Page> = {
      ...PAGES,
      key: ({ sessionKey, sessionStatus }) =>
        text(JSON.stringify([sessionKey && Buffer.from(sessionKey("test")).toString("hex"), sessionStatus])),
    };
    const { url } = await site(t, appOf(pages, { now: () => now }), HOST_PAGES);
    const me = visitor(url);
    assert.deepEqual(JSON.parse((await me.get("/app/key")).body), [null, { state: "none" }]);
    await me.get("/host/put?x=1");
    const [before] = JSON.parse((await me.get("/app/key")).body);
    const other = visitor(url);
    await other.get("/host/put?x=1");
    await me.get("/app/put?y=1");
    assert.equal(JSON.parse((await me.get("/app/key")).body)[0], before);
    assert.notEqual(JSON.parse((await other.get("/app/key")).body)[0], before);
    await me.get("/app/put?user=ann");
    const [after, status] = JSON.parse((await me.get("/app/key")).body);
    assert.notEqual(after, before);
    const live = { state: "live", createdAt: now, usedAt: now, signedIn: true, authenticatedAt: now };
    assert.deepEqual(status, live);
    await me.get("/host/put?user=bob"); // whoever that is, he has not proved it here
    assert.equal(JSON.parse((await me.get("/app/key")).body)[1].authenticatedAt, undefined);
  });

  test(`${name}: a thrown error stores nothing`, async (t) => {
    const pages: Record<string, Page> = {
      ...PAGES,
      fail: () => {
        throw new Error("no");
      },
    };
    const { url, backend } = await site(t, appOf(pages), HOST_PAGES);
    assert.equal((await request(`${url}/app/fail`)).status, 500);
    assert.equal(backend.sessions.size, 0);
  });

  test(`${name}: what only a store of ours can do is refused`, async (t) => {
    const pages: Record<string, Page> = {
      persist: () => ({ session: recreate({ user: "ann" }, { persist: 60 }) }),
      others: () => ({ session: recreate({ user: "ann" }, { endOthers: true }) }),
      attrs: () => ({ session: { a: 1 }, sessionCookieAttrs: { maxAge: 60 } }),
    };
    const { url, backend, errors } = await site(t, appOf(pages), HOST_PAGES);
    for (const page of Object.keys(pages)) assert.equal((await request(`${url}/app/${page}`)).status, 500);
    const codes = errors.map((error) => (error as { code?: string }).code);
    assert.deepEqual(codes, ["ERR_SESSION_NEXT", "ERR_SESSION_NEXT", "ERR_COOKIE_ATTRIBUTE"]);
    assert.equal(backend.sessions.size, 0);
  });
}

test("options that the host decides are refused when the stack is built", () => {
  for (const options of [
    { timeout: 60 },
    { maxAge: 60 },
    { cookieName: "a" },
    { cookieAttrs: {} },
    { insecure: true },
  ]) {
    const [option] = Object.keys(options);
    assert.throws(() => wrapSession({ store: hostStore(), ...options }), { code: "ERR_OPTION", option });
  }
});

test("a server without a host refuses hostStore() when it is built", () => {
  const app = stack.use(wrapSession({ store: hostStore() }))(() => text("ok"));
  for (const serve of [toNode, toFetch]) assert.throws(() => serve(app), { code: "ERR_OPTION", message: /hostStore/ });
});

test("siteDefaults with hostStore(): the cookie's attributes are the host's, and a session is missed where it is mounted", async (t) => {
  const app = stack.use(wrapDefaults(siteDefaults, { session: { store: hostStore() }, static: false }))(
    ({ session, antiForgery }) => ({ ...text(String(antiForgery !== undefined)), session: { ...session, a: 1 } }),
  );
  assert.throws(() => express().use(toExpress(app)), { code: "ERR_OPTION" });
  const { url, backend } = await EXPRESS.site(t, app);
  assert.deepEqual([(await request(`${url}/app/x`)).status, backend.data().a], [200, 1]);
});

test("a sign-in by passport is seen, and ended by null", async (t) => {
  const people = new Passport();
  people.serializeUser((user, done) => done(null, (user as { name: string }).name));
  people.deserializeUser((name, done) => done(null, { name }));
  people.use(new LocalStrategy((name, _password, done) => done(null, { name })));
  const subject = ({ passport }: { readonly passport?: { readonly user?: string } }) => passport?.user;
  const session = wrapSession<{ passport?: { user?: string }; n?: number }>({ store: hostStore(), subject });
  const app: Handler = stack.use(session)(({ session, sessionStatus, uri }) => {
    if (uri === "/end") return { ...text(""), session: null };
    const signedIn = sessionStatus.state === "live" && sessionStatus.signedIn;
    return { ...text(`${session.passport?.user} ${signedIn}`), session: { ...session, n: 1 } };
  });
  const host = express()
    .use(sessions({ secret: "s", resave: false, saveUninitialized: false }))
    .use(people.initialize(), people.session())
    .post("/login", people.authenticate("local"), (_req, res) => void res.end())
    .get("/me", (req, res) => void res.json([req.user ?? null, (req.session as { n?: number }).n ?? null]))
    .use("/app", toExpress(app));
  const url = await listening(t, host);
  const me = visitor(url);
  assert.equal((await me.get("/app")).body, "undefined false");
  await me.post("/login?username=ann&password=x");
  assert.equal((await me.get("/app")).body, "ann true");
  assert.equal((await me.get("/me")).body, '[{"name":"ann"},1]');
  await me.get("/app/end");
  assert.equal((await me.get("/me")).body, "[null,null]");
});

test("wrapLint outside and inside has nothing to say", async (t) => {
  const app = stack
    .use(wrapLint())
    .use(wrapSession<AnySession>({ store: hostStore() }))
    .use(wrapLint())(({ session }) => ({ ...text(""), session: { ...session, user: "ann" } }));
  const { url, backend } = await EXPRESS.site(t, app);
  assert.deepEqual([(await request(`${url}/app/x`)).status, backend.data().user], [200, "ann"]);
});
