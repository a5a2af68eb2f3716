/** What is Hono's own about the sessions that are lent to it. The rest is the adapter contract. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { getRequestListener, serve, upgradeWebSocket } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { etag } from "hono/etag";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { stream } from "hono/streaming";
import { WebSocket, WebSocketServer } from "ws";
import { type HonoSessionOptions, type Lent, session } from "../../src/adapters/hono.ts";
import { RinglightError } from "../../src/errors.ts";
import type { FaceOptions } from "../../src/faces/options.ts";
import { sessionToken } from "../../src/middleware/anti-forgery.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { listening } from "../support/mount-hosts.ts";
import { sessionCookie, visitor } from "../support/visitor.ts";
import { type Operation, watching } from "../support/watched-store.ts";

interface Visitor {
  user?: string;
  n?: number;
}

type Env = { Variables: Lent<Visitor, string> };

/** An application, and a store that fails where `fails` says so; `sessions` is not used yet. */
function parts(options: FaceOptions<Visitor> & HonoSessionOptions = {}) {
  const errors: unknown[] = [];
  const fails = new Set<Operation>();
  const store = watching(memoryStore(), (operation) => {
    if (fails.has(operation)) throw new Error("the store is away");
  });
  const sessions = session<Visitor, string>({ store, onError: (error) => void errors.push(error), ...options });
  return { app: new Hono<Env>(), sessions, errors, fails };
}

const open = async (t: TestContext, app: Pick<Hono, "fetch">) =>
  visitor(await listening(t, getRequestListener(app.fetch)));

const codeOf = (error: unknown) => (error instanceof RinglightError ? error.code : error);

test("c.var, c.get and c.set have what is lent; null ends it, an object takes the place of all data", async (t) => {
  const { app, sessions } = parts();
  app.use(sessions);
  app.get("/in", (c) => {
    c.var.session.user = "bob";
    c.get("session").n = 1;
    c.var.flash("welcome");
    c.var.setCookie("theme", "dark");
    return c.text(String(c.get("session") === c.var.session));
  });
  app.get("/replace", (c) => {
    c.set("session", { n: 2 } as Env["Variables"]["session"]);
    return c.text("");
  });
  app.get("/out", (c) => {
    c.set("session", null as never);
    return c.text(String(c.var.session));
  });
  app.get("/", (c) => c.json({ ...c.get("session"), flash: c.var.flash(), theme: c.var.cookies.theme }));
  const bob = await open(t, app);
  assert.equal((await bob.get("/in")).body, "true");
  assert.deepEqual(JSON.parse((await bob.get("/")).body), { user: "bob", n: 1, flash: "welcome", theme: "dark" });
  await bob.get("/replace");
  assert.deepEqual(JSON.parse((await bob.get("/")).body), { n: 2, theme: "dark" });
  assert.equal((await bob.get("/out")).body, "null");
  assert.equal(bob.cookie(), "theme=dark");
});

test("only who takes a member has looked at it: other variables, and c.var itself, are nobody's Vary", async (t) => {
  const { app, sessions } = parts();
  app.use(sessions, async (c, next) => {
    c.set("other" as never, "1" as never);
    await next();
  });
  app.get("/other", (c) => c.text(String(c.get("other" as never)) + String(Object.hasOwn(c.var, "session"))));
  app.get("/session", (c) => c.text(String(c.var.session.n)));
  app.get("/taken-apart", (c) => {
    const { session: lent } = c.var;
    return c.text(String(lent.n));
  });
  app.get("/cookies", (c) => c.text(String(c.get("cookies").theme)));
  const bob = await open(t, app);
  const varyOf = async (path: string) => (await bob.get(path)).headers.get("vary");
  assert.equal((await bob.get("/other")).body, "1true");
  assert.deepEqual(await Promise.all(["/other", "/session", "/taken-apart", "/cookies"].map(varyOf)), [
    null,
    "Cookie",
    "Cookie",
    "Cookie",
  ]);
});

test("a variable that stands there before under a name of what is lent stays", async (t) => {
  const { app, sessions } = parts();
  app.use(async (c, next) => {
    c.set("flash", (() => "another's") as never);
    await next();
  }, sessions);
  app.get("/", (c) => {
    sessions.of(c).flash("ours");
    return c.text(`${c.var.flash()} ${c.get("flash")()} ${c.var.session.n}`);
  });
  assert.equal((await (await open(t, app)).get("/")).body, "another's another's undefined");
});

test("two of them for one request, and one behind another's session, are ERR_STACK_TWICE", async (t) => {
  for (const first of [
    session<Visitor>(),
    createMiddleware(async (c, next) => {
      c.set("session", { of: "another" });
      await next();
    }),
  ]) {
    const { app, sessions } = parts();
    let told: unknown;
    app.onError((error, c) => {
      told = error;
      return c.text("mine", 500);
    });
    app.use(first, sessions).get("/", (c) => c.text("never"));
    const { status, body } = await (await open(t, app)).get("/");
    assert.deepEqual([status, body, codeOf(told)], [500, "mine", "ERR_STACK_TWICE"]);
  }
});

test("a session that cannot be opened goes to app.onError; without it 503 is the answer", async (t) => {
  for (const isHandled of [false, true]) {
    const { app, sessions, errors, fails } = parts();
    const told: unknown[] = [];
    if (isHandled) {
      app.onError((error, c) => {
        told.push(codeOf(error));
        return c.text("the application's own page", (error as RinglightError).status as 503);
      });
    }
    let runs = 0;
    app.use(sessions).get("/", (c) => {
      runs++;
      c.var.session.n = 1;
      return c.text("a page");
    });
    const bob = await open(t, app);
    await bob.get("/");
    fails.add("read");
    const { status, body, setCookies, headers } = await bob.get("/");
    assert.deepEqual([status, setCookies, runs], [503, [], 1]);
    assert.deepEqual(told, isHandled ? ["ERR_STORE_UNAVAILABLE"] : []);
    assert.equal(body, isHandled ? "the application's own page" : "Service Unavailable");
    if (!isHandled) assert.equal(headers.get("cache-control"), "no-store");
    assert.deepEqual(errors, []);
  }
});

test("one that cannot be stored is answered in the handler's place, beside what stands outside", async (t) => {
  const { app, sessions, errors, fails } = parts();
  app.use(async (c, next) => {
    await next();
    c.header("x-outside", "yes");
  });
  app.use(sessions).get("/", (c) => {
    c.var.session.n = 1;
    c.header("x-secret", "1");
    setCookie(c, "own", "1");
    return c.text("a page");
  });
  const bob = await open(t, app);
  fails.add("create");
  const { status, body, setCookies, headers } = await bob.get("/");
  assert.deepEqual([status, setCookies], [503, []]);
  assert.equal(body, "Service Unavailable");
  assert.deepEqual([headers.get("x-secret"), headers.get("x-outside")], [null, "yes"]);
  assert.deepEqual(errors.map(codeOf), ["ERR_STORE_UNAVAILABLE"]);
});

test("what a handler wrote before it threw is stored, and app.onError has the session", async (t) => {
  const { app, sessions, errors } = parts();
  app.onError((error, c) => {
    if (!(error instanceof HTTPException)) c.get("session").user = error.message;
    return error instanceof HTTPException ? error.getResponse() : c.text("the application's own page", 422);
  });
  app.use(sessions);
  app.get("/throws", (c) => {
    c.var.session.n = 1;
    throw new Error("of the handler");
  });
  app.get("/exception", (c) => {
    c.var.session.n = 2;
    throw new HTTPException(401, { message: "not you" });
  });
  app.get("/", (c) => c.json(c.var.session));
  const bob = await open(t, app);
  const thrown = await bob.get("/throws");
  assert.deepEqual([thrown.status, thrown.body], [422, "the application's own page"]);
  assert.ok(sessionCookie(thrown));
  assert.deepEqual(JSON.parse((await bob.get("/")).body), { n: 1, user: "of the handler" });
  assert.equal((await bob.get("/exception")).status, 401);
  assert.equal(JSON.parse((await bob.get("/")).body).n, 2);
  assert.equal((await bob.get("/nowhere")).status, 404);
  assert.deepEqual(errors, []);
});

test("hono/cookie's cookies and other middleware stand beside it, inside and outside", async (t) => {
  const { app, sessions } = parts();
  app.use(etag(), sessions, async (c, next) => {
    await next();
    setCookie(c, "late", "1");
    c.header("vary", "Origin", { append: true });
  });
  app.get("/", (c) => {
    setCookie(c, "early", "1");
    c.var.setCookie("ours", "1");
    c.var.session.n = 1;
    return c.text("a page");
  });
  app.get("/n", (c) => c.text(String(c.var.session.n)));
  const bob = await open(t, app);
  const { setCookies, headers } = await bob.get("/");
  assert.deepEqual(
    setCookies.map((line) => line.split("=")[0]),
    ["early", "late", "session", "ours"],
  );
  assert.equal(headers.get("vary"), "Origin, Cookie");
  const tag = (await bob.get("/n")).headers.get("etag")!;
  const same = await bob.get("/n", { "if-none-match": tag });
  assert.deepEqual([same.status, same.body, same.headers.get("vary")], [304, "", "Origin, Cookie"]);
});

test("a change by a stream's function, after the response was handed on, is an error", async (t) => {
  const { app, sessions } = parts();
  const gate = Promise.withResolvers<void>();
  const caught = Promise.withResolvers<unknown>();
  app.use(sessions);
  app.get("/", (c) => {
    c.var.session.n = 1;
    return stream(
      c,
      async (out) => {
        await out.write("one ");
        await gate.promise;
        c.var.session.n = 2;
      },
      async (error) => caught.resolve(error),
    );
  });
  app.get("/n", (c) => c.text(String(c.var.session.n)));
  const bob = await open(t, app);
  const answered = bob.get("/");
  gate.resolve();
  assert.ok((await caught.promise) instanceof TypeError, "it is frozen");
  assert.equal((await answered).body, "one ");
  assert.equal((await bob.get("/n")).body, "1");
});

test("under sub-applications, groups and base paths it is one session", async (t) => {
  const { app, sessions } = parts();
  const inner = new Hono<Env>().get("/page", (c) => {
    c.var.session.n = (c.var.session.n ?? 0) + 1;
    return c.text(`${c.req.path} ${c.var.session.n}`);
  });
  inner.onError((error, c) => c.text(`inner ${error.message} ${c.var.session.n}`, 500));
  inner.get("/throws", () => {
    throw new Error("oh");
  });
  app.use("/a/*", sessions).route("/a/b", inner);
  const bob = await open(t, new Hono().route("/base", app));
  await bob.get("/base/a/b/page");
  assert.equal((await bob.get("/base/a/b/page")).body, "/base/a/b/page 2");
  assert.equal((await bob.get("/base/a/b/throws")).body, "inner oh 2");
});

test("scheme and remoteAddress are the options', and the latter is given the context", async (t) => {
  const seen: unknown[] = [];
  const { app, sessions } = parts({
    scheme: "https",
    remoteAddress: (c) => getConnInfo(c).remote.address,
    antiForgery: { onRefused: (_, request) => void seen.push(request.remoteAddress, request.scheme) },
  });
  app.use(sessions).all("/", (c) => {
    c.var.session.n = 1;
    return c.text("");
  });
  const bob = await open(t, app);
  assert.match((await bob.get("/")).setCookies[0]!, /^__Host-session=.+; Secure/);
  assert.equal((await bob.post("/", { "sec-fetch-site": "cross-site" })).status, 403);
  assert.deepEqual(seen, ["127.0.0.1", "https"]);
  assert.throws(() => session({ scheme: "ftp" as "http" }), { code: "ERR_OPTION", option: "scheme" });
  assert.throws(() => session({ remoteAddress: "127.0.0.1" as never }), { code: "ERR_OPTION" });
});

test("a token in a form's field is found, and the handler reads the form by Hono all the same", async (t) => {
  const { app, sessions } = parts({ antiForgery: { strategy: sessionToken() } });
  app.use("/parsed", async (c, next) => {
    await c.req.parseBody();
    await next();
  });
  app.use("/raw", async (c, next) => {
    await c.req.raw.text();
    await next();
  });
  app.use(sessions);
  app.get("/", (c) => {
    c.var.session.user = "bob";
    return c.text(c.var.antiForgery());
  });
  app.post("/*", async (c) => c.text(String((await c.req.parseBody()).text)));
  const url = await listening(t, getRequestListener(app.fetch));
  const bob = visitor(url);
  const token = (await bob.get("/")).body;
  const send = async (path: string, body: BodyInit, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, { method: "POST", body, headers: { cookie: bob.cookie(), ...headers } });
    return [response.status, await response.text()];
  };
  const fields = { text: "a & b", "__anti-forgery-token": token };
  const form = (more: object) => new URLSearchParams({ ...fields, ...more });
  const inParts = new FormData();
  for (const [name, value] of Object.entries(fields)) inParts.append(name, value);
  assert.deepEqual(await send("/form", form({})), [200, "a & b"]);
  assert.deepEqual(await send("/parsed", form({})), [200, "a & b"]);
  assert.deepEqual(await send("/parsed", inParts), [200, "a & b"], "Hono has read it before");
  for (const [path, body] of [
    ["/form", form({ "__anti-forgery-token": "another" })],
    ["/form", form({ text: "long ".repeat(20_000) })],
    ["/raw", form({})],
    ["/form", inParts],
  ] as const) {
    assert.equal((await send(path, body))[0], 403, path);
  }
  const long = form({ text: "long ".repeat(20_000) });
  assert.deepEqual(await send("/form", long, { "x-csrf-token": token }), [200, "long ".repeat(20_000)]);
});

test("Hono's own createMiddleware makes a chain that the compiler knows", async (t) => {
  const lent = createMiddleware<{ Variables: Lent<Visitor> }>(session<Visitor>());
  const app = new Hono().use(lent).get("/", (c) => {
    c.var.session.user = "bob";
    const user: string = c.var.session.user;
    return c.text(user);
  });
  assert.equal((await (await open(t, app)).get("/")).body, "bob");
});

test("a handshake on Node has its session and carries its cookies; another site's page opens none", async (t) => {
  const { app, sessions, errors } = parts();
  app.use(sessions);
  const words = (c: { readonly var: Env["Variables"] }) => {
    const { user } = c.var.session;
    c.var.session.user = "bob";
    c.var.setCookie("theme", "dark");
    return { onOpen: (_: Event, socket: { send(words: string): void }) => socket.send(user ?? "nobody") };
  };
  app.get(
    "/",
    upgradeWebSocket((c) => words(c as never)),
  );
  const server = serve({
    fetch: app.fetch,
    port: 0,
    hostname: "127.0.0.1",
    websocket: { server: new WebSocketServer({ noServer: true }) as never },
  });
  t.after(() => server.close());
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const open = async (headers: Record<string, string>) => {
    const socket = new WebSocket(origin.replace("http", "ws"), { headers });
    const [[head], [said]] = await Promise.all([once(socket, "upgrade"), once(socket, "message")]);
    socket.terminate();
    return { said: String(said), cookies: (head as IncomingMessage).headers["set-cookie"] ?? [] };
  };
  const first = await open({ origin });
  assert.deepEqual([first.said, first.cookies.length], ["nobody", 2]);
  const cookie = first.cookies.map((line) => line.split(";")[0]).join("; ");
  assert.deepEqual((await open({ origin, cookie })).said, "bob");
  await assert.rejects(open({ origin: "http://evil.test", cookie }), /403/);
  assert.deepEqual(errors, []);
});
