/** What is Express's and Connect's own about the sessions that are lent to them. The rest is the adapter contract. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import connect from "connect";
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import { session } from "../../src/adapters/express.ts";
import type { FaceOptions } from "../../src/faces/options.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { listening } from "../support/mount-hosts.ts";
import { publicFolder } from "../support/public-folder.ts";
import { until } from "../support/until.ts";
import { sessionCookie, visitor } from "../support/visitor.ts";
import { watching } from "../support/watched-store.ts";

interface Visitor {
  user?: string;
  n?: number;
}

/** An application, and a store that writes down when it is done; `sessions` is not used yet. */
function parts(options: FaceOptions<Visitor> = {}) {
  const errors: unknown[] = [];
  const calls: string[] = [];
  const store = watching(memoryStore(), (operation) => calls.push(operation));
  const sessions = session<Visitor, string>({ store, onError: (error) => void errors.push(error), ...options });
  return { app: express().set("env", "test"), sessions, errors, calls, handler: sessions.handler<RequestHandler> };
}

/** As compression does: the head and each part of the body go through functions of its own. */
const wrapping: RequestHandler = (_req, res, next) => {
  const { write, end, writeHead } = res;
  let isBegun = false;
  const begin = () => {
    if (isBegun) return;
    isBegun = true;
    res.removeHeader("content-length");
    res.setHeader("x-wrapped", "yes");
  };
  res.writeHead = ((...given: Parameters<typeof writeHead>) => {
    begin();
    return writeHead.apply(res, given);
  }) as typeof writeHead;
  res.write = ((chunk: unknown) => {
    begin();
    return write.call(res, String(chunk).toUpperCase(), "utf8");
  }) as typeof write;
  res.end = ((chunk: unknown) => {
    begin();
    return end.call(res, typeof chunk === "function" || chunk == null ? "" : String(chunk).toUpperCase(), "utf8");
  }) as typeof end;
  next();
};

for (const order of ["before", "after"] as const) {
  test(`middleware that wraps write, end and writeHead ${order} it`, async (t) => {
    const { app, sessions, handler } = parts();
    if (order === "before") app.use(wrapping, sessions);
    else app.use(sessions, wrapping);
    const begin = handler((req, res) => {
      req.session.n = (req.session.n ?? 0) + 1;
      res.write("one ");
      res.end(`two ${req.session.n}`);
    });
    app.get("/parts", begin);
    app.get(
      "/whole",
      handler((req, res) => {
        req.session.n = (req.session.n ?? 0) + 1;
        res.send(`whole ${req.session.n}`);
      }),
    );
    const bob = visitor(await listening(t, app));
    for (const [path, body] of [
      ["/parts", "ONE TWO 1"],
      ["/whole", "WHOLE 2"],
      ["/parts", "ONE TWO 3"],
    ] as const) {
      const answer = await bob.get(path);
      assert.deepEqual([answer.body, answer.headers.get("x-wrapped")], [body, "yes"]);
    }
  });
}

test("res.sendFile and express.static send a file whole, in part and not at all, behind a session that is stored", async (t) => {
  const { root } = publicFolder(t);
  const { app, sessions, handler, errors } = parts();
  app.use(sessions);
  app.get(
    "/file",
    handler((req, res) => {
      req.session.n = (req.session.n ?? 0) + 1;
      res.sendFile("hello.txt", { root });
    }),
  );
  app.use(
    "/static",
    handler((req, _res, next) => {
      req.session.user = "bob";
      next();
    }),
    express.static(root),
  );
  app.get("/plain", express.static(root));
  app.get(
    "/n",
    handler((req, res) => void res.json({ ...req.session })),
  );
  const bob = visitor(await listening(t, app));
  const whole = await bob.get("/file");
  assert.ok(whole.body.length > 0 && sessionCookie(whole));
  const etag = whole.headers.get("etag")!;
  const part = await bob.get("/file", { range: "bytes=0-1" });
  assert.deepEqual([part.status, part.body], [206, whole.body.slice(0, 2)]);
  const same = await bob.get("/file", { "if-none-match": etag, "cache-control": "max-age=0" });
  assert.deepEqual([same.status, same.body], [304, ""]);
  const served = await bob.get("/static/hello.txt");
  assert.equal(served.body, whole.body);
  assert.equal(served.headers.get("cache-control"), "private, no-store", "its session was renewed");
  assert.deepEqual(JSON.parse((await bob.get("/n")).body), { n: 3, user: "bob" });
  assert.deepEqual(errors, []);
});

test("under routers and applications of its own a request's whole URL counts, and the session is one", async (t) => {
  const { app, sessions, handler } = parts({ antiForgery: { bypass: ["POST /a/b/c"] } });
  const inner = express.Router().use(sessions);
  inner.post(
    "/b/:id",
    handler((req, res) => {
      req.session.user = req.params.id as string;
      res.send(`${req.baseUrl} ${req.url} ${req.originalUrl}`);
    }),
  );
  app.use("/a", inner);
  const bob = visitor(await listening(t, app));
  const { body } = await bob.post("/a/b/c?d=1", { "sec-fetch-site": "cross-site" });
  assert.equal(body, "/a /b/c?d=1 /a/b/c?d=1");
  assert.equal((await bob.post("/a/b/d", { "sec-fetch-site": "cross-site" })).status, 403);
});

test("errors go to the application's error middleware, which has the session, and what it wrote is stored", async (t) => {
  const { app, sessions, handler, errors } = parts();
  app.use(sessions);
  app.get(
    "/throws",
    handler((req) => {
      req.session.n = 1;
      throw new Error("of the handler");
    }),
  );
  app.get(
    "/rejects",
    handler(async (req) => {
      req.session.n = 2;
      await Promise.reject(new Error("of the handler"));
    }),
  );
  app.get(
    "/n",
    handler((req, res) => void res.json({ ...req.session })),
  );
  app.use((error: Error, req: Request, res: Response, _next: NextFunction) => {
    sessions.of(req).session.user = error.message;
    res.status(422).send("the application's own page");
  });
  const bob = visitor(await listening(t, app));
  for (const [path, n] of [
    ["/throws", 1],
    ["/rejects", 2],
  ] as const) {
    const { status, body } = await bob.get(path);
    assert.deepEqual([status, body], [422, "the application's own page"]);
    assert.deepEqual(JSON.parse((await bob.get("/n")).body), { n, user: "of the handler" });
  }
  assert.deepEqual(errors, []);
});

test("scheme, host and address are Express's, by its trust proxy; in Connect by the option", async (t) => {
  const told = { "x-forwarded-proto": "https", "x-forwarded-host": "site.test", "x-forwarded-for": "203.0.113.9" };
  const begin = (req: object) => {
    sessionsOf(req).n = 1;
  };
  let sessionsOf: (req: object) => { n?: number };
  const line = async (url: string) => (await visitor(url).get("/", told)).setCookies[0]!.split("=")[0];
  for (const isTrusted of [false, true]) {
    const { app, sessions } = parts();
    if (isTrusted) app.set("trust proxy", "loopback");
    sessionsOf = (req) => sessions.of(req).session;
    app.use(sessions, (req, res) => {
      begin(req);
      res.end();
    });
    assert.equal(await line(await listening(t, app)), isTrusted ? "__Host-session" : "session");
    const inConnect = session<Visitor>(isTrusted ? { trustProxy: ["127.0.0.1"] } : {});
    const host = connect();
    host.use(inConnect);
    host.use((req, res) => {
      inConnect.of(req).session.n = 1;
      res.end();
    });
    assert.equal(await line(await listening(t, host as RequestListener)), isTrusted ? "__Host-session" : "session");
  }
});

test("what stands before it under a name that it would lend is left alone", async (t) => {
  const { app, sessions } = parts();
  const cookies = { of: "another parser" };
  app.use((req, _res, next) => {
    Object.assign(req, { cookies, flash: "another's" });
    next();
  }, sessions);
  app.get("/", (req, res) => {
    const own = req as unknown as { cookies: object; flash: string; sessionID?: string };
    sessions.of(req).session.n = 1;
    res.json({ cookies: own.cookies, flash: own.flash, ours: sessions.of(req).cookies.theme });
  });
  const bob = visitor(await listening(t, app));
  const { body } = await bob.get("/", { cookie: "theme=dark" });
  assert.deepEqual(JSON.parse(body), { cookies, flash: "another's", ours: "dark" });
});

test("req.session.cookie.maxAge, in milliseconds, keeps the visitor signed in, and sessionID names the session", async (t) => {
  let now = Date.UTC(2026, 0, 1);
  const { app, sessions, handler } = parts({ now: () => now, timeout: 60 });
  app.use(sessions);
  app.get(
    "/in",
    handler((req, res) => {
      req.session.user = "bob";
      req.session.cookie.maxAge = 3_600_000;
      res.end();
    }),
  );
  app.get(
    "/",
    handler((req, res) => {
      const { sessionID, session } = req;
      res.json({
        user: session.user ?? null,
        named: sessionID,
        same: sessionID === session.id,
        left: session.cookie.maxAge,
      });
    }),
  );
  const bob = visitor(await listening(t, app), () => now);
  assert.match((await bob.get("/in")).setCookies[0]!, /; Max-Age=3600/);
  now += 1_800_000;
  const found = JSON.parse((await bob.get("/")).body);
  assert.match(found.named, /^[\w-]{22}$/);
  assert.deepEqual([found.user, found.same, found.left], ["bob", true, 1_800_000]);
  now += 1_800_001;
  assert.equal(JSON.parse((await bob.get("/")).body).user, null);
});

test("callbacks of save, regenerate, reload and destroy, as express-session has them", async (t) => {
  const { app, sessions, handler, calls } = parts();
  app.use(sessions);
  app.get(
    "/",
    handler((req, res, next) => {
      req.session.n = 1;
      req.session.save((saveError) => {
        if (saveError) return next(saveError);
        const [first, stored] = [req.session, [...calls]];
        req.session.regenerate((error) => {
          if (error) return next(error);
          req.session.user = "bob";
          req.session.save(() =>
            req.session.reload(() => {
              const { user, n } = req.session;
              req.session.destroy(() =>
                res.json({ stored, isOther: first !== req.session, user, n: n ?? null, session: req.session }),
              );
            }),
          );
        });
      });
    }),
  );
  const bob = visitor(await listening(t, app));
  const { body } = await bob.get("/");
  assert.deepEqual(JSON.parse(body), { stored: ["create"], isOther: true, user: "bob", n: null, session: null });
  assert.equal(bob.cookie(), "");
});

test("a second answer after the first is ignored as Express does", async (t) => {
  const { app, sessions, handler } = parts();
  app.use(sessions);
  const seen: unknown[] = [];
  app.get(
    "/twice",
    handler((req, res) => {
      req.session.n = 1;
      res.send("first");
      res.send("second");
    }),
  );
  app.get(
    "/caught",
    handler((req, res) => {
      req.session.n = 2;
      res.redirect("/n");
      try {
        res.send("second");
      } catch (error) {
        seen.push((error as NodeJS.ErrnoException).code, res.headersSent);
      }
    }),
  );
  app.get(
    "/n",
    handler((req, res) => void res.json({ ...req.session })),
  );
  const bob = visitor(await listening(t, app));
  assert.equal((await bob.get("/twice")).body, "first");
  assert.equal((await bob.get("/n")).body, '{"n":1}');
  assert.equal((await bob.get("/caught")).status, 302);
  assert.deepEqual(seen, ["ERR_HTTP_HEADERS_SENT", true]);
  assert.equal((await bob.get("/n")).body, '{"n":2}');
});

test("two of them for one request are refused, whoever made the first", async (t) => {
  const { app, sessions, errors } = parts();
  app.use(sessions, session({ onError: () => {} }), (_req, res) => void res.end());
  assert.equal((await visitor(await listening(t, app)).get("/")).status, 500);
  const other = parts();
  const foreign: RequestHandler = (req, _res, next) => {
    Object.assign(req, { session: {} });
    next();
  };
  other.app.use(foreign, other.sessions, (_req, res) => void res.end());
  assert.equal((await visitor(await listening(t, other.app)).get("/")).status, 500);
  assert.deepEqual(
    other.errors.map((error) => (error as { code?: string }).code),
    ["ERR_STACK_TWICE"],
  );
  assert.deepEqual(errors, []);
});

test("Connect over HTTP/2, by the compatibility API of node:http2", async (t) => {
  const { sessions, calls } = parts();
  const app = connect();
  app.use(sessions);
  app.use("/begin", (req, res) => {
    sessions.of(req).session.n = 1;
    res.writeHead(201, { "x-own": "1" });
    res.write("one ");
    res.end("two");
  });
  app.use("/n", (req, res) => {
    res.setHeader("content-type", "text/plain");
    res.end(String(sessions.of(req).session.n));
  });
  const url = await overHttp2(t, app as RequestListener);
  const client = connectHttp2(url);
  t.after(() => client.destroy());
  const get = async (path: string, cookie?: string) => {
    const stream = client.request({ ":path": path, ...(cookie && { cookie }) });
    const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
    return { status: headers[":status"], headers, body: await text(stream) };
  };
  const begun = await get("/begin");
  assert.deepEqual([begun.status, begun.body, begun.headers["x-own"]], [201, "one two", "1"]);
  const [line] = begun.headers["set-cookie"] as readonly string[];
  assert.equal((await get("/n", line!.split(";")[0])).body, "1");
  assert.deepEqual(calls, ["create", "read"]);
});

async function overHttp2(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createHttp2Server({}, listener as never);
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a response that is never answered is stored nowhere, and its client may leave", async () => {
  const { sessions, calls } = parts();
  let held: ServerResponse | undefined;
  const app = connect();
  app.use(sessions);
  app.use((req, res) => {
    sessions.of(req).session.n = 1;
    held = res;
  });
  const server = createServer(app as RequestListener);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const controller = new AbortController();
  const sent = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { signal: controller.signal });
  sent.catch(() => {});
  await until(() => held !== undefined, "the handler");
  const closed = once(held!, "close");
  controller.abort();
  await closed;
  server.close();
  await once(server, "close");
  assert.deepEqual(calls, []);
});
