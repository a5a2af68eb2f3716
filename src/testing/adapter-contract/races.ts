/** Adapter contract: requests at once (G1 to G5). */
import assert from "node:assert/strict";
import type { WireAnswer } from "./answers.ts";
import type { Bench } from "./bench.ts";
import { check } from "./check.ts";
import { sessionLine } from "./cookies.ts";
import { TEXT_TYPE } from "./pages.ts";
import type { AdapterAnswers, AdapterCheck, AdapterPage } from "./site.ts";
import type { Visitor } from "./visitor.ts";
import { begin } from "./ways.ts";

type Gated = Pick<Bench, "gates" | "log">;

/** A page that reads the session, waits at the gate of its name, writes and answers. */
const held =
  ({ gates }: Gated, name: string, write: (page: AdapterAnswers) => void): AdapterPage =>
  async (page) => {
    const { n } = page.lent.session; // read before the other request writes
    await gates.hold(name);
    write(page);
    return page.answer(200, TEXT_TYPE, String(n));
  };

const setting =
  (key: string, value: unknown) =>
  ({ lent }: AdapterAnswers): void => {
    lent.session[key] = value;
  };

const pages = (bench: Gated): Readonly<Record<string, AdapterPage>> => ({
  "/begin": begin,
  "/in": (page) => {
    page.lent.session.user = "bob";
    return page.answer(200, TEXT_TYPE, "in");
  },
  "/a": held(bench, "a", setting("a", 1)),
  "/b": held(bench, "b", setting("b", 2)),
  "/reader": held(bench, "reader", () => {}),
  "/same-a": held(bench, "a", setting("n", "a")),
  "/same-b": held(bench, "b", setting("n", "b")),
  "/unset": held(bench, "b", ({ lent }) => void delete lent.session.n),
  "/write": (page) => {
    page.lent.session.w = 1;
    return page.answer(200, TEXT_TYPE, "written");
  },
  "/out": (page) => {
    page.lent.session = null;
    return page.answer(200, TEXT_TYPE, "out");
  },
  "/renew": (page) => {
    page.lent.session.user = "eve";
    return page.answer(200, TEXT_TYPE, "renewed");
  },
  "/count": async (page) => {
    bench.log.push(`${page.lent.session.n} is read`);
    await bench.gates.hold("count");
    page.lent.session.update((s: { n?: number }) => ({ ...s, n: (s.n ?? 0) + 1 }));
    return page.answer(200, TEXT_TYPE, "counted");
  },
});

/** Begins both, one after the other, and lets them finish in this order. */
async function race(bench: Bench, bob: Visitor, paths: readonly [string, string], order: readonly string[]) {
  const sent = new Map<string, Promise<WireAnswer>>();
  const names = ["a", "b"];
  for (const [index, path] of paths.entries()) {
    sent.set(names[index]!, bob.send({ path }));
    await bench.gates.held(names[index]!);
  }
  for (const name of order) {
    bench.gates.open(name);
    assert.equal((await sent.get(name)!).status, 200);
  }
}

async function begun(bench: Bench, path = "/begin"): Promise<Visitor> {
  const bob = bench.visitor();
  assert.equal((await bob.get(path)).status, 200);
  return bob;
}

const ORDERS = [
  ["a", "b"],
  ["b", "a"],
] as const;
const MANY = 50;

export const raceChecks: readonly AdapterCheck[] = [
  ...ORDERS.map((order) =>
    check("G1", `two requests that change different keys at once are both kept, where ${order[1]} is stored last`, {
      pages,
      async run(bench) {
        const bob = await begun(bench);
        await race(bench, bob, ["/a", "/b"], order);
        assert.deepEqual(await bob.data(), { n: 1, a: 1, b: 2 });
      },
    }),
  ),
  check("G2", "a slow request that only reads undoes nothing that a faster one wrote", {
    pages,
    async run(bench) {
      const bob = await begun(bench);
      const reading = bob.send({ path: "/reader" });
      await bench.gates.held("reader");
      await bob.get("/write");
      bench.gates.open("reader");
      assert.equal((await reading).status, 200);
      assert.deepEqual(await bob.data(), { n: 1, w: 1 });
      assert.equal(bench.calls.filter((each) => each === "update").length, 1, "the reader stored something");
    },
  }),
  ...(["a", "reader"] as const).flatMap((who) =>
    (["/out", "/renew"] as const).map((end) => {
      const what = who === "a" ? "changes" : "reads";
      const ended = end === "/out" ? "a session that was signed out" : "the token of before another sign-in";
      return check("G3", `${ended} stays dead, whatever a request in flight ${what}`, {
        pages,
        async run(bench) {
          const bob = await begun(bench, "/in");
          const before = bob.cookie();
          const flying = bench.visitor();
          const sent = flying.send({ path: `/${who}`, headers: { cookie: before } });
          await bench.gates.held(who);
          assert.equal((await bob.get(end)).status, 200);
          bench.gates.open(who);
          const answer = await sent;
          assert.equal(answer.status, 200, answer.body);
          assert.equal(sessionLine(answer), undefined, "the request in flight sent a session cookie");
          const { body } = await bench.visitor().get("/data", { cookie: before });
          assert.equal(body, "{}", "the token of before is alive");
          assert.deepEqual(await bob.data(), end === "/out" ? {} : { user: "eve" });
        },
      });
    }),
  ),
  check("G3", "a sign-out that is being stored is not undone by a change that is stored at the same time", {
    pages,
    async run(bench) {
      const bob = await begun(bench, "/in");
      const before = bob.cookie();
      bench.holdStore("delete", "end");
      const out = bob.send({ path: "/out" });
      await Promise.race([bench.gates.held("end"), out]);
      await bench.visitor().get("/write", { cookie: before });
      bench.gates.open("end");
      assert.equal((await out).status, 200);
      assert.equal(bob.cookie(), "", "the cookie is still there");
      assert.equal((await bench.visitor().get("/data", { cookie: before })).body, "{}");
    },
  }),
  check("G4", `${MANY} requests at once that count from 1 with update() end at ${1 + MANY}`, {
    pages,
    async run(bench) {
      const bob = await begun(bench);
      const sent = Array.from({ length: MANY }, () => bob.get("/count"));
      const readers = () => bench.log.filter((each) => each === "1 is read").length;
      await bench.until(() => readers() === MANY, "all of them have read the session");
      bench.gates.open("count");
      const answers = await Promise.all(sent);
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
      assert.deepEqual(await bob.data(), { n: 1 + MANY });
    },
  }),
  ...ORDERS.map((order) =>
    check(
      "G5",
      `of two requests that set one key at once ${order[1]}, which is stored last, wins, and an event says so`,
      {
        pages,
        async run(bench) {
          const bob = await begun(bench);
          await race(bench, bob, ["/same-a", "/same-b"], order);
          assert.deepEqual(await bob.data(), { n: order[1] });
          assert.equal(bench.events.filter(({ type }) => type === "session.overwritten").length, 1);
        },
      },
    ),
  ),
  check("G5", "so does one that takes the key away", {
    pages,
    async run(bench) {
      const bob = await begun(bench);
      await race(bench, bob, ["/same-a", "/unset"], ["a", "b"]);
      assert.deepEqual(await bob.data(), {});
    },
  }),
];
