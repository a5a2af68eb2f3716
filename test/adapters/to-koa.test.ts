/** What is Koa's own. */
import assert from "node:assert/strict";
import { text as textOf } from "node:stream/consumers";
import { test } from "node:test";
import { toKoa } from "../../src/adapters/to-koa.ts";
import { text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { hostStore } from "../../src/stores/host.ts";
import { Koa, koaSession, type TestContext, type TestKoa, type TestNext } from "../support/koa.ts";
import { listening } from "../support/mount-hosts.ts";
import { request } from "../support/visitor.ts";

const show: Handler = (all) => {
  const { scheme, host, uri, remoteAddress, context, fullUri } = all as typeof all & {
    context: string;
    fullUri: string;
  };
  return text([scheme, host, remoteAddress, context, uri, fullUri].join(" "));
};
const FORWARDED = { "x-forwarded-proto": "https", "x-forwarded-host": "site.test", "x-forwarded-for": "203.0.113.9" };

test("scheme, host and address are Koa's, by its proxy", async (t) => {
  const koa = new Koa().use(toKoa(show, { prefix: "/wiki" }));
  const url = await listening(t, koa.callback());
  assert.equal(
    (await request(`${url}/wiki/a`, "GET", FORWARDED)).body,
    `http ${new URL(url).host} 127.0.0.1 /wiki /a /wiki/a`,
  );
  koa.proxy = true;
  assert.equal((await request(`${url}/wiki/a`, "GET", FORWARDED)).body, "https site.test 203.0.113.9 /wiki /a /wiki/a");
});

test("inside a mount that has shortened ctx.path, what was taken off is the prefix, with one of its own after it", async (t) => {
  // As koa-mount does it: it sets ctx.path, which is req.url, and puts it back after.
  const mount = (prefix: string, inner: ReturnType<typeof toKoa>) => async (ctx: TestContext, next: TestNext) => {
    const { path } = ctx;
    if (path !== prefix && !path.startsWith(`${prefix}/`)) return void (await next());
    ctx.path = path.slice(prefix.length) || "/";
    await inner(ctx, next);
    ctx.path = path;
  };
  const koa = new Koa()
    .use(mount("/plain", toKoa(show)))
    .use(mount("/sites", toKoa(show, { prefix: "/wiki" })))
    .use(toKoa(show));
  const url = await listening(t, koa.callback());
  const at = async (path: string) => (await request(url + path)).body.split(" ").slice(3).join(" ");
  assert.equal(await at("/plain/a"), "/plain /a /plain/a");
  assert.equal(await at("/plain"), "/plain / /plain");
  assert.equal(await at("/sites/wiki/a"), "/sites/wiki /a /sites/wiki/a");
  assert.equal(await at("/other/a"), " /other/a /other/a");
});

test("of a body that a parser has read before, who reads it is told so; the others of the host see the response", async (t) => {
  const errors: unknown[] = [];
  const seen: unknown[] = [];
  const koa = new Koa()
    .use(async (ctx, next) => {
      await textOf(ctx.req);
      await next();
      seen.push(ctx.status, String(ctx.body));
    })
    .use(
      toKoa(async ({ uri, body }) => text(uri === "/read" ? await new Response(body).text() : "ok", 201), {
        onError: (error) => void errors.push(error),
      }),
    );
  const url = await listening(t, koa.callback());
  const send = async (path: string) => (await fetch(url + path, { method: "POST", body: "a=1" })).status;
  assert.deepEqual([await send("/read"), await send("/blind")], [500, 201]);
  assert.match(String(errors[0]), /has read this request's body/);
  assert.deepEqual(seen.slice(2), [201, "ok"]);
});

const needsSession: Handler = stack.use(wrapSession({ store: hostStore() }))(() => text("ok"));

test("hostStore() without koa-session is refused when built, where it is told the application, else at the first request", async (t) => {
  assert.throws(() => toKoa(needsSession, { koa: new Koa() }), { code: "ERR_OPTION", option: "koa" });
  const inCookie = (koa: TestKoa) => koa.use(koaSession({ signed: false }, koa));
  for (const koa of [new Koa(), inCookie(new Koa())]) {
    koa.use(toKoa(needsSession, { onError: () => {} }));
    assert.equal((await request(await listening(t, koa.callback()))).status, 500);
  }
});

test("options that cannot be are refused", () => {
  assert.throws(() => toKoa(show, { prefix: "wiki" }), { code: "ERR_OPTION", option: "prefix", message: /toKoa/ });
  assert.throws(() => toKoa(show, { prefix: "/" }), { option: "prefix" });
});
