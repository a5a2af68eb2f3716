import assert from "node:assert/strict";
import { test } from "node:test";
import { fromThisMachine } from "../../src/dev/this-machine.ts";
import { wrapReload } from "../../src/dev/wrap-reload.ts";
import { html } from "../../src/response.ts";
import type { RequestMap } from "../../src/ring.ts";
import { requestMap } from "../support/request-map.ts";

const asked = (more: Partial<RequestMap>) => fromThisMachine(requestMap("GET", "/", more));

test("this machine asks by a loopback name, over loopback", () => {
  for (const host of ["localhost", "localhost:3000", "app.localhost:3000", "127.0.0.1:3000", "[::1]:3000"])
    assert.ok(asked({ host }), host);
  for (const host of ["example.com", "localhost.example.com", "", "10.0.0.1"]) assert.ok(!asked({ host }), host);
  for (const remoteAddress of ["127.0.0.1", "::1", "::ffff:127.0.0.1", undefined]) assert.ok(asked({ remoteAddress }));
  for (const remoteAddress of ["10.0.0.1", "1.127.0.0", "2001:db8::1"]) assert.ok(!asked({ remoteAddress }));
});

test("what a proxy on this machine passes on does not come from it", () => {
  for (const name of [
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "forwarded",
    "via",
    "cf-connecting-ip",
  ])
    assert.ok(!asked({ headers: { [name]: "203.0.113.9" } }), name);
});

test("wrapReload is not there for anybody else", async () => {
  const app = wrapReload({ watch: [] })(() => html("<body></body>"));
  const outside = { remoteAddress: "203.0.113.9" };
  assert.equal((await app(requestMap("GET", "/__ringlight/reload.js", outside))).body, "<body></body>");
  assert.equal((await app(requestMap("GET", "/", outside))).body, "<body></body>");
  assert.match(String((await app(requestMap("GET", "/"))).body), /<script/);
});
