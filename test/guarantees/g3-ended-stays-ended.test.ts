import assert from "node:assert/strict";
import { test } from "node:test";
import { recreate } from "../../src/session/next.ts";
import { barriers, describeOrder, everyOrder, inOrder } from "../support/barriers.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, sessionCookie, visitor } from "../support/visitor.ts";

const endings: Pages = {
  "/end": () => ({ session: null }),
  "/renew": ({ session }) => ({ session: recreate(session) }),
  "/signin": ({ session }) => ({ session: { ...session, user: "alice" } }),
};

const inFlight: Pages = {
  "/read": ({ session }) => ({ session }),
  "/write": ({ session }) => ({ session: { ...session, written: true } }),
  "/function": () => ({ session: (s: object) => ({ ...s, written: true }) }),
  "/clear": () => ({ session: {} }),
  "/flash": () => ({ flash: "late" }),
};

for (const ending of Object.keys(endings)) {
  for (const other of Object.keys(inFlight)) {
    test(`G3: ${other} in flight brings nothing back after ${ending}, in every order`, async (t) => {
      for (const order of everyOrder(ending, other)) {
        const points = barriers();
        const held = Object.entries({ ...endings, ...inFlight }).map(([path, page]): [string, Pages[string]] => [
          path,
          async (request) => {
            await points.hold(path);
            return page(request);
          },
        ]);
        const { url } = await site(t, { ...commonPages, ...Object.fromEntries(held) });
        const old = `session=${sessionCookie(await request(`${url}/login`))}`;
        const answers = await inOrder(order, points, (who) => request(url + who, "GET", { cookie: old }));
        const after = await request(`${url}/status`, "GET", { cookie: old });
        assert.equal(JSON.parse(after.body).state, "refused", `${describeOrder(order)}: the old token`);

        const readBeforeTheEnd =
          order.findIndex(({ who }) => who === other) <
          order.findIndex(({ who, what }) => who === ending && what === "commit");
        const committedAfter = order.at(-1)?.who === other;
        if (readBeforeTheEnd && committedAfter) {
          assert.deepEqual(
            answers.get(other)?.setCookies,
            [],
            `${describeOrder(order)}: no cookie for what came too late`,
          );
        }
        const fresh = answers.get(other) && sessionCookie(answers.get(other)!);
        if (fresh) {
          const { body } = await request(`${url}/show`, "GET", { cookie: `session=${fresh}` });
          assert.equal(body.includes("bob"), false, `${describeOrder(order)}: the data of the dead session`);
        }
      }
    });
  }
}

test("G3: signing out and a slow writer, reader and counter in flight, in every order of three", async (t) => {
  for (const order of everyOrder("/end", "/write", "/function")) {
    const points = barriers();
    const pages: Pages = { ...commonPages };
    for (const path of ["/end", "/write", "/function"]) {
      pages[path] = async (request) => {
        await points.hold(path);
        return { ...endings, ...inFlight }[path]!(request);
      };
    }
    const { url } = await site(t, pages);
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    await inOrder(order, points, (who) => request(url + who, "GET", { cookie }));
    const { body } = await request(`${url}/status`, "GET", { cookie });
    assert.equal(JSON.parse(body).state, "refused", describeOrder(order));
  }
});

test("G3: a session that expires while a writer is in flight stays expired", async (t) => {
  for (const change of ["/write", "/function", "/signin-same"]) {
    const points = barriers();
    const { url, clock, events } = await site(t, {
      ...commonPages,
      [change]: async (request) => {
        await points.hold(change);
        return change === "/signin-same" ? { session: recreate(request.session) } : inFlight[change]!(request);
      },
    });
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    const sent = request(url + change, "GET", { cookie });
    await points.held(change);
    clock.advance(1800 + 60);
    points.release(change);
    assert.deepEqual((await sent).setCookies, []);
    assert.equal(events.at(-1)?.type, "session.gone");
    assert.equal(JSON.parse((await request(`${url}/status`, "GET", { cookie })).body).state, "refused");
  }
});

test("G3: signing in amid 20 counters of one visitor leaves him signed in", async (t) => {
  const points = barriers();
  const names = Array.from({ length: 20 }, (_, i) => `c${i}`);
  const { url } = await site(t, {
    ...commonPages,
    "/hit": async ({ session, queryString: name }) => {
      await points.hold(name);
      return { session: { ...session, n: Number(session.n ?? 0) + 1 } };
    },
    "/login": async ({ session }) => {
      await points.hold("login");
      return { session: { ...session, user: "bob" } };
    },
  });
  const bob = visitor(url);
  await bob.get("/count");
  const before = bob.cookie();
  const early = names.slice(0, 10).map((name) => bob.get(`/hit?${name}`));
  await Promise.all(names.slice(0, 10).map(points.held));
  const login = bob.get("/login");
  await points.held("login");
  for (const name of names.slice(0, 5)) points.release(name);
  await Promise.all(early.slice(0, 5));
  points.release("login");
  await login;
  assert.notEqual(bob.cookie(), before, "a new token after the sign-in");
  for (const name of names.slice(5, 10)) points.release(name); // read before the sign-in, committed after it
  await Promise.all(early);
  const late = names.slice(10).map((name) => {
    points.release(name);
    return request(`${url}/hit?${name}`, "GET", { cookie: before }); // sent with the cookie from before the sign-in
  });
  for (const { setCookies } of await Promise.all(late)) assert.deepEqual(setCookies, []);
  assert.equal(JSON.parse((await bob.get("/show")).body).user, "bob");
});

test("G3: signing out while the session is being renewed ends it under its new token too", async (t) => {
  const points = barriers();
  const { url } = await site(t, {
    ...commonPages,
    "/logout": async () => {
      await points.hold("logout");
      return { session: null };
    },
    "/renew": ({ session }) => ({ session: recreate(session) }),
  });
  const old = `session=${sessionCookie(await request(`${url}/login`))}`;
  const logout = request(`${url}/logout`, "GET", { cookie: old });
  await points.held("logout");
  const renewed = `session=${sessionCookie(await request(`${url}/renew`, "GET", { cookie: old }))}`;
  points.release("logout");
  assert.equal(sessionCookie(await logout), "");
  assert.equal(JSON.parse((await request(`${url}/status`, "GET", { cookie: renewed })).body).state, "refused");
});
