/** SPEC 5.2, 10: what a schema and `migrate` do to stored data, and what they leave to requests at the same time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { SessionOptions } from "../../src/session/options.ts";
import type { AnySession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { barriers, describeOrder, everyOrder, inOrder } from "../support/barriers.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, sessionCookie } from "../support/visitor.ts";

type Test = Parameters<typeof site>[0];

const filled = z.object({ x: z.number(), y: z.number().default(0) });

/** A site with a schema, and one without it over the same store, which shows and sets what is stored. */
async function both(t: Test, stored: AnySession, pages: Pages, options: SessionOptions<AnySession>) {
  const store = memoryStore();
  const raw = await site(
    t,
    {
      ...commonPages,
      "/begin": () => ({ session: stored }),
      "/raw-set": ({ session, queryString }) => ({
        session: { ...session, ...JSON.parse(decodeURIComponent(queryString)) },
      }),
    },
    { store },
  );
  const cookie = `session=${sessionCookie(await request(`${raw.url}/begin`))}`;
  const strict = await site(t, { ...commonPages, ...pages }, { store, ...options });
  const get =
    (url: string) =>
    async (path: string, header = cookie) =>
      request(url + path, "GET", { cookie: header });
  const inStore = async (header = cookie) => JSON.parse((await get(raw.url)("/show", header)).body);
  return { ...strict, cookie, get: get(strict.url), raw: get(raw.url), inStore };
}

for (const kind of ["a value", "a function"]) {
  for (const order of everyOrder("x", "y")) {
    test(`${kind} for x leaves the y of another request, which the schema would fill: ${describeOrder(order)}`, async (t) => {
      const points = barriers();
      const { get, inStore } = await both(
        t,
        { x: 1 },
        {
          "/x": async ({ session }) => {
            await points.hold("x");
            return { session: kind === "a value" ? { ...session, x: 2 } : (s: object) => ({ ...s, x: 2 }) };
          },
          "/y": async ({ session }) => {
            await points.hold("y");
            return { session: { ...session, y: 5 } };
          },
        },
        { schema: filled },
      );
      await inOrder(order, points, (who) => get(`/${who}`));
      assert.deepEqual(await inStore(), { x: 2, y: 5 });
    });
  }
}

test("what the schema fills in is stored with the next change, and not before", async (t) => {
  const { get, inStore } = await both(
    t,
    { x: 1 },
    { "/same": ({ session }) => ({ session }), "/x": ({ session }) => ({ session: { ...session, x: 2 } }) },
    { schema: filled },
  );
  for (const path of ["/show", "/same"]) {
    await get(path);
    assert.deepEqual(await inStore(), { x: 1 }, path);
  }
  assert.equal((await get("/show")).body, '{"x":1,"y":0}');
  await get("/x");
  assert.deepEqual(await inStore(), { x: 2, y: 0 });
});

test("keys that the schema leaves out stay in the store, and cannot be seen, when another key changes", async (t) => {
  const { get, inStore } = await both(
    t,
    { x: 1, y: 1, other: "application's" },
    {
      "/x": ({ session }) => ({ session: { ...session, x: 2 } }),
      "/y": ({ session: { x, y: _ } }) => ({ session: { x } as AnySession }),
    },
    { schema: filled },
  );
  assert.equal((await get("/show")).body, '{"x":1,"y":1}');
  await get("/x");
  assert.deepEqual(await inStore(), { x: 2, y: 1, other: "application's" });
  await get("/y");
  assert.deepEqual(await inStore(), { x: 2, other: "application's" }, "a key that the handler takes away goes");
});

const renamed = z.strictObject({ name: z.string(), visits: z.number().default(0) });
const rename = (old: unknown) => {
  const { title, ...rest } = old as AnySession;
  return typeof title === "string" ? { ...rest, name: title } : undefined;
};

test("what migrate takes away and puts in is stored with the next change, its keys checked by the schema again", async (t) => {
  const { get, inStore } = await both(
    t,
    { title: "bob" },
    { "/visit": ({ session }) => ({ session: { ...session, visits: Number(session.visits) + 1 } }) },
    { schema: renamed, migrate: rename },
  );
  assert.equal(
    (await get("/show")).body,
    '{"name":"bob","visits":0}',
    "the schema's defaults apply to what was mended",
  );
  assert.deepEqual(await inStore(), { title: "bob" });
  await get("/visit");
  assert.deepEqual(await inStore(), { name: "bob", visits: 1 });
});

test("migrate takes no key away that another request wrote meanwhile", async (t) => {
  const points = barriers();
  const { get, raw, inStore } = await both(
    t,
    { title: "bob" },
    {
      "/slow": async ({ session }) => {
        await points.hold("slow");
        return { session: { ...session, visits: 1 } };
      },
    },
    { schema: renamed, migrate: rename },
  );
  const slow = get("/slow");
  await points.held("slow");
  await raw(`/raw-set?${encodeURIComponent('{"title":"alice","name":"alice"}')}`);
  points.release("slow");
  await slow;
  assert.deepEqual(await inStore(), { title: "alice", name: "alice", visits: 1 });
});

for (const [what, migrate] of [
  ["gives up", () => undefined],
  ["answers what does not fit either", () => ({ name: 42 })],
  ["answers null", () => null],
] as Array<[string, (old: unknown) => AnySession | undefined]>) {
  test(`where migrate ${what} there is no session, and an event says schema`, async (t) => {
    const { get, inStore, events } = await both(t, { odd: 1 }, {}, { schema: renamed, migrate });
    assert.deepEqual(JSON.parse((await get("/status")).body), { state: "refused", reason: "schema" });
    assert.deepEqual(events, [{ type: "session.refused", reason: "schema" }]);
    assert.equal((await get("/show")).body, "{}");
    assert.deepEqual(await inStore(), { odd: 1 }, "and the store keeps it");
  });
}

test("without a schema migrate sees every record, and its answer is the session", async (t) => {
  const seen: unknown[] = [];
  const migrate = (old: unknown) => {
    seen.push(old);
    return rename(old) ?? ((old as AnySession).name === "" ? undefined : (old as AnySession));
  };
  const { get, raw, inStore, events } = await both(
    t,
    { title: "bob" },
    { "/visit": ({ session }) => ({ session: { ...session, visits: 1 } }) },
    { migrate },
  );
  assert.equal((await get("/show")).body, '{"name":"bob"}');
  await get("/visit");
  assert.deepEqual(await inStore(), { name: "bob", visits: 1 });
  assert.equal((await get("/show")).body, '{"name":"bob","visits":1}', "one that needs no mending is as it was");
  assert.deepEqual(seen, [{ title: "bob" }, { title: "bob" }, { name: "bob", visits: 1 }]);
  await raw(`/raw-set?${encodeURIComponent('{"name":""}')}`);
  await get("/show");
  assert.deepEqual(events, [{ type: "session.refused", reason: "schema" }]);
});

for (const freeze of [Object.freeze, <T>(object: T): T => object]) {
  test(`what migrate answers stays the application's own, ${freeze === Object.freeze ? "frozen" : "not frozen"}`, async (t) => {
    const shared = freeze({ name: "anonymous", list: freeze([1]) });
    const { get } = await both(
      t,
      { odd: 1 },
      { "/add": ({ session }) => ({ session: { ...session, list: [...(session.list as number[]), 2] } }) },
      { migrate: () => shared },
    );
    await get("/add");
    await get("/show");
    for (const own of [shared, shared.list]) assert.equal(Object.isFrozen(own), freeze === Object.freeze);
    assert.deepEqual(shared, { name: "anonymous", list: [1] });
  });
}

for (const onGone of ["ignore", "error"] as const) {
  test(`a function whose newest record no longer fits the schema stores nothing; onGone: ${onGone}`, async (t) => {
    const points = barriers();
    const ran: unknown[] = [];
    const { get, raw, inStore, events } = await both(
      t,
      { x: 1 },
      {
        "/slow": async () => {
          await points.hold("slow");
          return {
            session: (current: AnySession) => {
              ran.push(current);
              return { ...current, x: 2 };
            },
          };
        },
      },
      { schema: filled, onGone },
    );
    const slow = get("/slow");
    await points.held("slow");
    await raw(`/raw-set?${encodeURIComponent('{"x":"text"}')}`);
    points.release("slow");
    const { status, setCookies } = await slow;
    assert.deepEqual([status, setCookies], [onGone === "error" ? 409 : 200, []]);
    assert.deepEqual(events, [{ type: "session.gone", reason: "schema" }]);
    assert.deepEqual(ran, [{ x: 1, y: 0 }]);
    assert.deepEqual(await inStore(), { x: "text" });
  });
}

test("a function that runs again gets the newest record by way of schema and migrate", async (t) => {
  const points = barriers();
  const ran: unknown[] = [];
  const { get, raw, inStore } = await both(
    t,
    { name: "bob" },
    {
      "/slow": async () => {
        await points.hold("slow");
        return {
          session: (current: AnySession) => {
            ran.push(current);
            return { ...current, visits: Number(current.visits) + 1 };
          },
        };
      },
    },
    { schema: renamed, migrate: rename },
  );
  const slow = get("/slow");
  await points.held("slow");
  await raw(`/raw-set?${encodeURIComponent('{"title":"alice"}')}`);
  points.release("slow");
  assert.equal((await slow).status, 200);
  assert.deepEqual(ran, [
    { name: "bob", visits: 0 },
    { name: "alice", visits: 0 },
  ]);
  assert.deepEqual(await inStore(), { name: "alice", visits: 1 });
});
