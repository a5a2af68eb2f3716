/** Adapter contract: connections, versions and sizes of HTTP/1. */
import assert from "node:assert/strict";
import { check } from "./check.ts";
import { JSON_TYPE, TEXT_TYPE } from "./pages.ts";
import type { AdapterCheck } from "./site.ts";
import { begin } from "./ways.ts";

const MANY = 20;

export const connectionChecks: readonly AdapterCheck[] = [
  check("http", "requests of one connection have each their own session", {
    pages: () => ({ "/begin": begin }),
    async run({ wire, visitor }) {
      const bob = visitor();
      const connection = wire();
      connection.send(bob.bytes({ path: "/begin" }));
      const [first] = await connection.answers("GET");
      bob.keep(first!);
      connection.send(bob.bytes({ path: "/data" }));
      await connection.answers("GET", "GET");
      connection.send(visitor().bytes({ path: "/data" }));
      const answers = await connection.answers("GET", "GET", "GET");
      assert.deepEqual(
        answers.map(({ body }) => body),
        ["begun", '{"n":1}', "{}"],
      );
    },
  }),
  check("http", "pipelined requests are answered in their order, also where the first is stored last", {
    pages: () => ({
      "/begin": begin,
      "/name": (page) => {
        page.lent.session.n = 2;
        return page.answer(200, JSON_TYPE, JSON.stringify({ ...page.lent.session, who: page.lent.cookies.who }));
      },
    }),
    async run({ wire, visitor, holdStore, gates }) {
      const [bob, eve] = [visitor(), visitor()];
      for (const who of [bob, eve]) await who.get("/begin");
      holdStore("update", "first");
      const connection = wire();
      const named = (who: string, visitor: typeof bob) =>
        visitor.bytes({ path: "/name", headers: { cookie: `${visitor.cookie()}; who=${who}` } });
      connection.send(named("bob", bob) + named("eve", eve) + visitor().bytes({ path: "/plain" }));
      await gates.held("first");
      await visitor().get("/plain");
      assert.equal(connection.received(), "", "bytes came before the first was stored");
      gates.open("first");
      const answers = await connection.answers("GET", "GET", "GET");
      assert.deepEqual(
        answers.map(({ body }) => body),
        ['{"n":2,"who":"bob"}', '{"n":2,"who":"eve"}', "plain"],
      );
      for (const who of [bob, eve]) assert.deepEqual(await who.data(), { n: 2 });
    },
  }),
  check("http", "a client of HTTP/1.0 is answered, whole, and has a session", {
    pages: () => ({
      "/stream": (page) => {
        page.lent.session.n = 1;
        return page.stream(parts());
      },
    }),
    async run({ visitor }) {
      const bob = visitor();
      const answer = await bob.send({ path: "/stream", version: "1.0" });
      assert.deepEqual([answer.status, answer.body, answer.header("transfer-encoding")], [200, "one two", undefined]);
      assert.equal((await bob.send({ path: "/data", version: "1.0" })).body, '{"n":1}');
    },
  }),
  check("http", "a stream is sent while it is made, behind a session that is stored", {
    pages: ({ gates }) => ({
      "/stream": (page) => {
        page.lent.session.n = 1;
        return page.stream(partsAt(() => gates.hold("rest")));
      },
    }),
    async run({ wire, visitor, gates }) {
      const bob = visitor();
      const connection = wire();
      connection.send(bob.bytes({ path: "/stream" }));
      await connection.until((received) => received.includes("one "), "the first part of a stream");
      gates.open("rest");
      const [answer] = await connection.answers("GET");
      assert.equal(answer!.body, "one two");
      bob.keep(answer!);
      assert.deepEqual(await bob.data(), { n: 1 });
    },
  }),
  check("http", "a session is found among cookies of 12,000 octets, wherever it stands", {
    pages: () => ({ "/begin": begin }),
    async run({ visitor }) {
      const bob = visitor();
      await bob.get("/begin");
      const others = Array.from({ length: 60 }, (_, index) => `c${index}=${"x".repeat(190)}`).join("; ");
      for (const cookie of [`${bob.cookie()}; ${others}`, `${others}; ${bob.cookie()}`]) {
        const { status, body } = await visitor().get("/data", { cookie });
        assert.deepEqual([status, body], [200, '{"n":1}']);
      }
    },
  }),
  check("http", `${MANY} visitors at once have each their own session, cookies and answer`, {
    pages: ({ gates }) => ({
      "/who": async (page) => {
        const { who } = page.lent.cookies;
        page.lent.session.who = who;
        await gates.hold(`at ${who}`);
        page.lent.setCookie("you", who ?? "");
        return page.answer(200, TEXT_TYPE, `${page.lent.session.who} ${page.lent.cookies.who}`);
      },
    }),
    async run(bench) {
      const names = Array.from({ length: MANY }, (_, index) => `visitor${index}`);
      const all = names.map((name) => {
        const visitor = bench.visitor();
        return { name, visitor, sent: visitor.get("/who", { cookie: `who=${name}` }) };
      });
      for (const name of names) await bench.gates.held(`at ${name}`);
      for (const name of names.toReversed()) bench.gates.open(`at ${name}`);
      for (const { name, visitor, sent } of all) {
        const answer = await sent;
        assert.equal(answer.body, `${name} ${name}`);
        assert.ok(
          answer.all("set-cookie").some((line) => line.startsWith(`you=${name};`)),
          "another's cookie",
        );
        assert.deepEqual(await visitor.data(), { who: name });
      }
    },
  }),
];

async function* parts(): AsyncGenerator<string> {
  yield "one ";
  yield "two";
}

async function* partsAt(wait: () => Promise<void>): AsyncGenerator<string> {
  yield "one ";
  await wait();
  yield "two";
}
