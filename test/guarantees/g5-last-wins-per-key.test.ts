import assert from "node:assert/strict";
import { test } from "node:test";
import { barriers, describeOrder, everyOrder, inOrder } from "../support/barriers.ts";
import { commonPages, site } from "../support/site.ts";
import { visitor } from "../support/visitor.ts";

for (const order of everyOrder("a", "b")) {
  test(`G5: the later commit wins on its key alone, and says so, when ${describeOrder(order)}`, async (t) => {
    const points = barriers();
    const { url, events } = await site(t, {
      ...commonPages,
      "/set": async ({ session, queryString: name }) => {
        await points.hold(name);
        return { session: { ...session, shared: name, [name]: 1 } };
      },
    });
    const bob = visitor(url);
    await bob.get("/login");
    await inOrder(order, points, (who) => bob.get(`/set?${who}`));
    const last = order.at(-1)!.who;
    const overlapping = order[1]!.what === "read";
    assert.deepEqual(JSON.parse((await bob.get("/show")).body), { user: "bob", shared: last, a: 1, b: 1 });
    assert.equal(events.filter(({ type }) => type === "session.overwritten").length, overlapping ? 1 : 0);
  });
}

test("G5: an unset is a write: the later of an unset and a set wins, in every order", async (t) => {
  for (const order of everyOrder("set", "unset")) {
    const points = barriers();
    const { url } = await site(t, {
      ...commonPages,
      "/begin": ({ session }) => ({ session: { ...session, cart: 1 } }),
      "/set": async ({ session }) => {
        await points.hold("set");
        return { session: { ...session, cart: 2 } };
      },
      "/unset": async ({ session: { cart: _, ...rest } }) => {
        await points.hold("unset");
        return { session: rest };
      },
    });
    const bob = visitor(url);
    await bob.get("/login");
    await bob.get("/begin");
    await inOrder(order, points, (who) => bob.get(`/${who}`));
    const { cart } = JSON.parse((await bob.get("/show")).body);
    const setLast = order.at(-1)!.who === "set";
    assert.equal(cart, setLast ? 2 : undefined, describeOrder(order));
  }
});

test("G5: two requests that write the same value overwrite nothing", async (t) => {
  const points = barriers();
  const { url, events } = await site(t, {
    ...commonPages,
    "/set": async ({ session, queryString: name }) => {
      await points.hold(name);
      return { session: { ...session, theme: "dark" } };
    },
  });
  const bob = visitor(url);
  await bob.get("/login");
  await inOrder(everyOrder("a", "b")[1]!, points, (who) => bob.get(`/set?${who}`));
  assert.equal(
    events.some(({ type }) => type === "session.overwritten"),
    false,
  );
});

test("G5: session: {} unsets only the keys that this request read", async (t) => {
  const points = barriers();
  const { url } = await site(t, {
    ...commonPages,
    "/begin": () => ({ session: { a: 1, b: 2 } }),
    "/clear": async () => {
      await points.hold("clear");
      return { session: {} };
    },
    "/add": ({ session }) => ({ session: { ...session, later: 3 } }),
  });
  const bob = visitor(url);
  await bob.get("/begin");
  const clear = bob.get("/clear");
  await points.held("clear");
  await bob.get("/add");
  points.release("clear");
  await clear;
  assert.equal((await bob.get("/show")).body, '{"later":3}');
});
