/** SPEC 5.2, line by line. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { z } from "zod";
import { text } from "../../src/response.ts";
import { type Middleware, stack } from "../../src/ring.ts";
import { GET, notFound } from "../../src/routing/route.ts";
import { routes } from "../../src/routing/routes.ts";
import { recreate } from "../../src/session/next.ts";
import { type AnySession, wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { barriers } from "../support/barriers.ts";
import { commonPages, listen, type Pages, site } from "../support/site.ts";
import { request, sessionCookie, visitor } from "../support/visitor.ts";
import { counting, watching } from "../support/watched-store.ts";

const signIn = async (url: string) => `session=${sessionCookie(await request(`${url}/login`))}`;
const show = async (url: string, cookie: string) => JSON.parse((await request(`${url}/show`, "GET", { cookie })).body);
const status = async (url: string, cookie: string) =>
  JSON.parse((await request(`${url}/status`, "GET", { cookie })).body);

test("1: request.session is frozen to the last leaf", async (t) => {
  const attempts: unknown[] = [];
  const { url } = await site(t, {
    ...commonPages,
    "/fill": () => ({ session: { cart: [{ item: "a" }] } }),
    "/mutate": ({ session }) => {
      for (const target of [session, session.cart, (session.cart as object[])[0]]) {
        attempts.push(assert.throws(() => Object.assign(target as object, { item: "b", 0: "c" }), TypeError));
      }
      return { session };
    },
  });
  const bob = visitor(url);
  await bob.get("/fill");
  assert.equal((await bob.get("/mutate")).status, 200);
  assert.equal(attempts.length, 3);
  assert.equal((await bob.get("/show")).body, '{"cart":[{"item":"a"}]}');
});

test("1: keys compare by value: the same value in another order of keys is no change", async (t) => {
  const { store, calls } = counting(memoryStore());
  const { url } = await site(
    t,
    {
      ...commonPages,
      "/a": () => ({ session: { o: { x: 1, y: [{ p: 1, q: 2 }] }, n: 0 } }),
      "/b": () => ({ session: { n: -0, o: { y: [{ q: 2, p: 1 }], x: 1 } } }),
    },
    { store },
  );
  const bob = visitor(url);
  await bob.get("/a");
  calls.length = 0;
  await bob.get("/b");
  assert.deepEqual(calls, ["read"]);
});

test("2: without a session, a value or function that changes nothing creates nothing, with initial and without", async (t) => {
  const pages: Pages = {
    "/same": ({ session }) => ({ session }),
    "/undefined": ({ session }) => ({ session: { ...session, nothing: undefined } }),
    "/function": () => ({ session: (s: object) => s }),
    "/recreate": ({ session }) => ({ session: recreate(session) }),
    "/null": () => ({ session: null }),
  };
  for (const options of [{}, { initial: { count: 0 } }]) {
    const { store, calls } = counting(memoryStore());
    const { url } = await site(t, pages, { store, ...options });
    for (const path of Object.keys(pages)) assert.deepEqual((await request(url + path)).setCookies, [], path);
    assert.deepEqual(calls, []);
  }
});

test("2: initial is what a visitor without a session has, and is stored when it first changes", async (t) => {
  const { url } = await site(t, { ...commonPages, "/flash": () => ({ flash: "hi" }) }, { initial: { count: 0 } });
  assert.equal((await request(`${url}/show`)).body, '{"count":0}');
  assert.equal((await request(`${url}/status`)).body, '{"state":"new"}');
  for (const path of ["/count", "/flash"]) {
    const cookie = `session=${sessionCookie(await request(url + path))}`;
    assert.equal((await show(url, cookie)).count, 0, `${path} stores initial too`);
  }
});

test("2: removing the last key keeps the session and its id; only null ends it", async (t) => {
  const { url } = await site(t, {
    ...commonPages,
    "/set": () => ({ session: { a: 1 } }),
    "/clear": () => ({ session: {} }),
  });
  const cookie = `session=${sessionCookie(await request(`${url}/set`))}`;
  assert.deepEqual((await request(`${url}/clear`, "GET", { cookie })).setCookies, []);
  assert.equal((await status(url, cookie)).state, "live");
  await request(`${url}/logout`, "GET", { cookie });
  assert.equal((await status(url, cookie)).state, "refused");
});

test("2: null deletes the cookie whenever one came, live or not, with the same attributes and in both ways", async (t) => {
  const { url } = await site(t, commonPages);
  for (const cookie of [await signIn(url), "session=forged", `session=${"A".repeat(43)}`]) {
    const { setCookies } = await request(`${url}/logout`, "GET", { cookie });
    assert.deepEqual(setCookies, [
      "session=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax",
    ]);
  }
});

test("3: a session function gets initial where there is no session, and frozen data", async (t) => {
  const { url } = await site(
    t,
    {
      ...commonPages,
      "/fn": () => ({
        session: (s: AnySession) => {
          assert.ok(Object.isFrozen(s));
          return { ...s, n: Number(s.n) + 1 };
        },
      }),
    },
    { initial: { n: 41 } },
  );
  const cookie = `session=${sessionCookie(await request(`${url}/fn`))}`;
  assert.deepEqual(await show(url, cookie), { n: 42 });
});

for (const [what, answer] of [
  ["a promise", async (s: object) => s],
  ["nothing", () => undefined],
  ["null", () => null],
  ["text", () => "text"],
] as const) {
  test(`3: a session function that answers ${what} is refused, and nothing is stored`, async (t) => {
    const { url, errors } = await site(t, { ...commonPages, "/bad": () => ({ session: answer }) });
    const cookie = await signIn(url);
    for (const carried of [cookie, ""]) {
      const { status: code, setCookies } = await request(
        `${url}/bad`,
        "GET",
        carried === "" ? {} : { cookie: carried },
      );
      assert.deepEqual([code, setCookies], [500, []]);
    }
    assert.deepEqual(new Set(errors.map((error) => (error as { code: string }).code)), new Set(["ERR_SESSION_NEXT"]));
    assert.deepEqual(await show(url, cookie), { user: "bob" });
  });
}

for (const bad of [42, "text", true, Symbol("s")]) {
  test(`3: response.session of ${String(bad)} is refused by name`, async (t) => {
    const { url, errors } = await site(t, { "/bad": () => ({ session: bad }) });
    assert.equal((await request(`${url}/bad`)).status, 500);
    assert.equal((errors[0] as { code: string }).code, "ERR_SESSION_NEXT");
  });
}

test("4: gone at commit: nothing stored, no cookie new or deleting, an event, and 409 if asked for", async (t) => {
  const changes: Pages = {
    "/value": ({ session }) => ({ session: { ...session, late: 1 } }),
    "/function": () => ({ session: (s: object) => ({ ...s, late: 1 }) }),
    "/recreate": ({ session }) => ({ session: recreate({ ...session, late: 1 }) }),
    "/null": () => ({ session: null }),
    "/flash": () => ({ flash: "late" }),
    "/sign-out": ({ session: { user: _, ...rest } }) => ({ session: rest }),
  };
  for (const onGone of ["ignore", "error"] as const) {
    for (const [path, page] of Object.entries(changes)) {
      const points = barriers();
      const { url, events, errors } = await site(
        t,
        {
          ...commonPages,
          [path]: async (given) => {
            await points.hold(path);
            return page(given);
          },
        },
        { onGone },
      );
      const cookie = await signIn(url);
      const late = request(url + path, "GET", { cookie });
      await points.held(path);
      await request(`${url}/logout`, "GET", { cookie });
      points.release(path);
      const answer = await late;
      assert.deepEqual([answer.status, answer.setCookies], [onGone === "error" ? 409 : 200, []], path);
      assert.deepEqual(events.at(-1), { type: "session.gone", reason: "unknown" }, path);
      if (onGone === "error") assert.equal((errors[0] as { code: string }).code, "ERR_SESSION_GONE");
    }
  }
});

test("4: showing a flash of a session that is gone meanwhile is no loss, and no error", async (t) => {
  const points = barriers();
  const { url, events } = await site(
    t,
    {
      ...commonPages,
      "/flash": () => ({ status: 303, headers: { location: "/" }, flash: "hi" }),
      "/page": async ({ flash }) => {
        await points.hold("page");
        return { body: String(flash) };
      },
    },
    { onGone: "error" },
  );
  const bob = visitor(url);
  await bob.get("/login");
  await bob.get("/flash");
  const page = bob.get("/page");
  await points.held("page");
  await bob.get("/logout");
  points.release("page");
  assert.deepEqual([(await page).status, (await page).body], [200, "hi"]);
  assert.equal(
    events.some(({ type }) => type === "session.gone"),
    false,
  );
});

test("5: a tombstoned token reads as no session; its request stores nothing and sets no cookie, for 60 s", async (t) => {
  const { url, clock, events } = await site(t, {
    ...commonPages,
    "/set": ({ session }) => ({ session: { ...session, n: 1 } }),
    "/flash": () => ({ flash: "hi" }),
  });
  const old = `session=${sessionCookie(await request(`${url}/count`))}`;
  const fresh = `session=${sessionCookie(await request(`${url}/login`, "GET", { cookie: old }))}`;
  clock.advance(59);
  assert.deepEqual(await status(url, old), { state: "refused", reason: "recreated" });
  for (const path of ["/set", "/count", "/logout", "/flash"]) {
    assert.deepEqual((await request(url + path, "GET", { cookie: old })).setCookies, [], path);
  }
  assert.equal(events.filter(({ type }) => type === "session.gone").length, 3, "what was dropped is told");
  assert.deepEqual(await show(url, fresh), { n: 1, user: "bob" });
  clock.advance(1);
  assert.deepEqual(await status(url, old), { state: "refused", reason: "unknown" });
  assert.ok(sessionCookie(await request(`${url}/set`, "GET", { cookie: old })), "an unknown token begins anew");
});

test("5: a tombstoned token that recreates or signs in by itself makes a fresh session", async (t) => {
  const { url } = await site(t, { ...commonPages, "/recreate": () => ({ session: recreate({ n: 2 }) }) });
  const old = `session=${sessionCookie(await request(`${url}/count`))}`;
  const first = sessionCookie(await request(`${url}/login?alice`, "GET", { cookie: old }));
  for (const path of ["/login?bob", "/recreate"]) {
    const second = sessionCookie(await request(url + path, "GET", { cookie: old }));
    assert.ok(second && second !== first, path);
  }
  assert.equal((await show(url, `session=${first}`)).user, "alice");
});

test("5: a sign-in whose session was ended meanwhile makes a fresh one; a renewal stores nothing", async (t) => {
  for (const [path, fresh] of [
    ["/login", true],
    ["/renew", false],
  ] as const) {
    const points = barriers();
    const { url } = await site(t, {
      ...commonPages,
      "/login": async ({ session }) => {
        await points.hold("/login");
        return { session: { ...session, user: "bob" } };
      },
      "/renew": async ({ session }) => {
        await points.hold("/renew");
        return { session: recreate(session) };
      },
    });
    const old = `session=${sessionCookie(await request(`${url}/count`))}`;
    const late = request(url + path, "GET", { cookie: old });
    await points.held(path);
    await request(`${url}/logout`, "GET", { cookie: old });
    points.release(path);
    const token = sessionCookie(await late);
    assert.equal(token !== undefined && token !== "", fresh, path);
    if (fresh) assert.equal((await show(url, `session=${token}`)).user, "bob");
  }
});

test("5: after two renewals within the grace, both older tokens are still known as such", async (t) => {
  const { url } = await site(t, { ...commonPages, "/renew": ({ session }) => ({ session: recreate(session) }) });
  const first = await signIn(url);
  const second = `session=${sessionCookie(await request(`${url}/renew`, "GET", { cookie: first }))}`;
  await request(`${url}/renew`, "GET", { cookie: second });
  for (const cookie of [first, second]) assert.equal((await status(url, cookie)).reason, "recreated");
});

test("6: any change of subject, to or from none, gives the session a new token by itself", async (t) => {
  const { url, events } = await site(t, {
    ...commonPages,
    "/remove": ({ session: { user: _, ...rest } }) => ({ session: rest }),
    "/function-login": () => ({ session: (s: object) => ({ ...s, user: "carol" }) }),
    "/number": ({ session }) => ({ session: { ...session, user: 7 } }),
  });
  let token = sessionCookie(await request(`${url}/count`))!;
  for (const path of ["/login?bob", "/login?alice", "/remove", "/function-login", "/number"]) {
    const next = sessionCookie(await request(url + path, "GET", { cookie: `session=${token}` }));
    assert.ok(next && next !== token, path);
    assert.equal((await status(url, `session=${token}`)).reason, "recreated", path);
    token = next;
  }
  assert.equal(sessionCookie(await request(`${url}/number`, "GET", { cookie: `session=${token}` })), undefined);
  assert.equal(events.filter(({ type }) => type === "session.recreated").length, 5);
});

test("6: subject is an option, and authenticatedAt is when it last changed to somebody or was proved again", async (t) => {
  const { url, clock } = await site(
    t,
    {
      ...commonPages,
      "/in": ({ session }) => ({ session: { ...session, account: { id: "a1" } } }),
      "/renew": ({ session }) => ({ session: recreate(session) }),
      "/prove": ({ session }) => ({ session: recreate(session, { authenticated: true }) }),
    },
    { subject: (data) => (data.account as { id: string } | undefined)?.id },
  );
  const began = clock.now();
  let cookie = `session=${sessionCookie(await request(`${url}/in`))}`;
  assert.equal((await status(url, cookie)).authenticatedAt, began);
  clock.advance(10);
  cookie = `session=${sessionCookie(await request(`${url}/renew`, "GET", { cookie }))}`;
  assert.equal((await status(url, cookie)).authenticatedAt, began);
  cookie = `session=${sessionCookie(await request(`${url}/prove`, "GET", { cookie }))}`;
  assert.equal((await status(url, cookie)).authenticatedAt, began + 10_000);
});

test("7: a slot says whether it is kept on recreate, and all go on null", async (t) => {
  const slots = { kept: { value: 1, keep: true }, dropped: { value: { secret: 2 }, keep: false } };
  const { url } = await site(t, {
    ...commonPages,
    "/slots": () => ({ session: { n: 1 }, sessionSlots: slots }),
    "/read-slots": ({ sessionSlots }) => ({ body: JSON.stringify(sessionSlots) }),
    "/fresh": () => ({ session: { only: "this" } }),
  });
  let cookie = `session=${sessionCookie(await request(`${url}/slots`))}`;
  const read = async () => JSON.parse((await request(`${url}/read-slots`, "GET", { cookie })).body);
  assert.deepEqual(await read(), { kept: 1, dropped: { secret: 2 } });
  await request(`${url}/fresh`, "GET", { cookie });
  assert.deepEqual(await read(), { kept: 1, dropped: { secret: 2 } }, "a fresh session keeps the slots of others");
  cookie = `session=${sessionCookie(await request(`${url}/login`, "GET", { cookie }))}`;
  assert.deepEqual(await read(), { kept: 1 });
  await request(`${url}/logout`, "GET", { cookie });
  assert.deepEqual(await read(), {});
});

test("7: flash with session null: the old id dies, a new session holds only the flash", async (t) => {
  const { url } = await site(t, {
    ...commonPages,
    "/bye": () => ({ status: 303, headers: { location: "/" }, session: null, flash: "bye" }),
    "/page": ({ session, flash }) => ({ body: JSON.stringify({ session, flash }) }),
  });
  const old = await signIn(url);
  const fresh = `session=${sessionCookie(await request(`${url}/bye`, "GET", { cookie: old }))}`;
  assert.notEqual(fresh, old);
  assert.equal((await status(url, old)).state, "refused");
  assert.equal((await request(`${url}/page`, "GET", { cookie: fresh })).body, '{"session":{},"flash":"bye"}');
});

test("8: committed whatever the status, and on HEAD as on GET", async (t) => {
  const { url } = await site(t, {
    ...commonPages,
    "/fail": ({ session, queryString }) => ({
      status: Number(queryString),
      session: { ...session, last: queryString },
    }),
  });
  const cookie = await signIn(url);
  for (const code of ["400", "404", "500", "503"]) {
    assert.equal((await request(`${url}/fail?${code}`, "GET", { cookie })).status, Number(code));
    assert.equal((await show(url, cookie)).last, code);
  }
  await request(`${url}/fail?201`, "HEAD", { cookie });
  assert.equal((await show(url, cookie)).last, "201");
});

test("8: committed after a client's abort", async (t) => {
  const points = barriers();
  const aborted = Promise.withResolvers<void>();
  const committed = Promise.withResolvers<void>();
  const store = watching(memoryStore(), (asked) => asked === "update" && committed.resolve());
  const { url } = await site(
    t,
    {
      ...commonPages,
      "/slow": async ({ session, signal }) => {
        signal.addEventListener("abort", () => aborted.resolve());
        points.hold("slow");
        await aborted.promise;
        return { session: { ...session, paid: true } };
      },
    },
    { store },
  );
  const cookie = await signIn(url);
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /slow HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\n\r\n`);
  await points.held("slow");
  socket.destroy();
  await committed.promise;
  assert.equal((await show(url, cookie)).paid, true);
});

test("9: sessionStatus tells none, live and each reason for refusing", async (t) => {
  const { url, clock } = await site(t, { ...commonPages, "/renew": ({ session }) => ({ session: recreate(session) }) });
  assert.deepEqual(JSON.parse((await request(`${url}/status`)).body), { state: "none" });
  const cookie = await signIn(url);
  const now = clock.now();
  const { handle, ...live } = await status(url, cookie);
  assert.deepEqual(live, { state: "live", createdAt: now, usedAt: now, signedIn: true, authenticatedAt: now });
  assert.equal(typeof handle, "string");
  assert.deepEqual(await status(url, "session=x"), { state: "refused", reason: "malformed" });
  assert.deepEqual(await status(url, `session=${"A".repeat(43)}`), { state: "refused", reason: "unknown" });
  const fresh = `session=${sessionCookie(await request(`${url}/renew`, "GET", { cookie }))}`;
  assert.deepEqual(await status(url, cookie), { state: "refused", reason: "recreated" });
  clock.advance(1860);
  assert.deepEqual(await status(url, fresh), { state: "refused", reason: "expired-idle" });
});

test("9: events never hold an id, a key, a token or a value", async (t) => {
  const { url, events } = await site(t, {
    ...commonPages,
    "/renew": ({ session }) => ({ session: recreate(session) }),
  });
  const cookie = await signIn(url);
  const fresh = `session=${sessionCookie(await request(`${url}/renew`, "GET", { cookie }))}`;
  await request(`${url}/count`, "GET", { cookie });
  await request(`${url}/logout`, "GET", { cookie: fresh });
  await request(`${url}/show`, "GET", { cookie: "session=secret-guess" });
  assert.deepEqual(
    events.map(({ type }) => type),
    ["session.created", "session.recreated", "session.refused", "session.gone", "session.ended", "session.refused"],
  );
  const told = JSON.stringify(events);
  for (const secret of [cookie, fresh].map((pair) => pair.slice(8)).concat("bob", "secret-guess"))
    assert.equal(told.includes(secret), false);
});

test("9: an onEvent that throws changes nothing for the visitor", async (t) => {
  t.mock.method(console, "error", () => {});
  const { url } = await site(t, commonPages, {
    onEvent: () => {
      throw new Error("metrics are down");
    },
  });
  const cookie = await signIn(url);
  assert.equal((await request(`${url}/logout`, "GET", { cookie })).status, 200);
  assert.equal((await status(url, cookie)).state, "refused");
});

test("9: an onEvent that rejects ends nothing either", async (t) => {
  const printed = t.mock.method(console, "error", () => {});
  const { url } = await site(t, commonPages, { onEvent: async () => Promise.reject(new Error("metrics are down")) });
  assert.equal((await request(`${url}/login`)).status, 200);
  assert.equal(printed.mock.callCount(), 1);
});

test("9: wrapSession twice around one handler throws when built", () => {
  const between: Middleware = (handler) => (given) => handler(given);
  const twice = () => stack.use(wrapSession()).use(between).use(wrapSession())(() => text("x"));
  assert.throws(twice, { code: "ERR_STACK_TWICE" });
  const inner = stack.use(wrapSession())(() => text("x"));
  assert.throws(() => wrapSession()(inner), { code: "ERR_STACK_TWICE" });
  for (const site of [
    routes(GET("/", inner)),
    routes(notFound(inner)),
    routes(
      GET("/a", () => text("a")),
      GET("/b", inner),
    ),
  ])
    assert.throws(() => stack.use(wrapSession()).use(between)(site), { code: "ERR_STACK_TWICE" });
  const beside = routes(
    GET("/a", inner),
    GET(
      "/b",
      stack.use(wrapSession())(() => text("b")),
    ),
  );
  assert.equal(typeof stack(beside), "function", "one beside the other is fine");
});

test("10: data that does not fit the schema is no session, with an event; migrate mends an older shape", async (t) => {
  const store = memoryStore();
  const old = await site(
    t,
    { "/old": () => ({ session: { name: "bob" } }), "/odd": () => ({ session: { x: [] } }) },
    { store },
  );
  const cookies = await Promise.all(
    ["/old", "/odd"].map(async (path) => `session=${sessionCookie(await request(old.url + path))}`),
  );
  const strict = z.strictObject({ user: z.string(), visits: z.number().default(0) });
  const app = (migrate?: (from: unknown) => { user: string; visits: number } | undefined) =>
    stack.use(
      wrapSession<{ user: string; visits: number }>({
        store,
        schema: strict,
        initial: { user: "", visits: 0 },
        now: old.clock.now,
        ...(migrate ? { migrate } : {}),
      }),
    )(({ session, sessionStatus, uri }) => ({
      ...text(JSON.stringify({ session, sessionStatus: sessionStatus.state })),
      ...(uri === "/visit" ? { session: { ...session, visits: session.visits + 1 } } : {}),
    }));
  const without = await listen(t, app());
  assert.equal(
    (await request(`${without.url}/`, "GET", { cookie: cookies[0]! })).body,
    '{"session":{"user":"","visits":0},"sessionStatus":"refused"}',
  );
  const mended = await listen(
    t,
    app((from) => ("name" in (from as object) ? { user: (from as { name: string }).name, visits: 0 } : undefined)),
  );
  const read = async (path: string, cookie: string) =>
    JSON.parse((await request(mended.url + path, "GET", { cookie })).body);
  assert.deepEqual(await read("/", cookies[0]!), { session: { user: "bob", visits: 0 }, sessionStatus: "live" });
  assert.equal((await read("/", cookies[1]!)).sessionStatus, "refused");
  const fresh = sessionCookie(await request(`${mended.url}/visit`, "GET", { cookie: cookies[0]! })); // the user appears: a sign-in
  assert.deepEqual((await read("/", `session=${fresh}`)).session, { user: "bob", visits: 1 });
});

test("11: Vary: Cookie on every response, no-store on one that sets a session cookie, over a cacheable header, with an event", async (t) => {
  const { url, events } = await site(t, {
    ...commonPages,
    "/cached": () => ({ headers: { "cache-control": "public, max-age=60", vary: "Accept" } }),
    "/cached-login": () => ({
      headers: { "cache-control": "public, max-age=60", vary: "Accept-Encoding, cookie" },
      session: { n: 1 },
    }),
    "/star": () => ({ headers: { vary: "*" } }),
  });
  assert.equal((await request(`${url}/show`)).headers.get("vary"), "Cookie");
  assert.equal((await request(`${url}/nowhere`)).headers.get("vary"), "Cookie");
  assert.equal((await request(`${url}/star`)).headers.get("vary"), "*");
  const cached = await request(`${url}/cached`);
  assert.deepEqual(
    [cached.headers.get("vary"), cached.headers.get("cache-control")],
    ["Accept, Cookie", "public, max-age=60"],
  );
  assert.equal(events.length, 0);
  const login = await request(`${url}/cached-login`);
  assert.deepEqual(
    [login.headers.get("vary"), login.headers.get("cache-control")],
    ["Accept-Encoding, cookie", "private, no-store"],
  );
  assert.ok(events.some(({ type }) => type === "response.uncached"));
  assert.equal((await request(`${url}/login`)).headers.get("cache-control"), "private, no-store");
});

test("11: sessionCookieAttrs send the cookie again with attributes on top, for this response", async (t) => {
  const { url, errors } = await site(t, {
    ...commonPages,
    "/longer": () => ({ sessionCookieAttrs: { maxAge: 3600, sameSite: "strict" } }),
    "/bad": ({ session }) => ({ session: { ...session, n: 1 }, sessionCookieAttrs: { path: "/\r\nx: y" } }),
  });
  assert.deepEqual((await request(`${url}/longer`)).setCookies, [], "not without a session");
  const cookie = await signIn(url);
  const { setCookies } = await request(`${url}/longer`, "GET", { cookie });
  assert.deepEqual(setCookies, [`${cookie}; Max-Age=3600; Path=/; HttpOnly; SameSite=Strict`]);
  assert.equal((await request(`${url}/bad`, "GET", { cookie })).status, 500);
  assert.equal((errors[0] as { code: string }).code, "ERR_COOKIE_ATTRIBUTE");
  assert.deepEqual(await show(url, cookie), { user: "bob" }, "refused before anything was stored");
});

test("12: a value that JSON would change is refused with its path, and nothing is stored", async (t) => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const values: Array<[unknown, string]> = [
    [new Date(), "session.bad"],
    [{ deep: [1, { when: new Date() }] }, "session.bad.deep[1].when"],
    [() => 1, "session.bad"],
    [Number.NaN, "session.bad"],
    [[1, Number.POSITIVE_INFINITY], "session.bad[1]"],
    [[1, undefined], "session.bad[1]"],
    [new Array(2), "session.bad[0]"],
    [new Map(), "session.bad"],
    [new Set([1]), "session.bad"],
    [10n, "session.bad"],
    [Symbol("x"), "session.bad"],
    [{ [Symbol("x")]: 1 }, "session.bad"],
    [
      new (class Cart {
        items = [];
      })(),
      "session.bad",
    ],
    [Buffer.from("x"), "session.bad"],
    [{ toJSON: () => 1 }, "session.bad.toJSON"],
    [{ "a b": Number.NaN }, 'session.bad["a b"]'],
    [Object("text"), "session.bad"],
  ];
  const { url, errors } = await site(t, {
    ...commonPages,
    "/bad": ({ session, queryString: i }) => ({ session: { ...session, good: 1, bad: values[Number(i)]![0] } }),
    "/cycle": ({ session }) => ({ session: { ...session, cycle } }),
    "/date": () => ({ session: new Date() }),
    "/array": () => ({ session: [1] }),
  });
  const cookie = await signIn(url);
  for (const [i, [, path]] of values.entries()) {
    assert.equal((await request(`${url}/bad?${i}`, "GET", { cookie })).status, 500);
    const error = errors.at(-1) as { code: string; path: string };
    assert.deepEqual([error.code, error.path], ["ERR_SESSION_VALUE", path]);
  }
  for (const path of ["/cycle", "/date", "/array"]) {
    assert.equal((await request(url + path, "GET", { cookie })).status, 500, path);
    assert.equal((errors.at(-1) as { code: string }).code, "ERR_SESSION_VALUE", path);
  }
  assert.deepEqual(await show(url, cookie), { user: "bob" });
});

test("12: what JSON keeps is kept: null, empty, unicode, numbers to the last bit, __proto__ as a key; -0 is 0", async (t) => {
  const kept = JSON.parse(
    '{"__proto__":{"x":1},"constructor":1,"":"","u":"\\u0000✓\\ud83d\\ude00\\ud800","f":0.1,"big":1e308,"small":5e-324,"n":null,"a":[[],{}]}',
  );
  const { url } = await site(t, {
    ...commonPages,
    "/set": () => ({ session: { ...kept, ["__proto__"]: 1, zero: -0, gone: undefined } }),
    "/proto": () => ({ session: kept }),
  });
  const cookie = `session=${sessionCookie(await request(`${url}/proto`))}`;
  assert.deepEqual(await show(url, cookie), kept);
  assert.equal(({} as { x?: number }).x, undefined);
});
