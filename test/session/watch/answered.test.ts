/** From when on a connection's session is watched: from the request on, not only from its answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { upgradeWebSocket, wrapWebSocket } from "../../../src/middleware/websocket.ts";
import { noContent } from "../../../src/response.ts";
import { type Handler, stack } from "../../../src/ring.ts";
import { endSessions } from "../../../src/session/end-sessions.ts";
import { recreate } from "../../../src/session/next.ts";
import type { Store } from "../../../src/session/store.ts";
import { type AnySession, type WithSession, wrapSession } from "../../../src/session/wrap-session.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import type { WebSocketUpgrade } from "../../../src/websocket/listener.ts";
import { requestMap } from "../../support/request-map.ts";
import { settled } from "../../support/watched-session.ts";
import { counting } from "../../support/watched-store.ts";

/** Bob, signed in; `chat` is a handshake of his, whose handler does this before it answers so. */
async function bob(store: Store) {
  const wrap = wrapSession<AnySession>({ store });
  const send = async (handler: Handler<WithSession<AnySession>>, headers: Record<string, string> = {}) =>
    wrap(handler)(requestMap("GET", "/", { headers }));
  const { headers } = await send(() => ({ ...noContent(), session: { user: "bob" } }));
  const cookie = String(headers["set-cookie"]).split(";")[0]!;
  const answer = (session: unknown) => () => send(() => ({ ...noContent(), session: session as null }), { cookie });
  const chat = async (during: () => unknown = () => {}, more: object = {}, came: string | undefined = cookie) => {
    const app = stack.use(wrap).use(wrapWebSocket())(async () => {
      await during();
      return { ...upgradeWebSocket({}), ...more };
    });
    const asked = { connection: "upgrade", upgrade: "websocket", ...(came ? { cookie: came } : {}) };
    const response = await app(requestMap("GET", "/", { headers: asked }));
    return (response as unknown as { readonly upgrade: WebSocketUpgrade }).upgrade.watch!;
  };
  return { chat, signOut: answer(null), renew: answer(recreate({ user: "bob" })) };
}

for (const [what, reason] of [
  ["signOut", "unknown"],
  ["renew", "recreated"],
] as const) {
  test(`a ${what} while the handshake is answered is told at once`, async (t) => {
    const visitor = await bob(memoryStore());
    const watch = await visitor.chat(visitor[what]);
    const reasons: string[] = [];
    t.after(watch(30, (each) => void reasons.push(each)));
    await settled();
    assert.deepEqual(reasons, [reason]);
  });

  test(`a ${what} between the answer and the connection is told at once`, async (t) => {
    const visitor = await bob(memoryStore());
    const watch = await visitor.chat();
    await visitor[what]();
    const reasons: string[] = [];
    t.after(watch(30, (each) => void reasons.push(each)));
    await settled();
    assert.deepEqual(reasons, [reason]);
  });
}

test("where nothing happened meanwhile to anybody, watching costs no reading", async (t) => {
  const { store, calls } = counting(memoryStore());
  const visitor = await bob(store);
  calls.length = 0;
  t.after((await visitor.chat())(30, () => assert.fail("it lives")));
  await settled();
  assert.deepEqual(calls, ["read"]); // the handshake's own
});

test("where there is no session, or the handshake ends it, nothing is told and no timer runs", async (t) => {
  const begun = t.mock.method(globalThis, "setInterval");
  const visitor = await bob(memoryStore());
  const none = await visitor.chat(undefined, {}, "");
  const ended = await visitor.chat(undefined, { session: null });
  for (const watch of [none, ended]) t.after(watch(30, () => assert.fail("there is none")));
  await settled();
  assert.equal(begun.mock.callCount(), 0);
});

test("one that the handshake began or renewed is watched under its new token; who has gone by then is told nothing", async (t) => {
  const begun = t.mock.method(globalThis, "setInterval");
  const visitor = await bob(memoryStore());
  const session = recreate({ user: "bob" });
  const left = await visitor.chat(undefined, { session: { user: "eve" } }, "");
  left(30, () => assert.fail("it has gone"))();
  await settled();
  assert.equal(begun.mock.callCount(), 0);
  const renewed = await visitor.chat(undefined, { session });
  const reasons: string[] = [];
  t.after(renewed(30, (each) => void reasons.push(each)));
  await settled();
  assert.equal(begun.mock.callCount(), 1);
  await visitor.renew(); // with the old token: it changes nothing
  await settled();
  assert.deepEqual(reasons, []);
});

test("who throws when told keeps it from nobody, and ends no process", async (t) => {
  const printed = t.mock.method(console, "error", () => {});
  const visitor = await bob(memoryStore());
  const watch = await visitor.chat(visitor.signOut);
  const reasons: string[] = [];
  t.after(
    watch(30, () => {
      throw new Error("no");
    }),
  );
  t.after(watch(30, (each) => void reasons.push(each)));
  await settled();
  assert.deepEqual(reasons, ["unknown"]);
  assert.equal(printed.mock.callCount(), 1);
});

test("a session that the handshake renewed, and that ended before the connection was there, is told as well", async (t) => {
  t.mock.method(console, "error", () => {});
  const store = memoryStore();
  const visitor = await bob(store);
  const watch = await visitor.chat(undefined, { session: recreate({ user: "bob" }) });
  await endSessions(store, "bob");
  const reasons: string[] = [];
  t.after(
    watch(30, (each) => {
      reasons.push(each);
      throw new Error("no"); // not to be seen as a rejection that nobody handles
    }),
  );
  await settled();
  assert.deepEqual(reasons, ["unknown"]);
});
