/** What is Express's and Connect's own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import connect from "connect";
import express from "express";
import session from "express-session";
import { session as lend } from "../../src/adapters/express.ts";
import { toExpress } from "../../src/adapters/to-express.ts";
import { contextPath } from "../../src/middleware/context.ts";
import { wrapFormats } from "../../src/middleware/formats.ts";
import { text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { GET, routes } from "../../src/routing/index.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { hostStore } from "../../src/stores/host.ts";
import { listening } from "../support/mount-hosts.ts";
import { request } from "../support/visitor.ts";

const show: Handler = (all) => {
  const { scheme, host, uri, remoteAddress, context, fullUri } = all as typeof all & {
    context: string;
    fullUri: string;
  };
  return text([scheme, host, remoteAddress, context, uri, fullUri, contextPath(all, "/x")].join(" "));
};
const FORWARDED = { "x-forwarded-proto": "https", "x-forwarded-host": "site.test", "x-forwarded-for": "203.0.113.9" };
const body = async (url: string, headers: Record<string, string> = {}) => (await request(url, "GET", headers)).body;

test("scheme, host and address are Express's, by its trust proxy", async (t) => {
  const host = express().use("/wiki", toExpress(show));
  const url = await listening(t, host);
  const place = "/wiki /a /wiki/a /wiki/x";
  assert.equal(await body(`${url}/wiki/a`, FORWARDED), `http ${new URL(url).host} 127.0.0.1 ${place}`);
  host.set("trust proxy", "loopback");
  assert.equal(await body(`${url}/wiki/a`, FORWARDED), `https site.test 203.0.113.9 ${place}`);
});

test("in Connect they are the connection's, or what the proxies in trustProxy tell", async (t) => {
  for (const [options, told] of [
    [{}, undefined],
    [{ trustProxy: ["127.0.0.1"] }, "https site.test 203.0.113.9"],
  ] as const) {
    const url = await listening(t, connect().use("/wiki", toExpress(show, options)));
    const direct = `http ${new URL(url).host} 127.0.0.1`;
    assert.equal(await body(`${url}/wiki/a`, FORWARDED), `${told ?? direct} /wiki /a /wiki/a /wiki/x`);
  }
});

test("routers and applications around add up, a parameter and another case are as sent, and the root is no prefix", async (t) => {
  const inner = express().use("/wiki", toExpress(show));
  const host = express()
    .use("/sites/:site", inner)
    .use("/r", express.Router().use("/wiki", toExpress(show)))
    .use(toExpress(show));
  const url = await listening(t, host);
  const at = async (path: string) => (await body(url + path)).split(" ").slice(3).join(" ");
  assert.equal(await at("/sites/one/wiki/a"), "/sites/one/wiki /a /sites/one/wiki/a /sites/one/wiki/x");
  assert.equal(await at("/r/wiki"), "/r/wiki / /r/wiki /r/wiki/x");
  assert.equal(await at("/R/WIKI/a"), "/R/WIKI /a /R/WIKI/a /R/WIKI/x");
  assert.equal(await at("/sites/%20/wiki/a"), " /sites/%20/wiki/a /sites/%20/wiki/a /x"); // no prefix: the next one's
  const nested = connect().use("/a", connect().use("/b", toExpress(show)));
  assert.match(await body(`${await listening(t, nested)}/a/b/c`), / \/a\/b \/c \/a\/b\/c /);
});

test("a path that the host rewrote is the path", async (t) => {
  const host = express()
    .use((req, _res, next) => {
      if (req.url === "/old") req.url = "/wiki/new";
      next();
    })
    .use("/wiki", toExpress(show));
  assert.match(await body(`${await listening(t, host)}/old`), / \/wiki \/new \/wiki\/new /);
});

test("of a body that a parser has read before, who reads it is told so, and nobody waits", async (t) => {
  const errors: unknown[] = [];
  const app: Handler = stack.use(wrapFormats())(routes());
  const onError = (error: unknown) => void errors.push(error);
  const host = express()
    .use(express.json())
    .use("/wiki", toExpress(app, { onError }))
    .use(
      "/blind",
      toExpress(() => text("ok"), { onError }),
    );
  const url = await listening(t, host);
  const send = (path: string) =>
    fetch(url + path, { method: "POST", body: '{"a":1}', headers: { "content-type": "application/json" } });
  const refused = await send("/wiki");
  assert.equal(refused.status, 500);
  assert.equal(errors.length, 1);
  assert.match(String(errors[0]), /has read this request's body.*express\.json/);
  assert.equal((await send("/blind")).status, 200);
});

const needsSession: Handler = stack.use(wrapSession({ store: hostStore() }))(() => text("ok"));
const sessions = session({ secret: "s", resave: false, saveUninitialized: false });

test("hostStore() without a session before the mount is refused where it is mounted", () => {
  const refused = { code: "ERR_OPTION", message: /express-session.*sessionElsewhere/s };
  assert.throws(() => express().use("/wiki", toExpress(needsSession)), refused);
  assert.throws(() => express().use("/wiki", toExpress(needsSession)).use(sessions), refused);
  assert.throws(() => express().use("/wiki", toExpress(routes(GET("/", needsSession)))), refused);
  express().use(sessions).use("/wiki", toExpress(needsSession));
  express().use("/wiki", toExpress(needsSession, { sessionElsewhere: true }));
  const outer = express().use(sessions);
  const inner = express();
  outer.use(inner);
  inner.use("/wiki", toExpress(needsSession));
});

test("or else at the first request", async (t) => {
  for (const host of [
    express().use("/wiki", toExpress(needsSession, { sessionElsewhere: true, onError: () => {} })),
    express()
      .use("/other", sessions)
      .use("/wiki", toExpress(needsSession, { onError: () => {} })),
    connect().use("/wiki", toExpress(needsSession, { onError: () => {} })),
  ])
    assert.equal((await request(`${await listening(t, host)}/wiki`)).status, 500);
  const behind = express().use(sessions, express().use("/wiki", toExpress(needsSession, { sessionElsewhere: true })));
  assert.equal((await request(`${await listening(t, behind)}/wiki`)).status, 200);
});

test("options that cannot be are refused", () => {
  assert.throws(() => toExpress(show, { trustProxy: true as never }), { code: "ERR_OPTION" });
  assert.throws(() => toExpress(show, { sessionElsewhere: 1 as never }), { option: "sessionElsewhere" });
  assert.throws(() => toExpress(show, { prefix: "/wiki" } as object), { option: "prefix" });
});

test("sessions that are lent to a host's handlers cannot be the host's", () => {
  assert.throws(() => lend({ store: hostStore() }), { code: "ERR_OPTION", option: "store" });
});
