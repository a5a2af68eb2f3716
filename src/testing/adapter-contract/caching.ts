/** Adapter contract: what caches are told. */
import assert from "node:assert/strict";
import type { WireAnswer } from "./answers.ts";
import { check } from "./check.ts";
import { TEXT_TYPE } from "./pages.ts";
import type { AdapterAnswers, AdapterCheck, AdapterHeaders } from "./site.ts";
import { begin } from "./ways.ts";

const PUBLIC = { ...TEXT_TYPE, "cache-control": "public, max-age=60" };

const LOOKING: Readonly<Record<string, (page: AdapterAnswers) => unknown>> = {
  "the session": ({ lent }) => lent.session.n,
  sessionStatus: ({ lent }) => lent.sessionStatus.state,
  sessionID: ({ lent }) => lent.sessionID,
  "the flash": ({ lent }) => lent.flash(),
  "a cookie": ({ lent }) => lent.cookies.theme,
  "an anti-forgery token": ({ lent }) => lent.antiForgery(),
};

/** The names in Vary, in lower case, in order. */
function vary({ header }: WireAnswer): readonly string[] {
  const names = header("vary")?.toLowerCase().split(",") ?? [];
  return names.map((name) => name.trim()).sort();
}

const writing = (headers: AdapterHeaders) => (page: AdapterAnswers) => {
  page.lent.session.n = 2;
  return page.answer(200, headers, "ok");
};

export const cachingChecks: readonly AdapterCheck[] = [
  check(
    "caching",
    "an answer for which nobody looked at the session can be cached: no Vary, its Cache-Control as it is",
    {
      pages: () => ({ "/begin": begin, "/page": (page) => page.answer(200, PUBLIC, "the same to all") }),
      async run({ visitor }) {
        const bob = visitor();
        await bob.get("/begin");
        for (const who of [bob, visitor()]) {
          const answer = await who.get("/page");
          assert.ok(!vary(answer).includes("cookie"), "Vary: Cookie, though nobody looked");
          assert.equal(answer.header("cache-control"), PUBLIC["cache-control"]);
          assert.deepEqual(answer.all("set-cookie"), []);
        }
      },
    },
  ),
  ...Object.entries(LOOKING).map(([name, look]) =>
    check("caching", `an answer for which a handler looked at ${name} says Vary: Cookie once, beside its own Vary`, {
      pages: () => ({
        "/begin": begin,
        "/look": (page) => {
          look(page);
          return page.answer(200, TEXT_TYPE, "looked");
        },
        "/own": (page) => {
          look(page);
          return page.answer(200, { ...TEXT_TYPE, vary: "Accept-Language, Cookie" }, "looked");
        },
        "/other": (page) => {
          look(page);
          return page.answer(200, { ...TEXT_TYPE, vary: "Accept-Language" }, "looked");
        },
      }),
      async run({ visitor }) {
        const bob = visitor();
        await bob.get("/begin");
        assert.deepEqual(vary(await bob.get("/look")), ["cookie"]);
        assert.deepEqual(vary(await bob.get("/own")), ["accept-language", "cookie"]);
        assert.deepEqual(vary(await bob.get("/other")), ["accept-language", "cookie"]);
        assert.deepEqual(vary(await visitor().get("/look")), ["cookie"], "of a visitor without a session");
      },
    }),
  ),
  check("caching", "an answer that only read the session keeps its Cache-Control", {
    pages: () => ({ "/begin": begin, "/look": (page) => page.answer(200, PUBLIC, String(page.lent.session.n)) }),
    async run({ visitor, events }) {
      const bob = visitor();
      await bob.get("/begin");
      assert.equal((await bob.get("/look")).header("cache-control"), PUBLIC["cache-control"]);
      assert.ok(!events.some(({ type }) => type === "response.uncached"));
    },
  }),
  check(
    "caching",
    "an answer that sets a session cookie is private, no-store, over a cacheable one, and an event says so",
    {
      pages: () => ({ "/public": writing(PUBLIC), "/own": writing({ ...TEXT_TYPE, "cache-control": "no-store" }) }),
      async run({ visitor, events }) {
        const told = () => events.filter(({ type }) => type === "response.uncached").length;
        const own = await visitor().get("/own");
        assert.deepEqual([own.header("cache-control"), told()], ["private, no-store", 0]);
        const over = await visitor().get("/public");
        assert.deepEqual([over.header("cache-control"), told()], ["private, no-store", 1]);
        assert.deepEqual(vary(over), ["cookie"]);
      },
    },
  ),
  check("caching", "a redirect that sets a session cookie is private, no-store", {
    pages: () => ({
      "/go": (page) => {
        page.lent.session.n = 1;
        return page.redirect("/plain");
      },
    }),
    async run({ visitor }) {
      const answer = await visitor().get("/go");
      assert.deepEqual([answer.header("cache-control"), vary(answer).includes("cookie")], ["private, no-store", true]);
      assert.ok(answer.header("location")?.endsWith("/plain"));
    },
  }),
];
