/** What `hostStore` declares to lack, each shown with a real library; and that G6, which it does not declare, holds. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { text } from "../../src/index.ts";
import { type Handler, stack } from "../../src/ring.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { Guarantee } from "../../src/session/store.ts";
import { type AnySession, wrapSession } from "../../src/session/wrap-session.ts";
import { hostStore } from "../../src/stores/host.ts";
import { EXPRESS, FASTIFY, SESSION_HOSTS, type SessionHost } from "../support/session-hosts.ts";
import { request, visitor } from "../support/visitor.ts";

/** Pages that wait in the handler, after the session was read, until they are let go. */
async function waitingSite(t: TestContext, host: SessionHost = EXPRESS, options: object = {}) {
  const events: SessionEvent[] = [];
  const gates = new Map<string, { reached: () => void; go: Promise<void> }>();
  const app: Handler = stack.use(
    wrapSession<AnySession>({ store: hostStore(), storeTimeout: 0.05, onEvent: (event) => void events.push(event) }),
  )(async ({ session, uri, queryString }) => {
    const gate = gates.get(uri);
    gate?.reached();
    await gate?.go;
    if (uri === "/end") return { ...text(""), session: null };
    if (uri === "/count") return { ...text(""), session: (now: AnySession) => ({ ...now, n: Number(now.n ?? 0) + 1 }) };
    if (queryString === "") return text(JSON.stringify(session));
    return { ...text(""), session: { ...session, ...Object.fromEntries(new URLSearchParams(queryString)) } };
  });
  const pages = {
    put: (session: object, query: URLSearchParams) => void Object.assign(session, Object.fromEntries(query)),
  };
  const before = (session: object, query: URLSearchParams) => void (query.has("hosts") && pages.put(session, query));
  const site = await host.site(t, app, { ...pages, before }, options);
  const me = visitor(site.url);
  await me.get("/host/put?a=0");
  /** Begins a visit, and runs `between` while it waits in its handler. */
  const around = async (page: string, between: () => Promise<unknown>) => {
    const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const path = page.split("?")[0]!;
    gates.set(path, { reached: reached.resolve, go: go.promise });
    const answer = me.get(`/app${page}`);
    await reached.promise;
    gates.delete(path);
    await between();
    go.resolve();
    return answer;
  };
  return { ...site, me, events, around };
}

/** How each lack shows. */
const SHOWN: Readonly<Partial<Record<Guarantee, (t: TestContext) => Promise<void>>>> = {
  async G1(t) {
    const { me, backend, around } = await waitingSite(t);
    await around("/late?b=1", () => me.get("/app/soon?c=1"));
    assert.deepEqual(backend.data(), { a: "0", b: "1" }); // c is lost
  },
  async G2(t) {
    const { me, backend, around } = await waitingSite(t, FASTIFY, { rolling: true });
    await around("/look", () => me.get("/app/soon?c=1"));
    assert.equal(backend.data().c, undefined);
  },
  async G3(t) {
    const { me, backend, around } = await waitingSite(t);
    await around("/late?b=1", () => me.get("/app/end"));
    assert.equal(backend.sessions.size, 1);
  },
  async G4(t) {
    const { me, backend, around } = await waitingSite(t);
    await around("/count", async () => void (await me.get("/app/count")));
    assert.equal(backend.data().n, 1);
  },
  async G5(t) {
    const { me, backend, around, events } = await waitingSite(t);
    await around("/late?a=1", () => me.get("/app/soon?a=2"));
    assert.equal(backend.data().a, "1");
    assert.deepEqual(events, []); // none of session.overwritten
  },
  async G7(t) {
    const { me, url, backend } = await waitingSite(t);
    const held = Promise.withResolvers<void>();
    backend.before = (operation) => (operation === "set" ? held.promise : undefined);
    // A handler of the host's changes the session before the application, which then leaves it alone.
    const response = await fetch(`${url}/app/look?hosts=1`, { headers: { cookie: me.cookie() } });
    assert.deepEqual([response.status, backend.data().hosts], [200, undefined]);
    held.resolve();
    await response.text();
  },
  async G8(t) {
    const { me, backend } = await waitingSite(t);
    const [reached, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    backend.before = (operation) => {
      if (operation !== "get") return undefined;
      reached.resolve();
      return held.promise;
    };
    const answer = me.get("/app/look");
    await reached.promise;
    const hung = new Promise(() => {});
    backend.before = (operation) => (operation === "set" ? hung : undefined);
    const { status } = await me.get("/app/other?b=1"); // refused when the limit has passed, which has by then for the first too
    held.resolve();
    assert.deepEqual([status, (await answer).status], [503, 200]);
  },
  async G9(t) {
    const { me, backend } = await waitingSite(t);
    const [session] = [...backend.sessions.values()];
    assert.equal(JSON.parse(session!).cookie.expires, null);
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 400 * 86_400_000 });
    assert.equal((await me.get("/app/look")).body, '{"a":"0"}');
  },
};

for (const [guarantee, show] of Object.entries(SHOWN))
  test(`${guarantee} is lacking: ${hostStore().lacks![guarantee as Guarantee]}`, show);

test("each lack that is declared is shown here, and no other", () => {
  assert.deepEqual(Object.keys(hostStore().lacks!).toSorted(), Object.keys(SHOWN).toSorted());
});

for (const { name, site } of SESSION_HOSTS) {
  test(`${name}: G6 holds: an id that the host did not give is not used`, async (t) => {
    const app = stack.use(wrapSession<AnySession>({ store: hostStore() }))(({ session }) => ({
      ...text(""),
      session: { ...session, user: "ann" },
    }));
    const { url, backend } = await site(t, app, { id: (s) => s.sessionId ?? s.externalKey ?? s.id });
    const me = visitor(url);
    await me.get("/app/x");
    const [id] = [...backend.sessions.keys()];
    backend.sessions.clear(); // the host's signature is right, but there is no such session any more
    await request(`${url}/app/x`, "GET", { cookie: me.cookie() });
    assert.equal(backend.sessions.size, 1);
    assert.equal(backend.sessions.has(id!), false);
  });
}
