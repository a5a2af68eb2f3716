/** What is Hono's own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Hono } from "hono";
import { toHono } from "../../src/adapters/to-hono.ts";
import { text } from "../../src/response.ts";
import type { Handler } from "../../src/ring.ts";

const show: Handler = (all) => {
  const { scheme, uri, remoteAddress, context, fullUri } = all as typeof all & { context: string; fullUri: string };
  return text([scheme, remoteAddress, context, uri, fullUri].join(" "));
};

test("behind TLS and with an address, inside a route, and at the root", async () => {
  const inner = new Hono().all(
    "/wiki/*",
    toHono(show, { prefix: "/sites/wiki", scheme: "https", remoteAddress: () => "::1" }),
  );
  const host = new Hono().route("/sites", inner).all("*", toHono(show));
  const at = async (path: string) => (await host.request(`http://site.test${path}`)).text();
  assert.equal(await at("/sites/wiki/a?b"), "https ::1 /sites/wiki /a /sites/wiki/a");
  assert.equal(await at("/a"), "http   /a /a");
});

test("of a body that a handler has read before, who reads it is told so", async () => {
  const errors: unknown[] = [];
  const read: Handler = async ({ body }) => text(await new Response(body).text());
  const host = new Hono()
    .use(async (c, next) => {
      await c.req.json();
      await next();
    })
    .all("*", toHono(read, { onError: (error) => void errors.push(error) }));
  assert.equal((await host.request("/", { method: "POST", body: "{}" })).status, 500);
  assert.match(String(errors[0]), /has read this request's body/);
});

test("options that cannot be are refused", () => {
  assert.throws(() => toHono(show, { prefix: "/wiki/" }), { code: "ERR_OPTION", option: "prefix", message: /toHono/ });
  assert.throws(() => toHono(show, { scheme: "ftp" as never }), { option: "scheme" });
  assert.throws(() => toHono(show, { remoteAddress: "x" as never }), { option: "remoteAddress" });
});
