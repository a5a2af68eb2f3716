import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnySession } from "../../src/session/wrap-session.ts";
import { barriers } from "../support/barriers.ts";
import { commonPages, site } from "../support/site.ts";
import { storeUnderTest } from "../support/store-under-test.ts";
import { request, sessionCookie } from "../support/visitor.ts";
import { counting } from "../support/watched-store.ts";

test("G4: 50 counters at once on one signed-in session end at 50", async (t) => {
  const { url } = await site(t, commonPages);
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  const answers = await Promise.all(Array.from({ length: 50 }, () => request(`${url}/count`, "GET", { cookie })));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob","n":50}');
});

test("G4: 50 counters that have all read before the first commits end at 50", async (t) => {
  const points = barriers();
  const { store, calls } = counting(storeUnderTest());
  const { url } = await site(
    t,
    {
      ...commonPages,
      "/count": async ({ queryString: name }) => {
        await points.hold(name);
        return { session: (s: AnySession) => ({ ...s, n: Number(s.n ?? 0) + 1 }) };
      },
    },
    { store },
  );
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  const names = Array.from({ length: 50 }, (_, i) => `c${i}`);
  const sent = names.map((name) => request(`${url}/count?${name}`, "GET", { cookie }));
  await Promise.all(names.map(points.held));
  calls.length = 0;
  for (const name of names) points.release(name);
  await Promise.all(sent);
  assert.equal(JSON.parse((await request(`${url}/show`, "GET", { cookie })).body).n, 50);
  assert.ok(calls.filter((call) => call === "update").length > 50, "late functions ran again");
});

test("G4: a function that also signs in is applied to the newest value", async (t) => {
  const points = barriers();
  const { url } = await site(t, {
    ...commonPages,
    "/login": async () => {
      await points.hold("login");
      return { session: (s: AnySession) => ({ ...s, user: "bob", seen: s.n ?? 0 }) };
    },
  });
  const cookie = `session=${sessionCookie(await request(`${url}/count`))}`;
  const login = request(`${url}/login`, "GET", { cookie });
  await points.held("login");
  await request(`${url}/count`, "GET", { cookie });
  points.release("login");
  const fresh = `session=${sessionCookie(await login)}`;
  assert.deepEqual(JSON.parse((await request(`${url}/show`, "GET", { cookie: fresh })).body), {
    n: 2,
    user: "bob",
    seen: 2,
  });
});

test("G4: a function that always loses is given up with a code, and stores nothing", async (t) => {
  const inner = storeUnderTest();
  let tries = 0;
  const store = {
    ...inner,
    update: async (...[token, change, context]: Parameters<typeof inner.update>) => {
      tries++;
      clockStep();
      const read = await inner.read(token, context);
      return "record" in read && change.serial ? { conflict: read.record } : inner.update(token, change, context);
    },
  };
  const { url, errors, clock } = await site(t, commonPages, { store, storeTimeout: 2 });
  const clockStep = () => clock.advance(0.1);
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  const answer = await request(`${url}/count`, "GET", { cookie });
  assert.equal(answer.status, 503);
  assert.equal((errors[0] as { code?: string }).code, "ERR_UPDATE_CONFLICT");
  assert.ok(tries >= 20 && tries <= 21, `tried ${tries} times in 2 s of 0.1 s each`);
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
});
