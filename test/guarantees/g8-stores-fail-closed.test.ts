import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../src/session/store.ts";
import { commonPages, site } from "../support/site.ts";
import { storeUnderTest } from "../support/store-under-test.ts";
import { request, sessionCookie } from "../support/visitor.ts";

type Fault = "none" | "rejects" | "throws" | "hangs";

/** A real store in front of which one fault can be switched on. */
function faulty(): { store: Store; fault: { now: Fault; calls: number } } {
  const inner = storeUnderTest();
  const fault = { now: "none" as Fault, calls: 0 };
  const run = <T>(call: () => T): T | Promise<T> => {
    fault.calls++;
    if (fault.now === "throws") throw new TypeError("connection lost: redis://secret@host");
    if (fault.now === "rejects") return Promise.reject(new Error("connection lost: redis://secret@host"));
    return fault.now === "hangs" ? new Promise<T>(() => {}) : call();
  };
  const store: Store = {
    read: (...call) => run(() => inner.read(...call)) as ReturnType<Store["read"]>,
    create: (...call) => run(() => inner.create(...call)) as ReturnType<Store["create"]>,
    update: (...call) => run(() => inner.update(...call)) as ReturnType<Store["update"]>,
    delete: (...call) => run(() => inner.delete(...call)) as ReturnType<Store["delete"]>,
  };
  return { store, fault };
}

for (const kind of ["rejects", "throws"] as const) {
  test(`G8: a store that ${kind} is a 503 with a code, the cookie untouched, and no empty session`, async (t) => {
    const { store, fault } = faulty();
    let ran = 0;
    const { url, errors, events } = await site(
      t,
      { ...commonPages, "/ran": () => ({ body: String(++ran) }) },
      { store },
    );
    const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
    fault.now = kind;
    for (const path of ["/show", "/ran", "/logout", "/count", "/login"]) {
      const answer = await request(url + path, "GET", { cookie });
      assert.deepEqual([answer.status, answer.setCookies, answer.body], [503, [], "Service Unavailable"], path);
    }
    assert.equal(ran, 0, "no handler runs without its session");
    assert.deepEqual(
      new Set(errors.map((error) => (error as { code?: string }).code)),
      new Set(["ERR_STORE_UNAVAILABLE"]),
    );
    assert.match(String((errors[0] as Error).cause), /connection lost/);
    assert.ok(events.filter(({ type }) => type === "store.failed").length === 5);
    fault.now = "none";
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
  });
}

test("G8: a store that breaks between the reading and the commit stores nothing and signs nobody out", async (t) => {
  const { store, fault } = faulty();
  const breaking = (answer: object) => () => {
    fault.now = "rejects";
    return answer;
  };
  const { url } = await site(
    t,
    { ...commonPages, "/out": breaking({ session: null }), "/set": breaking({ session: { n: 1 } }) },
    { store },
  );
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  for (const path of ["/out", "/set"]) {
    const answer = await request(url + path, "GET", { cookie });
    assert.deepEqual([answer.status, answer.setCookies], [503, []], path);
    fault.now = "none";
    assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
  }
});

test("G8: a store that does not answer is a 503 after the time limit", async (t) => {
  const { store, fault } = faulty();
  const { url, errors } = await site(t, commonPages, { store, storeTimeout: 0.5 }); // a real timer: the hang is real
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  fault.now = "hangs";
  const answer = await request(`${url}/logout`, "GET", { cookie });
  assert.deepEqual([answer.status, answer.setCookies], [503, []]);
  assert.equal((errors[0] as { code?: string }).code, "ERR_STORE_TIMEOUT");
});

test("G8: an anonymous page is served while the store is down", async (t) => {
  const { store, fault } = faulty();
  const { url } = await site(t, commonPages, { store });
  fault.now = "rejects";
  assert.equal((await request(`${url}/show`)).status, 200);
  assert.equal(fault.calls, 0);
});

test("G8: a record that is not JSON is a broken store, not an empty session", async (t) => {
  const inner = storeUnderTest();
  const store: Store = {
    ...inner,
    async read(token, context) {
      const result = await inner.read(token, context);
      return "record" in result
        ? { ...result, record: { ...result.record, data: new Map([['"user"', "{torn"]]) } }
        : result;
    },
  };
  const { url, errors } = await site(t, commonPages, { store });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  assert.equal((await request(`${url}/show`, "GET", { cookie })).status, 503);
  assert.equal((errors[0] as { code?: string }).code, "ERR_STORE_UNAVAILABLE");
});
