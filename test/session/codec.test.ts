/** SPEC 5.2, 15: with a codec a session keeps what JSON would change, on every store and with every guarantee. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import * as devalue from "devalue";
import fc from "fast-check";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { difference, fromFields, isEmpty, toFields } from "../../src/session/change.ts";
import { sameValue, valueText } from "../../src/session/codec.ts";
import type { Kept } from "../../src/session/kept.ts";
import type { SessionReader } from "../../src/session/reader.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { barriers, everyOrder, inOrder } from "../support/barriers.ts";
import { keptSession, keptValue } from "../support/kept-values.ts";
import { keptVisitor, type Session, STORES } from "../support/kept-visitor.ts";
import { requestMap } from "../support/request-map.ts";
import { counting } from "../support/watched-store.ts";

test("whatever devalue keeps is read back as it was, under __proto__ too", () => {
  fc.assert(
    fc.property(keptSession, (data) => {
      const back = fromFields(toFields(data, devalue), devalue);
      assert.deepStrictEqual(back, data);
      assert.deepEqual(Object.keys(back), Object.keys(data));
    }),
    { numRuns: 1000 },
  );
});

test("every text is JSON that stores keep as it is, and plain JSON has no other than without a codec", () => {
  fc.assert(
    fc.property(keptValue, (value) => {
      const text = valueText(value, "session.a", devalue);
      assert.doesNotThrow(() => JSON.parse(text));
      assert.ok(text.isWellFormed());
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(valueText(value, "session.a", devalue), valueText(value, "session.a", undefined));
    }),
  );
});

test("what is written of a text that was read is that text: who answers what he got changes nothing", () => {
  fc.assert(
    fc.property(keptSession, (data) => {
      const stored = toFields(data, devalue);
      const again = toFields(fromFields(stored, devalue), devalue);
      assert.deepEqual(again, stored);
      assert.ok(isEmpty(difference(stored, again, devalue)));
    }),
    { numRuns: 1000 },
  );
});

test("texts are the same only where one value is: neither order in a Map nor a Date for its text is overlooked", () => {
  const text = (value: unknown) => valueText(value, "session.a", devalue);
  const at = new Date(0);
  const pairs: Array<[unknown, unknown]> = [
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [new Map(Object.entries({ a: 1, b: 2 })), new Map(Object.entries({ b: 2, a: 1 }))],
    [at, at.toISOString()],
    [at, new Date(1)],
    [1n, 1],
    [new Set([1, 2]), [1, 2]],
    [[at], JSON.parse(text([at])).codec],
    [{ codec: [at] }, { codec: JSON.parse(text([at])).codec }],
    [JSON.parse(text(at)), at],
  ];
  for (const [a, b] of pairs) {
    assert.equal(sameValue(text(a), text(b), devalue), false);
    assert.equal(sameValue(text(b), text(a), devalue), false);
  }
  assert.ok(sameValue('{"a":1,"b":2}', '{"b":2,"a":1}', devalue), "plain JSON compares as ever");
});

test("a text that another release of the codec spelled otherwise is still no change", () => {
  const now = toFields({ at: new Date(0) }, devalue);
  const before = new Map([['"at"', now.get('"at"')!.replace('["Date"', '[ "Date"')]]);
  assert.notDeepEqual(before, now);
  assert.ok(isEmpty(difference(before, toFields(fromFields(before, devalue), devalue), devalue)));
});

for (const [name, open] of STORES) {
  test(`${name}: whatever devalue keeps is in the next request's session`, async () => {
    await fc.assert(
      fc.asyncProperty(keptSession, keptSession, async (first, second) => {
        const bob = keptVisitor(open());
        for (const data of [first, second, { ...first, plain: 1 }]) {
          const status = await bob.visit(() => ({ session: data }));
          fc.pre(bob.errors.every(({ code }) => code !== "ERR_SESSION_SIZE")); // a cookie holds so much
          assert.equal(status, 200);
          assert.deepStrictEqual(await bob.show(), data);
        }
      }),
      { numRuns: 60 },
    );
  });

  test(`${name}: cycles and what stands twice come back as they were`, async () => {
    const bob = keptVisitor(open());
    const tree: { name: string; parent?: unknown; tags: Set<unknown> } = { name: "root", tags: new Set() };
    tree.parent = tree;
    tree.tags.add(tree);
    const at = new Date(0);
    assert.equal(await bob.visit(() => ({ session: { tree, twice: [at, at] } })), 200);
    const { tree: back, twice } = (await bob.show()) as unknown as { tree: typeof tree; twice: Date[] };
    assert.equal(back.parent, back);
    assert.ok(back.tags.has(back));
    assert.equal(twice[0], twice[1]);
    assert.ok(Object.isFrozen(back) && Object.isFrozen(back.tags));
  });

  test(`${name}: a session function is given Maps, and what it answers is kept`, async () => {
    const bob = keptVisitor(open());
    const add = (session: Session) => {
      const visits = (session.visits ?? new Map()) as ReadonlyMap<string, bigint>;
      return { ...session, visits: new Map([...visits, ["bob", (visits.get("bob") ?? 0n) + 1n]]) };
    };
    for (const _ of [1, 2, 3]) assert.equal(await bob.visit(() => ({ session: add })), 200);
    assert.deepEqual(await bob.show(), { visits: new Map([["bob", 3n]]) });
  });
}

const withoutCookie = STORES.filter(([name]) => name !== "cookieStore"); // which lacks G1, G4 and G5, and says so

for (const [name, open] of withoutCookie) {
  test(`${name}: G1: two requests that set Maps under different keys are both kept`, async () => {
    for (const order of everyOrder("a", "b")) {
      const points = barriers();
      const bob = keptVisitor(open());
      await bob.visit(() => ({ session: { user: "bob", at: new Date(0) } }));
      await inOrder(order, points, (who) =>
        bob.visit(async (session) => {
          await points.hold(who);
          return { session: { ...session, [who]: new Map([[who, new Date(1)]]) } };
        }),
      );
      const both = { a: new Map([["a", new Date(1)]]), b: new Map([["b", new Date(1)]]) };
      assert.deepEqual(await bob.show(), { user: "bob", at: new Date(0), ...both });
    }
  });

  test(`${name}: G4: 50 functions at once that add to a Set leave all 50`, async () => {
    const points = barriers();
    const bob = keptVisitor(open());
    await bob.visit(() => ({ session: { seen: new Set() } }));
    const sent = Array.from({ length: 50 }, (_, i) =>
      bob.visit(async () => {
        await points.hold(String(i));
        const next = (session: Session) => ({ ...session, seen: new Set([...(session.seen as Set<number>), i]) });
        return { session: next };
      }),
    );
    for (let i = 0; i < 50; i++) await points.held(String(i));
    for (let i = 0; i < 50; i++) points.release(String(i));
    assert.deepEqual(new Set(await Promise.all(sent)), new Set([200]));
    assert.equal(((await bob.show()).seen as Set<number>).size, 50);
  });
}

test("G2: a handler that answers what it got, itself or by a function, writes nothing, whatever is in it", async () => {
  await fc.assert(
    fc.asyncProperty(keptSession, async (data) => {
      const { store, calls } = counting(memoryStore());
      const bob = keptVisitor(store);
      await bob.visit(() => ({ session: { ...data, user: "bob" } }));
      calls.length = 0;
      await bob.visit((session) => ({ session }));
      await bob.visit((session) => ({ session: { ...session } }));
      await bob.visit(() => ({ session: (newest: Session) => ({ ...newest }) }));
      assert.deepEqual(calls, ["read", "read", "read"]);
    }),
  );
});

test("G2: an answer that equals `initial`, with a Date in it, begins no session", async () => {
  const { store, calls } = counting(memoryStore());
  const bob = keptVisitor(store, { initial: { at: new Date(0), by: new Map() } });
  await bob.visit((session) => ({ session: { ...session } }));
  await bob.visit(() => ({ session: { at: new Date(0), by: new Map() } }));
  assert.deepEqual(calls, []);
  await bob.visit((session) => ({ session: { ...session, at: new Date(1) } }));
  assert.deepEqual(calls, ["create"]);
  assert.deepEqual(await bob.show(), { at: new Date(1), by: new Map() });
});

test("the subject is data.user as ever, or what the option makes of a kept value", async () => {
  const bob = keptVisitor();
  await bob.visit(() => ({ session: { at: new Date(0) } }));
  await bob.visit((session) => ({ session: { ...session, user: "bob" } }));
  assert.deepEqual(bob.events.at(-1), { type: "session.recreated", reason: "signed-in" });
  const subject = ({ who }: Session) => (who as ReadonlyMap<string, string> | undefined)?.get("id");
  const alice = keptVisitor(memoryStore(), { subject });
  await alice.visit(() => ({ session: { at: new Date(0) } }));
  await alice.visit((session) => ({ session: { ...session, who: new Map([["id", "alice"]]) } }));
  assert.deepEqual(alice.events.at(-1), { type: "session.recreated", reason: "signed-in" });
  await alice.visit((session) => ({ session: { ...session, user: 1n } })); // nobody's, with this option
  assert.equal(await bob.visit((session) => ({ session: { ...session, user: 1n } })), 500);
  assert.equal(bob.errors[0]?.path, "session.user");
});

test("arrays and objects of another realm are kept as ours are", async () => {
  const bob = keptVisitor();
  const foreign = runInNewContext("(at) => ({ list: [at, [at], { a: [at] }] })")(new Date(0));
  assert.equal(await bob.visit(() => ({ session: foreign })), 200);
  assert.deepStrictEqual(await bob.show(), { list: [new Date(0), [new Date(0)], { a: [new Date(0)] }] });
});

test("a schema and migrate see Dates and Maps, and fill them in", async () => {
  const store = memoryStore();
  const old = keptVisitor(store);
  await old.visit(() => ({ session: { seen: "2026-01-01T00:00:00.000Z" } }));
  const migrate = (stored: unknown) => {
    const { seen, ...rest } = stored as Record<string, Kept>;
    return { ...rest, seen: typeof seen === "string" ? new Date(seen) : seen, visits: rest.visits ?? new Map() };
  };
  old.restart({ migrate });
  const mended = { seen: new Date("2026-01-01"), visits: new Map() };
  assert.deepStrictEqual(await old.show(), mended);
  await old.visit((session) => ({ session: { ...session, n: 1 } }));
  old.restart({});
  assert.deepStrictEqual(await old.show(), { n: 1, ...mended });
});

test("a session that a reader takes over may hold Dates", async () => {
  const reader: SessionReader = {
    ...{ cookieName: "old", path: "/", domain: undefined, until: new Date("9999-01-01") },
    read: () => ({ data: { user: "bob", at: new Date(0) }, seed: randomBytes(32) }),
  };
  const seen: object[] = [];
  const app = stack.use(wrapSession({ codec: devalue, readers: [reader] }))(({ session, sessionStatus }) => {
    seen.push({ session, state: sessionStatus.state });
    return text("");
  });
  await app(requestMap("GET", "/", { headers: { cookie: "old=value" } }));
  assert.deepStrictEqual(seen, [{ session: { user: "bob", at: new Date(0) }, state: "live" }]);
});

test("a session with a Date that is too large for its cookies is refused, by the key's name", async () => {
  const bob = keptVisitor(cookieStore({ keys: randomBytes(32) }));
  const large = new Set(Array.from({ length: 4000 }, (_, i) => i));
  assert.equal(await bob.visit(() => ({ session: { large } })), 500);
  assert.equal(bob.errors[0]?.code, "ERR_SESSION_SIZE");
  assert.match(String(bob.errors[0]?.message), /large/);
});
