/** SPEC 5.2, 5 and 6: whom a session belongs to, and what a change of that does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { recreate } from "../../src/session/next.ts";
import { type AnySession, wrapSession } from "../../src/session/wrap-session.ts";
import { barriers } from "../support/barriers.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, sessionCookie } from "../support/visitor.ts";

const pages: Pages = {
  ...commonPages,
  "/user": ({ session, queryString }) => ({
    session: { ...session, user: JSON.parse(decodeURIComponent(queryString)) },
  }),
  "/out": ({ session: { user: _, ...rest } }) => ({ session: rest }),
  "/renew": ({ session }) => ({ session: recreate(session) }),
};
const status = async (url: string, cookie: string) =>
  JSON.parse((await request(`${url}/status`, "GET", { cookie })).body);
const show = async (url: string, cookie: string) => (await request(`${url}/show`, "GET", { cookie })).body;

/** Visits pages one after the other in one session, and tells for each whether it gave a new token. */
async function tokens(url: string, paths: readonly string[]): Promise<readonly boolean[]> {
  let token: string | undefined;
  const fresh: boolean[] = [];
  for (const path of paths) {
    const next = sessionCookie(
      await request(url + path, "GET", token === undefined ? {} : { cookie: `session=${token}` }),
    );
    fresh.push(next !== undefined && next !== token);
    token = next ?? token;
  }
  return fresh;
}

test('a user who is a number recreates as one who is text does; 7 and "7" are one subject, null is nobody', async (t) => {
  const { url } = await site(t, pages);
  const paths = ["/count", "/user?7", "/user?7", '/user?"7"', "/user?8", "/user?null", "/out", "/user?0"];
  assert.deepEqual(await tokens(url, paths), [true, true, false, false, true, true, false, true]);
});

for (const [what, user] of [
  ["an object", '{"id":7}'],
  ["a list", "[7]"],
  ["true", "true"],
]) {
  test(`a user who is ${what} is refused without the option subject, and nothing is stored`, async (t) => {
    const { url, errors } = await site(t, pages);
    const cookie = `session=${sessionCookie(await request(`${url}/count`))}`;
    for (const headers of [{ cookie }, {}] as Record<string, string>[]) {
      const answer = await request(`${url}/user?${encodeURIComponent(user!)}`, "GET", headers);
      assert.deepEqual([answer.status, answer.setCookies], [500, []]);
      const error = errors.at(-1) as Error & { code: string; path: string };
      assert.deepEqual([error.code, error.path], ["ERR_SESSION_VALUE", "session.user"]);
      assert.match(error.message, /subject: \(\{ user \}\)/);
    }
    assert.equal(await show(url, cookie), '{"n":1}');
  });
}

test("a user who is an object in initial throws when the stack is built", () => {
  assert.throws(() => wrapSession({ initial: { user: { id: 7 } } }), /session\.user.*say whom the session belongs to/);
});

test("the option subject may answer a number, and what it does not look at recreates nothing", async (t) => {
  const options = { subject: ({ account }: AnySession) => (account as { id: number } | undefined)?.id };
  const set: Pages = {
    ...pages,
    "/account": ({ session, queryString }) => ({ session: { ...session, account: { id: Number(queryString) } } }),
    "/out": ({ session: { account: _, ...rest } }) => ({ session: rest }),
  };
  const { url } = await site(t, set, options);
  const paths = ["/count", "/account?1", "/account?1", '/user?{"any":"shape"}', "/account?2", "/out"];
  assert.deepEqual(await tokens(url, paths), [true, true, false, false, true, true]);
});

test("with an initial user, whom the first write of a visitor leaves as he is, nobody was authenticated", async (t) => {
  const { url, clock } = await site(t, pages, { initial: { user: "guest", n: 0 } });
  const cookie = `session=${sessionCookie(await request(`${url}/count`))}`;
  assert.equal("authenticatedAt" in (await status(url, cookie)), false);
  const signedIn = `session=${sessionCookie(await request(`${url}/login`))}`;
  assert.equal(
    (await status(url, signedIn)).authenticatedAt,
    clock.now(),
    "another user than the initial one is a sign-in",
  );
});

test("with an initial user, a counter that comes with a tombstoned token creates nothing", async (t) => {
  const { url, events } = await site(t, pages, { initial: { user: "guest", n: 0 } });
  const old = `session=${sessionCookie(await request(`${url}/count`))}`;
  await request(`${url}/login`, "GET", { cookie: old });
  for (const path of ["/count", '/user?"guest"']) {
    assert.deepEqual((await request(url + path, "GET", { cookie: old })).setCookies, [], path);
  }
  assert.deepEqual(
    events.map((event) => ("reason" in event ? `${event.type} ${event.reason}` : event.type)),
    [
      "session.created",
      "session.recreated switched",
      "session.refused recreated",
      "session.gone recreated",
      "session.refused recreated",
    ],
  );
});

for (const [what, signOut] of [
  ["a value", ({ user: _, ...rest }: AnySession) => rest],
  ["a function", () => (current: AnySession) => ({ ...current, user: undefined })],
] as const) {
  test(`signing out by ${what} without the user ends the session that is renewed meanwhile`, async (t) => {
    const points = barriers();
    const { url, events } = await site(t, {
      ...pages,
      "/slow-out": async ({ session }) => {
        await points.hold("out");
        return { session: signOut(session as AnySession) };
      },
    });
    const old = `session=${sessionCookie(await request(`${url}/login`))}`;
    const out = request(`${url}/slow-out`, "GET", { cookie: old });
    await points.held("out");
    const renewed = `session=${sessionCookie(await request(`${url}/renew`, "GET", { cookie: old }))}`;
    points.release("out");
    assert.deepEqual((await out).setCookies, []);
    assert.deepEqual(events.slice(-2), [{ type: "session.ended" }, { type: "session.gone", reason: "recreated" }]);
    assert.deepEqual(await status(url, renewed), { state: "refused", reason: "unknown" });
  });
}

test("signing out without the user leaves somebody who signed in meanwhile where he is", async (t) => {
  const points = barriers();
  const { url, events } = await site(t, {
    ...pages,
    "/slow-out": async ({ session: { user: _, ...rest } }) => {
      await points.hold("out");
      return { session: rest };
    },
  });
  const old = `session=${sessionCookie(await request(`${url}/login`))}`;
  const out = request(`${url}/slow-out`, "GET", { cookie: old });
  await points.held("out");
  const alice = `session=${sessionCookie(await request(`${url}/login?alice`, "GET", { cookie: old }))}`;
  points.release("out");
  await out;
  assert.deepEqual(events.at(-1), { type: "session.gone", reason: "recreated" });
  assert.equal(await show(url, alice), '{"user":"alice"}');
});

test("a change that signs nobody out does not end a session that is renewed meanwhile", async (t) => {
  const points = barriers();
  const { url } = await site(t, {
    ...pages,
    "/slow-renew": async ({ session }) => {
      await points.hold(String(session.user));
      return { session: recreate(session) };
    },
  });
  for (const begin of ["/login?bob", "/count"]) {
    const user = begin === "/count" ? "undefined" : "bob";
    const old = `session=${sessionCookie(await request(url + begin))}`;
    const slow = request(`${url}/slow-renew`, "GET", { cookie: old });
    await points.held(user);
    const renewed = `session=${sessionCookie(await request(`${url}/renew`, "GET", { cookie: old }))}`;
    points.release(user);
    await slow;
    assert.equal((await status(url, renewed)).state, "live", begin);
  }
});

test("session.recreated says why: signed-in, switched, signed-out or asked", async (t) => {
  const { url, events } = await site(t, pages);
  await tokens(url, ["/count", "/renew", "/login", "/renew", "/login?alice", "/out", "/renew"]);
  assert.deepEqual(
    events.map((event) => ("reason" in event ? event.reason : event.type)),
    ["session.created", "asked", "signed-in", "asked", "switched", "signed-out", "asked"],
  );
});

test("signing out without the user forgets when he proved who he is, and a renewal does not", async (t) => {
  const { url, clock } = await site(t, pages);
  const began = clock.now();
  let cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  clock.advance(10);
  cookie = `session=${sessionCookie(await request(`${url}/renew`, "GET", { cookie }))}`;
  const { createdAt, usedAt, authenticatedAt } = await status(url, cookie);
  assert.deepEqual([createdAt, usedAt, authenticatedAt], [began, began + 10_000, began]);
  cookie = `session=${sessionCookie(await request(`${url}/out`, "GET", { cookie }))}`;
  const after = await status(url, cookie);
  assert.deepEqual([after.createdAt, after.authenticatedAt], [began + 10_000, undefined]);
});

test("a session that begins with recreate(…, { authenticated: true }) says when that was", async (t) => {
  const { url, clock } = await site(t, {
    ...pages,
    "/prove": () => ({ session: recreate({ pin: "checked" }, { authenticated: true }) }),
    "/plain": () => ({ session: recreate({ pin: "no" }) }),
  });
  const proved = `session=${sessionCookie(await request(`${url}/prove`))}`;
  assert.equal((await status(url, proved)).authenticatedAt, clock.now());
  const plain = `session=${sessionCookie(await request(`${url}/plain`))}`;
  assert.equal((await status(url, plain)).authenticatedAt, undefined);
});

test("a sign-in whose session was ended meanwhile keeps the flash that it set", async (t) => {
  const points = barriers();
  const { url } = await site(t, {
    ...pages,
    "/slow-login": async ({ session }) => {
      await points.hold("login");
      return { status: 303, headers: { location: "/page" }, session: { ...session, user: "bob" }, flash: "welcome" };
    },
    "/page": ({ session, flash }) => ({ body: JSON.stringify({ session, flash }) }),
  });
  const old = `session=${sessionCookie(await request(`${url}/count`))}`;
  const login = request(`${url}/slow-login`, "GET", { cookie: old });
  await points.held("login");
  await request(`${url}/logout`, "GET", { cookie: old });
  points.release("login");
  const cookie = `session=${sessionCookie(await login)}`;
  assert.deepEqual(JSON.parse((await request(`${url}/page`, "GET", { cookie })).body), {
    session: { user: "bob", n: 1 },
    flash: "welcome",
  });
});

test("an option subject that answers an object is refused, not taken for nobody: his token would survive the sign-in", async (t) => {
  const { url, errors } = await site(
    t,
    { ...commonPages, "/in": ({ session }) => ({ session: { ...session, account: { id: 1 } } }) },
    { subject: (data) => data.account as never },
  );
  const cookie = `session=${sessionCookie(await request(`${url}/count`))}`;
  assert.equal((await request(`${url}/in`, "GET", { cookie })).status, 500);
  assert.equal((errors[0] as { code: string }).code, "ERR_SESSION_VALUE");
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"n":1}');
});

test("a subject that cannot answer for the beginning throws when the stack is built", () => {
  assert.throws(() => wrapSession<AnySession>({ initial: { user: {} } }), { code: "ERR_OPTION", option: "initial" });
  const subject = (data: AnySession) => (data.account as unknown as { id: string }).id;
  assert.throws(() => wrapSession<AnySession>({ subject }), { code: "ERR_OPTION", option: "subject" });
});
