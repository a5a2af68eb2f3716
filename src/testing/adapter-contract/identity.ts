/** Adapter contract: whose session it is (G3, G6), and until when (G9). */
import assert from "node:assert/strict";
import type { Bench } from "./bench.ts";
import { check } from "./check.ts";
import { sessionLine } from "./cookies.ts";
import { JSON_TYPE, TEXT_TYPE } from "./pages.ts";
import type { AdapterCheck, AdapterPage } from "./site.ts";
import { begin } from "./ways.ts";

const pages = (): Readonly<Record<string, AdapterPage>> => ({
  "/begin": begin,
  "/in": (page) => {
    page.lent.session.user = "bob";
    return page.redirect("/data");
  },
  "/out": (page) => {
    page.lent.session = null;
    return page.redirect("/data");
  },
  "/regenerate": async (page) => {
    await page.lent.session.regenerate();
    page.lent.session.fresh = true;
    return page.answer(200, TEXT_TYPE, "renewed");
  },
  "/destroy": async (page) => {
    await page.lent.session.destroy();
    return page.answer(200, TEXT_TYPE, String(page.lent.session));
  },
  "/status": (page) => page.answer(200, JSON_TYPE, JSON.stringify(page.lent.sessionStatus)),
});

const TOKEN = "A".repeat(43);
const FORGED: readonly string[] = [
  TOKEN,
  "",
  '"quoted"',
  "%00%ff",
  "__proto__",
  "j:{}",
  "s:abc.def",
  "../../etc/passwd",
  "~",
  `${TOKEN}~${TOKEN}`,
  "x".repeat(8000),
  `${TOKEN}; session=${"B".repeat(43)}`,
];

async function expectDead(bench: Bench, cookie: string): Promise<void> {
  assert.equal((await bench.visitor().get("/data", { cookie })).body, "{}", "a token that is dead has a session");
}

export const identityChecks: readonly AdapterCheck[] = [
  check("G3", "signing in and regenerate() renew the token, and the old one is dead", {
    pages,
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/begin");
      const anonymous = bob.cookie();
      await bob.get("/in");
      const signedIn = bob.cookie();
      assert.notEqual(signedIn, anonymous, "the token survived the sign-in");
      await expectDead(bench, anonymous);
      assert.deepEqual(await bob.data(), { n: 1, user: "bob" });
      assert.equal((await bob.get("/regenerate")).status, 200);
      assert.ok(![anonymous, signedIn].includes(bob.cookie()), "the token survived regenerate()");
      await expectDead(bench, signedIn);
      assert.deepEqual(await bob.data(), { fresh: true });
    },
  }),
  ...(["/out", "/destroy"] as const).map((path) =>
    check("G3", `${path === "/out" ? "session = null" : "destroy()"} ends the session and removes its cookie`, {
      pages,
      async run(bench) {
        const bob = bench.visitor();
        await bob.get("/in");
        const before = bob.cookie();
        const answer = await bob.get(path);
        if (path === "/destroy") assert.equal(answer.body, "null");
        assert.match(sessionLine(answer) ?? "", /^session=;.*Max-Age=0/i);
        assert.equal(bob.cookie(), "");
        await expectDead(bench, before);
      },
    }),
  ),
  check("G6", "a token that this server did not give is no session, and never becomes one", {
    pages,
    async run(bench) {
      for (const value of FORGED) {
        const cookie = `session=${value}`;
        await expectDead(bench, cookie);
        const answer = await bench.visitor().get("/begin", { cookie });
        assert.equal(answer.status, 200, `${value.slice(0, 60)}: ${answer.body}`);
        const given = sessionLine(answer)?.slice("session=".length).split(";")[0];
        assert.match(given ?? "", /^.{16,}$/, `no session of its own for ${value.slice(0, 60)}`);
        assert.ok(!value.includes(given!), "the token that came was taken over");
        await expectDead(bench, cookie);
      }
    },
  }),
  check("G6", "a live token with one character changed, cut or added is no session", {
    pages,
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/begin");
      const token = bob.cookie().slice("session=".length);
      const middle = Math.floor(token.length / 2);
      const other = token[middle] === "x" ? "y" : "x";
      const bent = [`${token.slice(0, middle)}${other}${token.slice(middle + 1)}`, token.slice(0, -1), `${token}A`];
      for (const each of bent) await expectDead(bench, `session=${each}`);
      assert.deepEqual(await bob.data(), { n: 1 });
    },
  }),
  check("G9", "an idle session ends on the server's clock, whatever the cookie says, and use keeps it", {
    options: { timeout: 1800, refresh: 60 },
    pages,
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/begin");
      const cookie = bob.cookie();
      for (let visits = 0; visits < 3; visits++) {
        bench.advance(1799);
        assert.deepEqual(await bob.data(), { n: 1 }, "a session that was used in time");
      }
      bench.advance(1800 + 60 + 1);
      await expectDead(bench, cookie);
      assert.equal(JSON.parse((await bob.get("/status", { cookie })).body).reason, "expired-idle");
    },
  }),
  check("G9", "a session that is used all the time ends at its absolute limit", {
    options: { timeout: 1800, absolute: 5400 },
    pages,
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/begin");
      for (let visits = 0; visits < 3; visits++) {
        bench.advance(1799);
        assert.deepEqual(await bob.data(), { n: 1 });
      }
      bench.advance(4);
      assert.deepEqual(await bob.data(), {});
    },
  }),
];
