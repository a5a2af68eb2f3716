import assert from "node:assert/strict";
import { test } from "node:test";
import { recreate } from "../../src/session/next.ts";
import type { Store } from "../../src/session/store.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { commonPages, type Pages, site } from "../support/site.ts";
import { request, sessionCookie } from "../support/visitor.ts";

const pages: Pages = {
  ...commonPages,
  "/same": ({ session }) => ({ session, body: "same" }),
  "/renew": ({ session }) => ({ session: recreate(session) }),
  "/flash": () => ({ flash: "hello" }),
  "/set": () => ({ session: { n: 1 } }),
};

test("a page that may go without a store gets no session, and says so; one that would change it is a 503", async (t) => {
  const inner = memoryStore();
  let down = false;
  const store: Store = {
    ...inner,
    read: (...call) => (down ? Promise.reject(new Error("down")) : inner.read(...call)),
  };
  const { url, events } = await site(t, pages, {
    store,
    withoutStore: ({ method, uri }) => method === "GET" && uri !== "/login",
  });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  down = true;
  for (const [path, body] of [
    ["/show", "{}"],
    ["/status", '{"state":"unavailable"}'],
    ["/same", "same"],
  ]) {
    const visit = await request(url + path, "GET", { cookie });
    assert.deepEqual([visit.status, visit.body, visit.setCookies], [200, body, []], path);
  }
  assert.deepEqual(events.at(-1), { type: "store.failed", code: "ERR_STORE_UNAVAILABLE" });
  for (const path of ["/logout", "/count", "/set", "/renew", "/flash", "/login"]) {
    const visit = await request(url + path, "GET", { cookie });
    assert.deepEqual([visit.status, visit.setCookies], [503, []], path);
  }
  assert.equal((await request(`${url}/show`, "POST", { cookie })).status, 503, "another method");
  down = false;
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}', "nothing was lost");
});

test("what is not an outage is not passed over", async (t) => {
  const inner = memoryStore();
  const store: Store = { ...inner, read: () => ({ refused: "nonsense" }) as never };
  const { url } = await site(t, pages, { store, withoutStore: () => true });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  const visit = await request(`${url}/logout`, "GET", { cookie });
  assert.equal(visit.status, 503, "a store that answers nonsense cannot be told to end a session");
});

test("a withoutStore that is no function throws when the stack is built", () => {
  assert.throws(() => wrapSession({ withoutStore: true as never }), { code: "ERR_OPTION", option: "withoutStore" });
});

test("another application's session that cannot be taken over now does not hold up such a page either", async (t) => {
  const inner = memoryStore();
  const store: Store = { ...inner, adopt: () => Promise.reject(new Error("down")) };
  const reader = {
    cookieName: "old",
    path: "/",
    domain: undefined,
    until: new Date(Date.UTC(2027, 0, 1)),
    read: () => ({ seed: new Uint8Array(32), data: {} }),
  };
  const { url } = await site(t, pages, { store, readers: [reader], withoutStore: ({ uri }) => uri === "/status" });
  const headers = { cookie: "old=1" };
  assert.equal((await request(`${url}/status`, "GET", headers)).body, '{"state":"unavailable"}');
  assert.equal((await request(`${url}/show`, "GET", headers)).status, 503);
});
