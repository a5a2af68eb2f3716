/** Adapter contract: clients that go away. */
import assert from "node:assert/strict";
import { check } from "./check.ts";
import { TEXT_TYPE } from "./pages.ts";
import type { AdapterAnswers, AdapterCheck } from "./site.ts";
import { begin } from "./ways.ts";

async function* parts(): AsyncGenerator<string> {
  yield "one ";
  yield "two";
}

async function* partsAt(wait: () => Promise<void>): AsyncGenerator<string> {
  await wait();
  yield "one ";
}

const ANSWERS: Readonly<Record<string, (page: AdapterAnswers) => unknown>> = {
  "an answer": (page) => page.answer(200, TEXT_TYPE, "ok"),
  "a stream": (page) => page.stream(parts()),
};

const ofAnswers: readonly AdapterCheck[] = Object.entries(ANSWERS).flatMap(([name, answer]) => [
  check("G7", `${name} to a client that left while the handler ran: what it wrote is stored, and nothing hangs`, {
    pages: ({ gates }) => ({
      "/begin": begin,
      "/slow": async (page) => {
        page.lent.session.n = 2;
        await gates.hold("handler");
        return answer(page);
      },
    }),
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/begin");
      const connection = bench.wire();
      connection.send(bob.bytes({ path: "/slow" }));
      await bench.gates.held("handler");
      connection.socket.resetAndDestroy();
      await bench.visitor().get("/plain");
      bench.gates.open("handler");
      await bench.until(() => bench.log.includes("update done"), "what the handler wrote, stored");
      assert.deepEqual(await bob.data(), { n: 2 });
    },
  }),
  check("G7", `${name} to a client that left while the session was being stored: it is stored, and nothing hangs`, {
    pages: () => ({
      "/begin": begin,
      "/way": (page) => {
        page.lent.session.n = 2;
        return answer(page);
      },
    }),
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/begin");
      bench.holdStore("update", "store");
      const connection = bench.wire();
      connection.send(bob.bytes({ path: "/way" }));
      await bench.gates.held("store");
      connection.socket.resetAndDestroy();
      await bench.visitor().get("/plain");
      bench.gates.open("store");
      await bench.until(() => bench.log.includes("update done"), "the session, stored");
      assert.deepEqual(await bob.data(), { n: 2 });
      assert.deepEqual(bench.errors, [], "onError was told of a client that went away");
    },
  }),
]);

export const leavingChecks: readonly AdapterCheck[] = [
  ...ofAnswers,
  check("G7", "a stream to a client that left before its first part: what the handler wrote is stored", {
    pages: ({ gates }) => ({
      "/begin": begin,
      "/stream": (page) => {
        page.lent.session.n = 2;
        return page.stream(partsAt(() => gates.hold("first")));
      },
    }),
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/begin");
      const connection = bench.wire();
      connection.send(bob.bytes({ path: "/stream" }));
      await bench.gates.held("first");
      connection.socket.resetAndDestroy();
      await bench.until(() => bench.log.includes("update done"), "what the handler wrote, stored");
      bench.gates.open("first");
      assert.deepEqual(await bob.data(), { n: 2 });
    },
  }),
];
