import assert from "node:assert/strict";
import { test } from "node:test";
import { drawToken } from "../../src/crypto/ids.ts";
import { commonPages, site } from "../support/site.ts";
import { storeUnderTest } from "../support/store-under-test.ts";
import { request, sessionCookie } from "../support/visitor.ts";
import { counting } from "../support/watched-store.ts";

test("G6: an id that this server did not issue is never used, in any form", async (t) => {
  const { url } = await site(t, { ...commonPages, "/set": () => ({ session: { n: 1 } }) });
  const issued = sessionCookie(await request(`${url}/login`))!;
  const foreign = [
    drawToken().token,
    "A".repeat(43),
    "abc",
    "%00",
    "__proto__",
    `"${issued}"`,
    `${issued}A`,
    issued.slice(1),
    issued.toLowerCase(),
    "a=b",
  ];
  for (const id of foreign) {
    const cookie = `session=${id}`;
    const set = await request(`${url}/set`, "GET", { cookie });
    const fresh = sessionCookie(set);
    assert.equal(set.status, 200);
    assert.ok(fresh && fresh !== id && fresh !== issued, `a fresh id instead of ${id}`);
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, "{}", id);
  }
  assert.equal((await request(`${url}/show`, "GET", { cookie: `session=${issued}` })).body, '{"user":"bob"}');
});

test("G6: the key of a session opens nothing without its secret", async (t) => {
  const { url } = await site(t, { ...commonPages, "/set": () => ({ session: { n: 1 } }) });
  const issued = sessionCookie(await request(`${url}/login`))!;
  const key = Buffer.from(issued, "base64url").toString("base64url", 0, 16); // what a list of sessions may show
  const guessed = `session=${drawToken(key).token}`;
  for (const path of ["/show", "/set", "/logout", "/count"]) await request(url + path, "GET", { cookie: guessed });
  assert.deepEqual(JSON.parse((await request(`${url}/status`, "GET", { cookie: guessed })).body), {
    state: "refused",
    reason: "unknown",
  });
  assert.equal((await request(`${url}/show`, "GET", { cookie: `session=${issued}` })).body, '{"user":"bob"}');
});

test("G6: the id is taken from the configured cookie alone", async (t) => {
  const { url } = await site(t, commonPages);
  const issued = sessionCookie(await request(`${url}/login`))!;
  const elsewhere: Array<[string, Record<string, string>]> = [
    [`/show?session=${issued}`, {}],
    ["/show", { session: issued, authorization: `Bearer ${issued}`, "x-session": issued }],
    ["/show", { cookie: `Session=${issued}; SESSION=${issued}; __Host-session=${issued}; session =x` }],
    ["/show", { cookie: `%73ession=${issued}` }],
    ["/show", { cookie: `x="; session=${issued.slice(1)}"` }],
  ];
  for (const [path, headers] of elsewhere)
    assert.equal((await request(url + path, "GET", headers)).body, "{}", JSON.stringify(headers));
});

test("G6: of cookies doubled with different values the first alone is tried, and an event says so", async (t) => {
  const { url, events } = await site(t, commonPages);
  const issued = sessionCookie(await request(`${url}/login`))!;
  const show = async (cookie: string) => (await request(`${url}/show`, "GET", { cookie })).body;
  assert.equal(await show(`session=${issued}; session=${issued}`), '{"user":"bob"}');
  assert.equal(
    events.some(({ type }) => type === "cookie.doubled"),
    false,
  );
  assert.equal(await show(`session=${issued}; session=tossed`), '{"user":"bob"}');
  assert.equal(events.filter(({ type }) => type === "cookie.doubled").length, 1);
  assert.equal(await show(`session=tossed; session=${issued}`), "{}");
  assert.equal(events.filter(({ type }) => type === "cookie.doubled").length, 2);
});

test("G6: a malformed id never reaches a backend as a key, and is told as refused", async (t) => {
  const { store, calls } = counting(storeUnderTest());
  const { url, events } = await site(t, commonPages, { store });
  for (const id of ["", "x", "../../etc/passwd", "a:b:*", "1".repeat(4000)]) {
    const { body } = await request(`${url}/status`, "GET", { cookie: `session=${id}` });
    assert.deepEqual(JSON.parse(body), { state: "refused", reason: "malformed" });
  }
  assert.deepEqual(new Set(calls), new Set(["read"]));
  assert.equal(events.filter(({ type }) => type === "session.refused").length, 5);
});
