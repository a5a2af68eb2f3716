/** SPEC 5.2, 3: how long a store operation and a session function may take. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import type { Store } from "../../src/session/store.ts";
import { type AnySession, wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { requestMap } from "../support/request-map.ts";
import { commonPages, site } from "../support/site.ts";
import { request, sessionCookie } from "../support/visitor.ts";

/** A store at which every serial change comes too late. */
function contended(): { store: Store; tries: () => number } {
  const inner = memoryStore();
  let tries = 0;
  const store: Store = {
    ...inner,
    async update(token, change, context) {
      const read = await inner.read(token, context);
      if (++tries > 2000) throw new Error("nobody gives up");
      return "record" in read && change.serial ? { conflict: read.record } : inner.update(token, change, context);
    },
  };
  return { store, tries: () => tries };
}

test("with a clock that stands still, a function that always loses is given up after 1000 tries", async (t) => {
  const { store, tries } = contended();
  const { url, errors } = await site(t, commonPages, { store });
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  const { status, setCookies } = await request(`${url}/count`, "GET", { cookie });
  assert.deepEqual([status, setCookies, tries()], [503, [], 1000]);
  assert.equal((errors[0] as { code: string }).code, "ERR_UPDATE_CONFLICT");
  assert.equal((await request(`${url}/show`, "GET", { cookie })).body, '{"user":"bob"}');
});

test("a plain value is tried once, whatever other requests do", async (t) => {
  const { store, tries } = contended();
  const { url } = await site(
    t,
    { ...commonPages, "/set": ({ session }) => ({ session: { ...session, n: 1 } }) },
    { store },
  );
  const cookie = `session=${sessionCookie(await request(`${url}/login`))}`;
  await request(`${url}/set`, "GET", { cookie });
  assert.equal(tries(), 1);
});

test("a store that hangs is given up after storeTimeout, 2 s where none is given, and not before", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const [options, seconds] of [
    [{}, 2],
    [{ storeTimeout: 600 }, 600],
  ] as const) {
    const asked = Promise.withResolvers<void>();
    const store: Store = {
      ...memoryStore(),
      read: () => {
        asked.resolve();
        return new Promise<never>(() => {});
      },
    };
    const app = stack.use(wrapSession<AnySession>({ store, ...options }))(() => text("ok"));
    const headers = { cookie: `session=${"A".repeat(43)}` };
    let code: string | undefined;
    void Promise.resolve(app(requestMap("GET", "/", { headers }))).catch((error) => {
      code = (error as { code: string }).code;
    });
    await asked.promise;
    const after = async (milliseconds: number) => {
      t.mock.timers.tick(milliseconds);
      await new Promise((resolve) => setImmediate(resolve));
      return code;
    };
    assert.equal(await after(seconds * 1000 - 1), undefined, `${seconds} s`);
    assert.equal(await after(1), "ERR_STORE_TIMEOUT", `${seconds} s`);
  }
});

test("a store that answers leaves no timer behind", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const inner = memoryStore();
  const before = timers();
  const store: Store = { ...inner, create: async (...call) => inner.create(...call) };
  const app = stack.use(wrapSession<AnySession>({ store, storeTimeout: 600 }))(() => ({
    ...text("ok"),
    session: { n: 1 },
  }));
  assert.equal((await app(requestMap())).status, 200);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(timers(), before);
});
