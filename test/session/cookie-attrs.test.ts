/** SPEC 5.3, 2 and 4: the session cookie's attributes and its Max-Age, by option and for one response. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { recreate } from "../../src/session/next.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import type { Store } from "../../src/session/store.ts";
import type { AnySession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, sessionCookie, visitor } from "../support/visitor.ts";

const pages: Pages = {
  ...commonPages,
  "/set": ({ session, queryString }) => ({ session: { ...session, n: queryString } }),
  "/renew": ({ session }) => ({ session: recreate(session) }),
  "/remember": ({ session, queryString }) => ({ session: recreate(session, { persist: Number(queryString) }) }),
  "/out": ({ session: { user: _, ...rest } }) => ({ session: rest }),
};
const maxAge = ([line]: readonly string[]) => /; Max-Age=(\d+);/.exec(line ?? "")?.[1];
const UNSAID = { path: undefined, httpOnly: undefined, sameSite: undefined, secure: undefined, domain: undefined };

test("attributes that are undefined keep the safe defaults, as an option and on a response", async (t) => {
  const { url } = await site(
    t,
    { ...pages, "/again": () => ({ sessionCookieAttrs: { ...UNSAID, maxAge: undefined, priority: "high" } }) },
    { cookieAttrs: UNSAID },
  );
  const login = await request(`${url}/login`);
  assert.match(login.setCookies[0]!, /^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  const cookie = `session=${sessionCookie(login)}`;
  const again = await request(`${url}/again`, "GET", { cookie });
  assert.deepEqual(again.setCookies, [`${cookie}; Path=/; HttpOnly; Priority=High; SameSite=Lax`]);
});

test("sessionCookieAttrs that say nothing send no cookie", async (t) => {
  const { url } = await site(t, {
    ...pages,
    "/undefined": () => ({ sessionCookieAttrs: UNSAID }),
    "/empty": () => ({ sessionCookieAttrs: {} }),
  });
  const bob = visitor(url);
  await bob.get("/login");
  for (const path of ["/undefined", "/empty"]) assert.deepEqual((await bob.get(path)).setCookies, [], path);
});

test("null with sessionCookieAttrs deletes the cookie where those say that it is", async (t) => {
  const { url } = await site(
    t,
    { ...pages, "/out": () => ({ session: null, sessionCookieAttrs: { path: "/app", sameSite: undefined } }) },
    { cookieName: "session", cookieAttrs: { sameSite: "strict" } },
  );
  const bob = visitor(url);
  await bob.get("/login");
  assert.match((await bob.get("/out")).setCookies[0]!, /^session=; Max-Age=0; Path=\/app; .*; SameSite=Strict$/);
});

for (const [what, attrs, option] of [
  ["expires", { expires: new Date() }, "sessionCookieAttrs.expires"],
  ["an attribute that is none", { httponly: true }, "sessionCookieAttrs.httponly"],
  ["a Path with a line break", { path: "/\r\nx: y" }, "sessionCookieAttrs.path"],
  ["SameSite=None without Secure", { sameSite: "none" }, "sessionCookieAttrs.sameSite"],
  ["a Max-Age past 400 days", { maxAge: 34_560_001 }, "sessionCookieAttrs.maxAge"],
] as const) {
  test(`sessionCookieAttrs with ${what} are refused by name, and nothing is stored`, async (t) => {
    const { url, errors } = await site(t, {
      ...pages,
      "/bad": ({ session }) => ({ session: { ...session, n: 1 }, sessionCookieAttrs: attrs }),
    });
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    const { status, setCookies } = await request(`${url}/bad`, "GET", { cookie });
    assert.deepEqual([status, setCookies], [500, []]);
    const error = errors[0] as { code: string; option: string };
    assert.deepEqual([error.code, error.option], ["ERR_COOKIE_ATTRIBUTE", option]);
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
  });
}

test("sessionCookieAttrs.maxAge never outlives the session, and 0 is 0", async (t) => {
  const { url, clock } = await site(
    t,
    {
      ...pages,
      "/long": () => ({ sessionCookieAttrs: { maxAge: 34_560_000 } }),
      "/long-set": ({ session }) => ({ session: { ...session, a: 1 }, sessionCookieAttrs: { maxAge: 34_560_000 } }),
      "/zero": () => ({ sessionCookieAttrs: { maxAge: 0 } }),
    },
    { timeout: 1800, absolute: 3600 },
  );
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  clock.advance(1000);
  const get = async (path: string, header = cookie) =>
    (await request(url + path, "GET", { cookie: header })).setCookies;
  assert.equal(maxAge(await get("/long")), "2600");
  assert.equal(maxAge(await get("/long-set")), "2600");
  assert.equal(maxAge(await get("/zero")), "0");
});

test("sessionCookieAttrs.maxAge goes over the option maxAge and over a remembered session's limit", async (t) => {
  const { url } = await site(t, { ...pages, "/short": () => ({ sessionCookieAttrs: { maxAge: 5 } }) }, { maxAge: 600 });
  const bob = visitor(url);
  for (const path of ["/login", "/remember?5000"]) {
    await bob.get(path);
    assert.equal(maxAge((await bob.get("/short")).setCookies), "5", path);
  }
});

test("maxAge rolls with a response that changes the session, where the idle clock restarted", async (t) => {
  const { url, clock } = await site(t, pages, { maxAge: 600 });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  const set = async (n: number) => (await request(`${url}/set?${n}`, "GET", { cookie })).setCookies;
  clock.advance(59);
  assert.deepEqual(await set(1), []);
  clock.advance(1);
  assert.deepEqual(await set(2), [`${cookie}; Max-Age=600; Path=/; HttpOnly; SameSite=Lax`]);
  assert.deepEqual(await set(3), []);
});

test("without maxAge no cookie is sent again, whatever the idle clock does", async (t) => {
  const { url, clock } = await site(t, pages);
  const bob = visitor(url, clock.now);
  await bob.get("/login");
  for (const path of ["/show", "/set?1", "/show"]) {
    clock.advance(90);
    assert.deepEqual((await bob.get(path)).setCookies, [], path);
  }
});

test("a remembered session's cookie lasts as long as the session from the start, so it is not sent again", async (t) => {
  for (const options of [{}, { maxAge: 600 }] as SessionOptions<AnySession>[]) {
    const { url, clock } = await site(t, pages, options);
    const bob = visitor(url, clock.now);
    await bob.get("/login");
    assert.equal(maxAge((await bob.get("/remember?5000")).setCookies), "5000");
    for (const path of ["/show", "/set?1"]) {
      clock.advance(100);
      assert.deepEqual((await bob.get(path)).setCookies, [], path);
    }
    assert.equal(maxAge((await bob.get("/renew")).setCookies), "4800");
  }
});

test("a Max-Age that is sent again counts from the record as it is by then", async (t) => {
  const inner = memoryStore();
  let reads = 0;
  const store: Store = {
    ...inner,
    async read(token, context) {
      const result = await inner.read(token, context);
      if (!("record" in result) || ++reads !== 2) return result;
      return { ...result, record: { ...result.record, createdAt: context.now - (43_200 - 440) * 1000 } };
    },
  };
  const { url, clock } = await site(t, pages, { store, maxAge: 600 });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  clock.advance(60);
  assert.equal(maxAge((await request(`${url}/show`, "GET", { cookie })).setCookies), "440");
});

test("a sign-in begins the absolute limit anew, for the cookie as well; a renewal does not", async (t) => {
  const { url, clock } = await site(t, pages, { maxAge: 34_560_000, timeout: 1800, absolute: 3600 });
  let cookie = `session=${sessionCookie(await request(`${url}/count`))}`;
  const go = async (path: string) => {
    const visit = await request(url + path, "GET", { cookie });
    cookie = `session=${sessionCookie(visit)}`;
    return maxAge(visit.setCookies);
  };
  clock.advance(1000);
  assert.equal(await go("/renew"), "2600");
  assert.equal(await go("/login"), "3600");
  clock.advance(1000);
  assert.equal(await go("/renew"), "2600");
  assert.equal(await go("/remember?5000"), "5000", "persist begins anew");
  clock.advance(1000);
  assert.equal(await go("/renew"), "4000", "and is kept through a renewal");
  assert.equal(await go("/login?alice"), "3600", "but not when somebody else signs in");
  clock.advance(1000);
  assert.equal(await go("/out"), "3600", "or when he signs out");
});

test("the limit of a remembered session holds in the store as the cookie says it: kept by a renewal, not by a switch", async (t) => {
  const { url, clock } = await site(t, pages, { timeout: 600, absolute: 1000 });
  const states: string[] = [];
  for (const path of ["/renew", "/login?alice", "/out"]) {
    let cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    for (const next of ["/remember?5000", path])
      cookie = `session=${sessionCookie(await request(url + next, "GET", { cookie }))}`;
    clock.advance(2000);
    states.push(JSON.parse((await request(`${url}/status`, "GET", { cookie })).body).state);
  }
  assert.deepEqual(states, ["live", "refused", "refused"]);
});
