/** What is Fastify's own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import fastify from "fastify";
import { toFastify } from "../../src/adapters/to-fastify.ts";
import { text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { hostStore } from "../../src/stores/host.ts";
import { request } from "../support/visitor.ts";

const show: Handler = (all) => {
  const { scheme, host, uri, remoteAddress, context, fullUri } = all as typeof all & {
    context: string;
    fullUri: string;
  };
  return text([scheme, host, remoteAddress, context, uri, fullUri].join(" "));
};
const FORWARDED = { "x-forwarded-proto": "https", "x-forwarded-host": "site.test", "x-forwarded-for": "203.0.113.9" };

for (const trustProxy of [false, true]) {
  test(`scheme, host and address are Fastify's, with trustProxy ${trustProxy}; prefixes add up, a parameter too`, async (t) => {
    const host = fastify({ trustProxy });
    t.after(() => host.close());
    host.register(toFastify(show), { prefix: "/wiki" });
    host.register(async (inner) => void inner.register(toFastify(show), { prefix: "/wiki" }), {
      prefix: "/sites/:site",
    });
    const url = await host.listen({ port: 0, host: "127.0.0.1" });
    const told = trustProxy ? "https site.test 203.0.113.9" : `http ${new URL(url).host} 127.0.0.1`;
    const at = async (path: string) => (await request(url + path, "GET", FORWARDED)).body;
    assert.equal(await at("/wiki/a"), `${told} /wiki /a /wiki/a`);
    assert.equal(await at("/sites/one/wiki/a?b"), `${told} /sites/one/wiki /a /sites/one/wiki/a`);
  });
}

test("at the root there is no prefix; the host's own parsers go on outside the mount", async (t) => {
  const host = fastify();
  t.after(() => host.close());
  host.post("/json", async ({ body }) => body);
  host.register(toFastify(show));
  const url = await host.listen({ port: 0, host: "127.0.0.1" });
  assert.match((await request(`${url}/a`)).body, / {2}\/a \/a$/);
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/json`, { method: "POST", body: '{"a":1}', headers });
  assert.deepEqual(await answer.json(), { a: 1 });
});

const needsSession: Handler = stack.use(wrapSession({ store: hostStore() }))(() => text("ok"));

test("hostStore() without @fastify/session fails where it is registered", async () => {
  await assert.rejects(async () => fastify().register(toFastify(needsSession)), { code: "ERR_OPTION", option: "app" });
  const host = fastify();
  await host.register(fastifyCookie);
  await host.register(fastifySession, { secret: "a secret of thirty-two characters" });
  await host.register(toFastify(needsSession), { prefix: "/wiki" });
  assert.equal((await host.inject("/wiki/a")).statusCode, 200);
  await host.close();
});

test("a session for other paths alone is none at the first request", async () => {
  const host = fastify();
  await host.register(fastifyCookie);
  await host.register(fastifySession, { secret: "a secret of thirty-two characters", cookie: { path: "/admin" } });
  await host.register(toFastify(needsSession, { onError: () => {} }), { prefix: "/wiki" });
  assert.equal((await host.inject("/wiki/a")).statusCode, 500);
  await host.close();
});
