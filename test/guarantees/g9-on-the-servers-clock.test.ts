import assert from "node:assert/strict";
import { test } from "node:test";
import { recreate } from "../../src/session/next.ts";
import { commonPages, site } from "../support/site.ts";
import { request, sessionCookie } from "../support/visitor.ts";

const status = async (url: string, cookie: string) =>
  JSON.parse((await request(`${url}/status`, "GET", { cookie })).body);

test("G9: a session dies after 30 minutes of inactivity, though the cookie is still there", async (t) => {
  const { url, clock } = await site(t, commonPages);
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  for (let i = 0; i < 3; i++) {
    clock.advance(1800);
    assert.equal((await status(url, cookie)).state, "live");
  }
  clock.advance(1800 + 60);
  assert.deepEqual(await status(url, cookie), { state: "refused", reason: "expired-idle" });
});

test("G9: a session dies after 12 hours however active it is", async (t) => {
  const { url, clock } = await site(t, commonPages);
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  for (let hour = 0; hour < 23; hour++) {
    clock.advance(1800);
    await request(`${url}/count`, "GET", { cookie });
    assert.equal((await status(url, cookie)).state, "live");
  }
  clock.advance(1800);
  assert.deepEqual(await status(url, cookie), { state: "refused", reason: "expired-absolute" });
});

test("G9: maxAge asks the browser and ends no session by itself; the cookie rolls with activity, up to the absolute limit", async (t) => {
  const { url, clock } = await site(t, commonPages, { maxAge: 600, timeout: 1800, absolute: 3600 });
  const first = await request(`${url}/login`);
  const cookie = `session=${sessionCookie(first)}`;
  assert.match(first.setCookies[0]!, /; Max-Age=600;/);
  clock.advance(30);
  assert.deepEqual((await request(`${url}/show`, "GET", { cookie })).setCookies, []);
  clock.advance(31);
  assert.match((await request(`${url}/show`, "GET", { cookie })).setCookies[0]!, /^session=.*; Max-Age=600;/);
  clock.advance(1700);
  assert.equal((await status(url, cookie)).state, "live", "long after the cookie's Max-Age");
  clock.advance(3600 - 1761 - 100);
  assert.match((await request(`${url}/show`, "GET", { cookie })).setCookies[0]!, /; Max-Age=100;/);
});

test("G9: a cookie that is sent again never carries an old token over a newer one", async (t) => {
  const { url, clock } = await site(
    t,
    { ...commonPages, "/slow-show": async () => ({ body: await inFlight() }) },
    { maxAge: 600 },
  );
  const cookie = `session=${sessionCookie(await request(`${url}/count`))}`;
  clock.advance(300);
  const inFlight = async () => {
    await request(`${url}/login`, "GET", { cookie }); // recreates while /slow-show has read and not committed
    return "slow";
  };
  const { status: code, setCookies } = await request(`${url}/slow-show`, "GET", { cookie });
  assert.deepEqual([code, setCookies], [200, []]);
});

test("G9: persist gives a session its own limit and its cookie a Max-Age, through a plain renewal too", async (t) => {
  const month = 30 * 86_400;
  const { url, clock } = await site(t, {
    ...commonPages,
    "/remember": ({ session }) => ({ session: recreate({ ...session, user: "bob" }, { persist: month }) }),
    "/renew": ({ session }) => ({ session: recreate(session) }),
  });
  const first = await request(`${url}/remember`);
  assert.match(first.setCookies[0]!, new RegExp(`; Max-Age=${month};`));
  clock.advance(86_400);
  const renewed = await request(`${url}/renew`, "GET", { cookie: `session=${sessionCookie(first)}` });
  assert.match(renewed.setCookies[0]!, new RegExp(`; Max-Age=${month - 86_400};`));
  const cookie = `session=${sessionCookie(renewed)}`;
  clock.advance(month - 86_400 - 1);
  assert.equal((await status(url, cookie)).state, "live");
  clock.advance(1);
  assert.deepEqual(await status(url, cookie), { state: "refused", reason: "expired-absolute" });
});

test("G9: with refresh 0 each request restarts the idle clock", async (t) => {
  const { url, clock } = await site(t, commonPages, { timeout: 10, refresh: 0 });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  for (let i = 0; i < 5; i++) {
    clock.advance(9);
    assert.equal((await status(url, cookie)).state, "live");
  }
  clock.advance(10);
  assert.equal((await status(url, cookie)).state, "refused");
});
