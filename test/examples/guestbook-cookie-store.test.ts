import assert from "node:assert/strict";
import { test } from "node:test";
import { newKey } from "../../src/crypto/keys.ts";
import { type CookieJar, cookieJar } from "../../src/testing/cookie-jar.ts";
import { type Program, program } from "../support/program.ts";

/** A browser that outlives the server: it keeps its cookies while the port changes. */
async function visit(jar: CookieJar, { url }: Program, path: string, form?: Record<string, string>): Promise<string> {
  const home = "http://localhost/";
  const body = form && new URLSearchParams(form);
  const method = body ? "POST" : "GET";
  const headers = { cookie: jar.header(home), accept: "text/html", "sec-fetch-site": "same-origin" };
  const response = await fetch(url + path, { method, headers, redirect: "manual", ...(body ? { body } : {}) });
  jar.store(response.headers.getSetCookie(), home);
  const location = response.headers.get("location");
  return location === null ? response.text() : visit(jar, { url } as Program, location);
}

test("STORE=cookie SESSION_KEY=… npm start: a restart keeps everybody signed in, another key nobody", async (t) => {
  const environment = { STORE: "cookie", SESSION_KEY: newKey() };
  const [bob, eve] = [cookieJar(), cookieJar()];
  const before = await program(t, "start", environment);
  assert.match(await visit(bob, before, "/sign-in", { name: "Bob" }), /Welcome, Bob\./);
  assert.match(await visit(bob, before, "/"), /Bob/);
  await visit(eve, before, "/");
  assert.equal(await before.stop(), 0);

  const after = await program(t, "start", environment);
  const page = await visit(bob, after, "/");
  assert.match(page, /Signed in as/);
  assert.doesNotMatch(page, /Welcome, Bob\./, "the message was shown before the restart");
  assert.doesNotMatch(await visit(eve, after, "/"), /Signed in as/);
  await visit(bob, after, "/sign-out", {});
  assert.doesNotMatch(await visit(bob, after, "/"), /Signed in as/);
  await visit(bob, after, "/sign-in", { name: "Bob" });
  assert.equal(await after.stop(), 0);

  const rotated = await program(t, "start", { ...environment, SESSION_KEY: `${newKey()},${environment.SESSION_KEY}` });
  assert.match(await visit(bob, rotated, "/"), /Signed in as/, "an older key of the ring opens");
  assert.equal(await rotated.stop(), 0);

  const other = await program(t, "start", { ...environment, SESSION_KEY: newKey() });
  assert.doesNotMatch(await visit(bob, other, "/"), /Signed in as/);
  assert.equal(await other.stop(), 0);
});
