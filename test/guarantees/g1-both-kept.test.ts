import assert from "node:assert/strict";
import { test } from "node:test";
import { barriers, describeOrder, everyOrder, inOrder } from "../support/barriers.ts";
import { commonPages, site } from "../support/site.ts";
import { request, sessionCookie, visitor } from "../support/visitor.ts";

for (const order of everyOrder("a", "b")) {
  test(`G1: two requests that change different keys are both kept when ${describeOrder(order)}`, async (t) => {
    const points = barriers();
    const { url } = await site(t, {
      ...commonPages,
      "/set": async ({ session, queryString: key }) => {
        await points.hold(key);
        return { session: { ...session, [key]: { by: key, list: [1, 2, 3] } } };
      },
    });
    const bob = visitor(url);
    await bob.get("/login");
    await inOrder(order, points, (who) => bob.get(`/set?${who}`));
    const kept = { user: "bob", a: { by: "a", list: [1, 2, 3] }, b: { by: "b", list: [1, 2, 3] } };
    assert.deepEqual(JSON.parse((await bob.get("/show")).body), kept);
  });
}

test("G1: a removal and a change of another key are both kept", async (t) => {
  for (const order of everyOrder("remove", "add")) {
    const points = barriers();
    const { url } = await site(t, {
      ...commonPages,
      "/remove": async ({ session: { cart: _, ...rest } }) => {
        await points.hold("remove");
        return { session: rest };
      },
      "/add": async ({ session }) => {
        await points.hold("add");
        return { session: { ...session, theme: "dark" } };
      },
      "/fill": ({ session }) => ({ session: { ...session, cart: [1] } }),
    });
    const bob = visitor(url);
    await bob.get("/login");
    await bob.get("/fill");
    await inOrder(order, points, (who) => bob.get(`/${who}`));
    assert.deepEqual(JSON.parse((await bob.get("/show")).body), { user: "bob", theme: "dark" });
  }
});

test("G1: a flash set by one request and a key set by another are both kept", async (t) => {
  for (const order of everyOrder("flash", "key")) {
    const points = barriers();
    const { url } = await site(t, {
      ...commonPages,
      "/flash": async () => {
        await points.hold("flash");
        return { status: 303, headers: { location: "/read" }, flash: "saved" };
      },
      "/key": async ({ session }) => {
        await points.hold("key");
        return { status: 303, headers: { location: "/read" }, session: { ...session, key: 1 } };
      },
      "/read": ({ session, flash }) => ({ body: JSON.stringify({ session, flash }) }),
    });
    const bob = visitor(url);
    await bob.get("/login");
    await inOrder(order, points, (who) => bob.post(`/${who}`));
    assert.deepEqual(JSON.parse((await bob.get("/read")).body), { session: { user: "bob", key: 1 }, flash: "saved" });
  }
});

test("G1: 20 requests at once that each set a key of their own leave all 20", async (t) => {
  const points = barriers();
  const { url } = await site(t, {
    ...commonPages,
    "/set": async ({ session, queryString: key }) => {
      await points.hold(key);
      return { session: { ...session, [key]: true } };
    },
  });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  const sent = keys.map((key) => request(`${url}/set?${key}`, "GET", { cookie }));
  await Promise.all(keys.map(points.held));
  for (const key of keys) points.release(key);
  await Promise.all(sent);
  const { user, ...rest } = JSON.parse((await request(`${url}/show`, "GET", { cookie })).body);
  assert.deepEqual([user, Object.keys(rest).sort()], ["bob", keys.sort()]);
});
