/** Adapter contract: what cannot be stored is said, and nothing of it is. */
import assert from "node:assert/strict";
import { check } from "./check.ts";
import { codeOf } from "./failing-store.ts";
import { TEXT_TYPE } from "./pages.ts";
import type { AdapterCheck } from "./site.ts";
import { begin } from "./ways.ts";

const IMPOSSIBLE: Readonly<Record<string, { readonly value: () => unknown; readonly path: string }>> = {
  "a function": { value: () => [{ made: () => 1 }], path: "session.cart[0].made" },
  "a Date without a codec": { value: () => ({ at: new Date(0) }), path: "session.cart.at" },
  "a number that is none": { value: () => [Number.NaN], path: "session.cart[0]" },
};

export const valueChecks: readonly AdapterCheck[] = [
  ...Object.entries(IMPOSSIBLE).map(([name, { value, path }]) =>
    check("values", `${name} in a session is a 500, of which onError is told the place, and nothing is stored`, {
      pages: () => ({
        "/begin": begin,
        "/put": (page) => {
          page.lent.session.n = 2;
          page.lent.session.cart = value();
          page.lent.setCookie("theme", "dark");
          return page.answer(200, { ...TEXT_TYPE, "x-own": "own" }, "put");
        },
      }),
      async run(bench) {
        const bob = bench.visitor();
        await bob.get("/begin");
        const { status, body, all } = await bob.get("/put");
        assert.equal(status, 500, body);
        assert.deepEqual([all("x-own"), all("set-cookie")], [[], []], "what the handler sent");
        assert.doesNotMatch(body, /put|session|ERR_/);
        assert.deepEqual(bench.errors.map(codeOf), ["ERR_SESSION_VALUE"]);
        assert.equal((bench.errors[0] as { readonly path?: string }).path, path);
        assert.deepEqual(await bob.data(), { n: 1 });
      },
    }),
  ),
  check("values", "a change deep inside the session is stored, and its object's own methods are no data", {
    pages: () => ({
      "/put": (page) => {
        page.lent.session.cart = { items: [{ name: "tea", count: 1 }] };
        return page.answer(200, TEXT_TYPE, "put");
      },
      "/more": (page) => {
        page.lent.session.cart.items[0].count++;
        page.lent.session.cart.items.push({ name: "milk", count: 2 });
        return page.answer(200, TEXT_TYPE, "more");
      },
    }),
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/put");
      await bob.get("/more");
      const items = [
        { name: "tea", count: 2 },
        { name: "milk", count: 2 },
      ];
      assert.deepEqual(await bob.data(), { cart: { items } });
    },
  }),
  check("values", "a session that a handler changes after it has answered is told so, and stays as it was stored", {
    pages: ({ log }) => ({
      "/late": (page) => {
        const { session } = page.lent;
        session.n = 1;
        const answered = page.answer(200, TEXT_TYPE, "answered");
        setImmediate(() => {
          try {
            session.n = 2;
            log.push("changed in silence");
          } catch {
            log.push("told");
          }
        });
        return answered;
      },
    }),
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/late");
      await bench.until(() => bench.log.some((each) => each !== "create done"), "the late change");
      assert.ok(bench.log.includes("told"), bench.log.join(", "));
      assert.deepEqual(await bob.data(), { n: 1 });
    },
  }),
];
