/** Adapter contract: no byte of a response leaves before the session is stored (G7). */
import assert from "node:assert/strict";
import { check } from "./check.ts";
import { SAME_ORIGIN, TEXT_TYPE } from "./pages.ts";
import type { AdapterCheck } from "./site.ts";
import { begin, DOINGS, type Doing, expectWay, pagesOf, visitorOf, WAYS, type WayToAnswer } from "./ways.ts";

function waits(way: WayToAnswer, doing: Doing): AdapterCheck {
  return check("G7", `${way.name} waits until the session is ${doing.done}, and no byte is sent before`, {
    needs: way.needs ?? [],
    pages: () => pagesOf(way, doing),
    async run(bench) {
      const bob = await visitorOf(bench, doing);
      bench.holdStore(doing.operation, "store");
      const wire = bench.wire();
      const { method = "GET" } = way;
      wire.send(bob.bytes({ method, path: "/way", headers: { ...SAME_ORIGIN, connection: "close" } }));
      wire.socket.once("data", () => bench.log.push("a byte"));
      await Promise.race([bench.gates.held("store"), wire.answers(method)]);
      assert.equal((await bench.visitor().get("/plain")).status, 200); // a whole round trip of somebody else's
      assert.equal(wire.received(), "", "bytes were sent before the session was stored");
      bench.gates.open("store");
      const [answer] = await wire.answers(method);
      expectWay(answer!, way);
      const order = bench.log.filter((each) => each === "a byte" || each === `${doing.operation} done`);
      assert.deepEqual(order.slice(-2), [`${doing.operation} done`, "a byte"], "the order of the store and the wire");
      bob.keep(answer!);
      assert.deepEqual(await bob.data(), doing.after, "what the next request finds");
    },
  });
}

const ORDERS = [
  ["a", "b", "c"],
  ["a", "c", "b"],
  ["b", "a", "c"],
  ["b", "c", "a"],
  ["c", "a", "b"],
  ["c", "b", "a"],
] as const;

export const savedBeforeToldChecks: readonly AdapterCheck[] = [
  ...WAYS.flatMap((way) => DOINGS.map((doing) => waits(way, doing))),
  check("G7", "answers of requests at once leave in the order in which the store has stored them, whatever that is", {
    pages: () => ({
      "/begin": begin,
      "/way": (page) => {
        page.lent.session.n = 2;
        return page.answer(200, TEXT_TYPE, "stored");
      },
    }),
    async run(bench) {
      for (const [round, order] of ORDERS.entries()) {
        const wires = new Map<string, ReturnType<typeof bench.wire>>();
        const seen: string[] = [];
        for (const who of ["a", "b", "c"]) {
          const visitor = bench.visitor();
          await visitor.get("/begin");
          const wire = bench.wire();
          wires.set(who, wire);
          bench.holdStore("update", `${round}${who}`);
          wire.send(visitor.bytes({ path: "/way", headers: { connection: "close" } }));
          wire.socket.once("data", () => seen.push(`${who} is answered`));
          await bench.gates.held(`${round}${who}`);
        }
        for (const who of order) {
          assert.equal(wires.get(who)!.received(), "", `${who} was answered before it was stored`);
          seen.push(`${who} is stored`);
          bench.gates.open(`${round}${who}`);
          const [answer] = await wires.get(who)!.answers("GET");
          assert.equal(answer!.status, 200);
        }
        assert.deepEqual(
          seen,
          order.flatMap((who) => [`${who} is stored`, `${who} is answered`]),
        );
      }
    },
  }),
  check("G7", "what is stored by save() is stored when it says so, before anything is told", {
    pages: ({ log }) => ({
      "/save": async (page) => {
        page.lent.session.n = 1;
        await page.lent.session.save();
        log.push("save says so");
        page.lent.session.m = 2;
        return page.answer(200, TEXT_TYPE, "saved");
      },
    }),
    async run(bench) {
      const bob = bench.visitor();
      assert.equal((await bob.get("/save")).status, 200);
      assert.deepEqual(bench.log, ["create done", "save says so", "read done", "update done"]);
      assert.deepEqual(await bob.data(), { n: 1, m: 2 });
    },
  }),
];
