import assert from "node:assert/strict";
import { test } from "node:test";
import { barriers, describeOrder, everyOrder, inOrder } from "../support/barriers.ts";
import { commonPages, site } from "../support/site.ts";
import { storeUnderTest } from "../support/store-under-test.ts";
import { request, visitor } from "../support/visitor.ts";
import { counting } from "../support/watched-store.ts";

for (const order of everyOrder("reader", "writer")) {
  test(`G2: a reader leaves what a writer wrote when ${describeOrder(order)}`, async (t) => {
    for (const idle of [0, 90]) {
      const points = barriers();
      const { url, clock } = await site(t, {
        ...commonPages,
        "/reader": async ({ session }) => {
          await points.hold("reader");
          return { body: String(session.n), session };
        },
        "/writer": async ({ session }) => {
          await points.hold("writer");
          return { session: { ...session, n: 2 } };
        },
        "/begin": () => ({ session: { n: 1 } }),
      });
      const bob = visitor(url);
      await bob.get("/begin");
      clock.advance(idle);
      await inOrder(order, points, (who) => bob.get(`/${who}`));
      assert.equal((await bob.get("/show")).body, '{"n":2}');
    }
  });
}

test("G2: an anonymous request asks the store nothing and sets no cookie", async (t) => {
  const { store, calls } = counting(storeUnderTest());
  const { url } = await site(t, commonPages, { store });
  for (const path of ["/show", "/status", "/logout", "/nowhere"]) {
    assert.deepEqual((await request(url + path)).setCookies, [], path);
  }
  assert.deepEqual(calls, []);
});

test("G2: a request that reads costs one store call, and so does one that answers what it read", async (t) => {
  const { store, calls } = counting(storeUnderTest());
  const pages = { ...commonPages, "/same": ({ session }: { session: object }) => ({ session: { ...session } }) };
  const { url } = await site(t, pages, { store });
  const bob = visitor(url);
  await bob.get("/login");
  assert.deepEqual(calls.splice(0), ["create"]);
  for (const path of ["/show", "/same", "/status"]) {
    assert.deepEqual((await bob.get(path)).setCookies, []);
    assert.deepEqual(calls.splice(0), ["read"], path);
  }
  await bob.get("/count");
  assert.deepEqual(calls.splice(0), ["read", "update"]);
});
