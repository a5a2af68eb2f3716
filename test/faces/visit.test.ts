import assert from "node:assert/strict";
import { test } from "node:test";
import * as devalue from "devalue";
import type { Lent } from "../../src/faces/lent.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { barriers, describeOrder, everyOrder, inOrder } from "../support/barriers.ts";
import { type Data, lentRequests } from "../support/lent-requests.ts";

const codes = (events: ReadonlyArray<{ readonly type: string; readonly reason?: string }>) =>
  events.map(({ type, reason }) => (reason === undefined ? type : `${type} ${reason}`));

test("what is written to the session is there in the next request, nested values too", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.user = "bob";
    session.cart = ["tea"];
  });
  await bob.go(({ session }) => void session.cart!.push("milk"));
  await bob.go(({ session }) => void delete session.user);
  assert.deepEqual(await bob.data(), { cart: ["tea", "milk"] });
});

test("a request that nobody looks at costs a reading, no Vary and no cookie; one without a cookie costs nothing", async () => {
  const bob = lentRequests();
  assert.deepEqual((await bob.go(() => {})).headers, {});
  assert.deepEqual(bob.calls, []);
  await bob.go(({ session }) => {
    session.n = 1;
  });
  bob.calls.length = 0;
  assert.deepEqual((await bob.go(() => {})).headers, {});
  assert.deepEqual(bob.calls, ["read"]);
});

test("one that looks gets Vary: Cookie and stores nothing; one that writes is private, no-store", async () => {
  const bob = lentRequests();
  assert.deepEqual((await bob.go(({ session }) => void session.n)).headers, { vary: "Cookie" });
  assert.equal(bob.cookie(), "");
  const { headers } = await bob.go(({ session }) => {
    session.n = 1;
  });
  assert.deepEqual([headers.vary, headers["cache-control"]], ["Cookie", "private, no-store"]);
  bob.calls.length = 0;
  await bob.go(({ session }) => {
    session.n = 1;
  });
  assert.deepEqual(bob.calls, ["read"], "the same value is no change");
});

for (const look of ["cookies", "sessionStatus", "sessionID"] as const) {
  test(`${look} is a look at the cookie, too`, async () => {
    const bob = lentRequests();
    assert.deepEqual((await bob.go((lent) => void lent[look])).headers, { vary: "Cookie" });
  });
}

for (const order of everyOrder("first", "second")) {
  test(`both kept: ${describeOrder(order)}`, async () => {
    const bob = lentRequests();
    await bob.go(({ session }) => {
      session.n = 1;
    });
    const points = barriers();
    await inOrder(order, points, (who) =>
      bob.go(async ({ session }) => {
        session[who === "first" ? "a" : "b"] = 1;
        await points.hold(who);
      }),
    );
    assert.deepEqual(await bob.data(), { n: 1, a: 1, b: 1 });
  });

  test(`an end is an end: ${describeOrder(order)}`, async () => {
    const bob = lentRequests();
    await bob.go(({ session }) => {
      session.user = "bob";
    });
    const cookie = bob.cookie();
    const points = barriers();
    await inOrder(order, points, (who) =>
      bob.go(async (lent) => {
        if (who === "first") lent.session = null;
        else lent.session.n = 2;
        await points.hold(who);
      }),
    );
    const isNew = describeOrder(order).startsWith("first reads, first commits");
    assert.equal(bob.cookie() === "", !isNew, "who comes after the end begins anew");
    await bob.go(({ sessionStatus }) => assert.equal(sessionStatus.state, "refused"), { cookie });
  });
}

test("fifty functions at once end at fifty", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.n = 0;
  });
  const count = () => bob.go(({ session }) => session.update((s) => ({ ...s, n: s.n! + 1 })));
  await Promise.all(Array.from({ length: 50 }, count));
  assert.equal((await bob.data()).n, 50);
});

test("a function sees what was written before it, and what is written after it is kept beside", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.a = 1;
    session.update((s) => ({ ...s, n: s.a! + 1 }));
    assert.equal(session.n, 2, "applied here at once");
    session.b = 5;
    session.update((s) => ({ ...s, b: s.b! + 1 }));
    delete session.a;
  });
  assert.deepEqual(await bob.data(), { n: 2, b: 6 });
});

test("a function is applied to what another request stored meanwhile", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.n = 1;
  });
  await bob.go(async ({ session }) => {
    session.update((s) => ({ ...s, n: s.n! + 1 }));
    await bob.go(({ session }) => {
      session.n = 10;
    });
  });
  assert.equal((await bob.data()).n, 11);
});

test("after a function the values that it left alone are the same objects", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.cart = ["tea"];
  });
  await bob.go(({ session }) => {
    const { cart } = session;
    session.update((s) => ({ ...s, n: 1 }));
    cart!.push("milk");
  });
  assert.deepEqual(await bob.data(), { cart: ["tea", "milk"], n: 1 });
});

test("save stores at once; nothing changed after it costs nothing, and what changed is stored with the head", async () => {
  const bob = lentRequests();
  await bob.go(async ({ session }) => {
    session.user = "bob";
    await session.save();
    assert.deepEqual(bob.calls, ["create"]);
  });
  assert.deepEqual(bob.calls, ["create"]);
  assert.deepEqual(await bob.data(), { user: "bob" });
  await bob.go(async ({ session }) => {
    session.a = 1;
    await session.save();
    session.b = 2;
    delete session.user;
  });
  assert.deepEqual(await bob.data(), { a: 1, b: 2 });
});

test("what another request wrote between save and head stays", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.n = 1;
  });
  await bob.go(async ({ session }) => {
    session.a = 1;
    await session.save();
    await bob.go(({ session }) => {
      session.n = 7;
    });
    session.b = 2;
  });
  assert.deepEqual(await bob.data(), { n: 7, a: 1, b: 2 });
});

for (const change of ["write", "update"] as const) {
  test(`a session that was ended between save and head is not begun again by ${change}`, async () => {
    const bob = lentRequests();
    await bob.go(({ session }) => {
      session.n = 1;
    });
    const cookie = bob.cookie();
    const { setCookies } = await bob.go(async ({ session }) => {
      session.a = 1;
      await session.save();
      await bob.go(
        (lent) => {
          lent.session = null;
        },
        { cookie },
      );
      if (change === "write") session.b = 2;
      else session.update((s) => ({ ...s, b: 2 }));
    });
    assert.deepEqual(setCookies, []);
    assert.deepEqual(codes(bob.events).at(-1), "session.gone unknown");
    assert.equal(bob.cookie(), "");
  });
}

test("a save that fails is told, and is tried again with the head", async () => {
  const store = memoryStore();
  let broken = true;
  const update: typeof store.update = (...call) => {
    if (broken) throw new Error("away");
    return store.update(...call);
  };
  const bob = lentRequests({ store: { ...store, update } });
  await bob.go(({ session }) => {
    session.n = 1;
  });
  const before = bob.cookie();
  await bob.go(async (lent) => {
    await lent.session.regenerate();
    lent.session.a = 1;
    await assert.rejects(lent.session.save(), { code: "ERR_STORE_UNAVAILABLE" });
    broken = false;
  });
  assert.notEqual(bob.cookie(), before, "the renewal is not forgotten");
  assert.deepEqual(await bob.data(), { a: 1 });
  broken = true;
  await assert.rejects(
    bob.go(({ session }) => {
      session.a = 2;
      session.save(); // nobody waits
    }),
    { code: "ERR_STORE_UNAVAILABLE", status: 503 },
  );
});

test("regenerate gives a new token and an empty object; the old token is dead, the old object frozen", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.cart = ["tea"];
  });
  const cookie = bob.cookie();
  await bob.go(async (lent) => {
    const before = lent.session;
    await before.regenerate();
    assert.notEqual(lent.session, before);
    assert.deepEqual({ ...lent.session }, {});
    assert.throws(() => {
      before.n = 1;
    }, TypeError);
    lent.session.n = 2;
  });
  assert.deepEqual(await bob.data(), { n: 2 });
  assert.notEqual(bob.cookie(), cookie);
  await bob.go(({ sessionStatus }) => assert.deepEqual(sessionStatus, { state: "refused", reason: "recreated" }), {
    cookie,
  });
});

test("a function after regenerate does not bring the old data back", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.a = 1;
  });
  await bob.go((lent) => {
    lent.session.regenerate();
    lent.session.update((s) => ({ ...s, n: 1 }));
  });
  assert.deepEqual(await bob.data(), { n: 1 });
});

test("passport's way out: the user is taken away and saved, then the session is regenerated", async () => {
  const bob = lentRequests({ subject: ({ passport }) => passport?.user });
  await bob.go(({ session }) => void Object.assign(session, { passport: { user: "bob" }, n: 1 }));
  await bob.go(async (lent) => {
    delete lent.session.passport!.user;
    await lent.session.save();
    await lent.session.regenerate();
  });
  assert.deepEqual(await bob.data(), {});
  assert.deepEqual(codes(bob.events), ["session.created", "session.recreated signed-out", "session.recreated asked"]);
});

test("destroy ends at once; the flash of that request begins a session that holds nothing else", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.user = "bob";
  });
  await bob.go(async (lent) => {
    await lent.session.destroy();
    assert.deepEqual(bob.calls.at(-1), "delete");
    assert.equal(lent.session, null);
    lent.flash("bye");
  });
  await bob.go((lent) => assert.deepEqual([lent.flash(), { ...lent.session }], ["bye", {}]));
});

test("null ends with the head, an object takes the place of all data, and what was ended is not changed", async () => {
  const bob = lentRequests();
  await bob.go((lent) => {
    lent.session = { user: "bob" };
  });
  assert.deepEqual(await bob.data(), { user: "bob" });
  await bob.go((lent) => {
    const { session } = lent;
    lent.session = null;
    assert.throws(() => session.update((s) => s), { code: "ERR_SESSION_NEXT" });
    assert.throws(() => {
      session.n = 1;
    }, TypeError);
  });
  assert.equal(bob.cookie(), "");
});

test("reload forgets what was not stored", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.n = 1;
  });
  await bob.go(async (lent) => {
    lent.session.n = 5;
    await bob.go(({ session }) => {
      session.a = 1;
    });
    await lent.session.reload();
    assert.deepEqual({ ...lent.session }, { n: 1, a: 1 });
  });
  assert.deepEqual(await bob.data(), { n: 1, a: 1 });
});

test("what is asked for after a reload that nobody waited for stands", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.user = "bob";
  });
  await bob.go(async ({ session }) => {
    session.reload();
    await session.destroy();
  });
  assert.equal(bob.cookie(), "");
  assert.deepEqual(await bob.data(), {});
});

for (const change of ["update", "write"] as const) {
  test(`a save that failed while ${change} went on is still stored with the head`, async () => {
    const store = memoryStore();
    let failures = 0;
    const update: typeof store.update = (...call) => {
      if (failures-- > 0) throw new Error("away");
      return store.update(...call);
    };
    const bob = lentRequests({ store: { ...store, update } });
    await bob.go(({ session }) => void Object.assign(session, { user: "bob", n: 1 }));
    failures = 1;
    await bob.go(async ({ session }) => {
      delete session.user;
      const saved = session.save();
      if (change === "update") session.update((s) => ({ ...s, n: s.n! + 1 }));
      else session.n = 2;
      await assert.rejects(saved);
    });
    assert.deepEqual(await bob.data(), { n: 2 });
  });
}

test("a function on a session that was put in the place of an ended one is applied to all of it", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => void Object.assign(session, { user: "bob", n: 1 }));
  await bob.go(async (lent) => {
    await lent.session.destroy();
    lent.session = { user: "bob", n: 1 };
    lent.session.update((s) => ({ ...s, a: 1 }));
  });
  assert.deepEqual(await bob.data(), { user: "bob", n: 1, a: 1 });
});

test("callbacks are called once, outside of any promise, with the error where there was one", async () => {
  const bob = lentRequests();
  const told: unknown[] = [];
  await bob.go(async ({ session }) => {
    session.n = 1;
    for (const method of ["save", "regenerate", "reload", "destroy"] as const)
      await new Promise<void>((resolve) => session[method]((error) => resolve(void told.push(error))));
  });
  assert.deepEqual(told, [undefined, undefined, undefined, undefined]);
  const broken = lentRequests({
    store: {
      ...memoryStore(),
      create: () => {
        throw new Error("away");
      },
    },
  });
  await assert.rejects(
    broken.go(async ({ session }) => {
      session.n = 1;
      const error = await new Promise((resolve) => session.save(resolve));
      assert.equal((error as { code?: string }).code, "ERR_STORE_UNAVAILABLE");
    }),
  );
});

test("after the head a change is an error", async () => {
  const bob = lentRequests();
  let late: (() => void)[] = [];
  await bob.go((lent) => {
    const { session } = lent;
    session.n = 1;
    late = [
      () => {
        session.n = 2;
      },
      () => {
        session.a = 2;
      },
      () => void delete session.n,
      () => {
        lent.session = null;
      },
      () => session.update((s) => s),
      () => void session.regenerate(),
      () => void session.destroy(),
      () => {
        session.cookie.maxAge = 1000;
      },
    ];
  });
  for (const change of late) assert.throws(change);
  assert.deepEqual(await bob.data(), { n: 1 });
});

test("who looks for the first time after the head gets a session to read", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.n = 1;
  });
  let late: Lent<Data, string> | undefined;
  await bob.go((lent) => {
    late = lent;
  });
  assert.equal(late!.session.n, 1);
  assert.throws(() => Object.assign(late!.session, { n: 2 }), TypeError);
});

test("an object of the application's that was put into the session stays the application's", async () => {
  const bob = lentRequests();
  const cart = ["tea"];
  await bob.go(({ session }) => {
    session.cart = cart;
  });
  cart.push("its own business");
  assert.deepEqual(await bob.data(), { cart: ["tea"] });
});

test("a Date names its path and the codec; with a codec it is kept", async () => {
  const bob = lentRequests();
  const write = (session: object) => void Object.assign(session, { seen: { at: new Date(0) } });
  await assert.rejects(
    bob.go(({ session }) => write(session)),
    (error: Error & { path?: string }) => error.path === "session.seen.at" && /codec/.test(error.message),
  );
  const kept = lentRequests({ codec: devalue } as never);
  await kept.go(({ session }) => write(session));
  assert.deepEqual(await kept.data(), { seen: { at: new Date(0) } } as unknown as Data);
});

test("cookie.maxAge is milliseconds, and the session's own limit; the same again changes nothing", async () => {
  const bob = lentRequests();
  const day = 86_400_000;
  await bob.go(({ session }) => {
    session.user = "bob";
  });
  const { setCookies } = await bob.go(({ session }) => {
    assert.deepEqual([session.cookie.maxAge, session.cookie.expires], [null, null]);
    session.cookie.maxAge = 30 * day;
    assert.equal(session.cookie.maxAge, 30 * day);
  });
  assert.match(setCookies[0]!, /Max-Age=2592000/);
  bob.advance(20 * 86_400);
  bob.calls.length = 0;
  await bob.go(({ session }) => {
    assert.deepEqual([session.user, session.cookie.maxAge, session.cookie.originalMaxAge], ["bob", 10 * day, 30 * day]);
    session.cookie.maxAge = 30 * day;
  });
  assert.deepEqual(bob.calls, ["read"]);
  await bob.go(({ session }) => {
    session.cookie.expires = false;
  });
  bob.advance(7200);
  assert.deepEqual(await bob.data(), {}, "the configured limits again");
});

for (const wrong of [0, -1, Number.NaN, "1d", 400 * 86_400_000 + 1]) {
  test(`cookie.maxAge = ${String(wrong)} is refused`, async () => {
    const bob = lentRequests();
    await bob.go(({ session }) => {
      assert.throws(
        () => {
          session.cookie.maxAge = wrong as number;
        },
        { code: "ERR_OPTION" },
      );
      assert.throws(() => Object.assign(session.cookie, { secure: true }), { code: "ERR_OPTION" });
    });
  });
}

test("what is stored under a name of the session's own is not handed out, and stays", async () => {
  const store = memoryStore();
  const bob = lentRequests({ store });
  await bob.go((lent) => {
    lent.session = JSON.parse('{"__proto__":{"x":1},"n":1}');
  });
  await bob.go(({ session }) => {
    assert.deepEqual(Object.keys(session).sort(), ["__proto__", "n"]);
    assert.equal(Object.getPrototypeOf(Object.getPrototypeOf(session)), Object.prototype);
    session.update((s) => ({ ...s, save: 5, n: 2 }) as Data);
    assert.equal(typeof session.save, "function");
    assert.throws(() => void Object.assign(session, { save: 1 }), { code: "ERR_OPTION" });
  });
  await bob.go(({ session }) => {
    session.n = 3;
    let seen: unknown;
    session.update((s) => {
      seen = (s as Record<string, unknown>).save;
      return s;
    });
    assert.equal(seen, 5);
  });
});

test("a visitor's JSON put into the session whole is data, and changes nothing of what it can do", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    Object.assign(session, JSON.parse('{"__proto__":{"save":1},"constructor":2}'));
    assert.equal(typeof session.save, "function");
  });
  const found = (await bob.data()) as Record<string, unknown>;
  assert.deepEqual(Object.entries(found), [
    ["__proto__", { save: 1 }],
    ["constructor", 2],
  ]);
});

test("id names a session until it is renewed, and is none of its secrets", async () => {
  const bob = lentRequests();
  const ids: (string | undefined)[] = [];
  await bob.go((lent) => {
    ids.push(lent.sessionID);
    lent.session.n = 1;
  });
  await bob.go((lent) => void ids.push(lent.session.id, lent.sessionID));
  await bob.go((lent) => {
    lent.session.regenerate();
    ids.push(lent.session.id);
  });
  await bob.go((lent) => void ids.push(lent.session.id));
  const [before, first, same, pending, next] = ids;
  assert.deepEqual([before, first === same, pending, first === next], [undefined, true, undefined, false]);
  assert.ok(!bob.cookie().includes(next!));
});

test("printed, spread and serialized, a session is its data", async () => {
  const bob = lentRequests();
  await bob.go(({ session }) => {
    session.n = 1;
    assert.equal(JSON.stringify(session), '{"n":1}');
    assert.deepEqual({ ...session }, { n: 1 });
    const names: string[] = [];
    for (const name in session) names.push(name);
    assert.deepEqual(names, ["n"]);
  });
});

test("a key that is a symbol is refused: it would be dropped", async () => {
  const bob = lentRequests();
  const given = bob.go(({ session }) => void Object.defineProperty(session, Symbol("x"), { value: 1 }));
  await assert.rejects(given, { code: "ERR_SESSION_VALUE" });
});

test("a flash that no page asks for goes on waiting", async () => {
  const bob = lentRequests();
  await bob.go((lent) => lent.flash("saved"));
  await bob.go(() => {});
  await bob.go((lent) => assert.equal(lent.flash(), "saved"));
  await bob.go((lent) => assert.equal(lent.flash(), undefined));
});
