/** Adapter contract: a store that fails is a 503, and nothing of what the handlers answered (G8). */
import assert from "node:assert/strict";
import type { WireAnswer } from "./answers.ts";
import type { Bench } from "./bench.ts";
import { check } from "./check.ts";
import { SAME_ORIGIN, TEXT_TYPE } from "./pages.ts";
import type { AdapterCheck } from "./site.ts";
import { begin, DOINGS, type Doing, pagesOf, visitorOf, WAYS, type WayToAnswer } from "./ways.ts";

/** Neither the handler's headers and cookies nor its body. */
function expectUnavailable({ errors }: Bench, answer: WireAnswer, method: string | undefined): void {
  const { status, body, lines, all } = answer;
  assert.equal(status, 503, body);
  assert.ok(answer.isWhole, "the answer is not whole");
  assert.doesNotMatch(body, /answer|one|two|three|written|short/);
  assert.deepEqual(all("x-own"), [], "a header of the handler's was sent");
  assert.deepEqual(all("location"), [], "the handler's redirect was sent");
  assert.deepEqual(all("set-cookie"), [], "cookies were sent");
  assert.deepEqual(all("etag"), [], "a validator of the handler's was sent");
  assert.equal(answer.header("cache-control"), "no-store", JSON.stringify(lines));
  if (method === "HEAD") assert.equal(body, "");
  assert.ok(
    errors.map(codeOf).includes("ERR_STORE_UNAVAILABLE"),
    `onError was told ${errors.map(codeOf).join() || "nothing"}`,
  );
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : String(error);
}

function failsAtTheEnd(way: WayToAnswer, doing: Doing): AdapterCheck {
  const name = `${way.name} whose session cannot be ${doing.done} is a 503, and nothing that the handler answered`;
  return check("G8", name, {
    needs: way.needs ?? [],
    pages: () => pagesOf(way, doing),
    async run(bench) {
      const bob = await visitorOf(bench, doing);
      const cookie = bob.cookie();
      bench.breakStore(doing.operation);
      const { method = "GET" } = way;
      expectUnavailable(bench, await bob.send({ method, path: "/way", headers: SAME_ORIGIN }), method);
      bench.breakStore(undefined);
      assert.equal(bob.cookie(), cookie, "the visitor's cookie changed");
      assert.deepEqual(await bob.data(), doing.before ?? {}, "the session afterwards");
    },
  });
}

const [CREATE, UPDATE, DELETE] = DOINGS as readonly [Doing, Doing, Doing];

export const failingStoreChecks: readonly AdapterCheck[] = [
  ...WAYS.map((way) => failsAtTheEnd(way, UPDATE)),
  failsAtTheEnd(WAYS[0]!, CREATE),
  failsAtTheEnd(WAYS[0]!, DELETE),
  check("G8", "a session that cannot be read is a 503, before any handler runs, and never an empty session", {
    pages: ({ log }) => ({
      "/begin": begin,
      "/run": (page) => {
        log.push("a handler ran");
        return page.answer(200, TEXT_TYPE, JSON.stringify({ ...page.lent.session }));
      },
    }),
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/begin");
      bench.breakStore("read");
      const { status, all, body } = await bob.get("/run");
      assert.equal(status, 503, body);
      assert.deepEqual(all("set-cookie"), []);
      assert.ok(!bench.log.includes("a handler ran"), "a handler ran without a session");
      bench.breakStore(undefined);
      assert.deepEqual(await bob.data(), { n: 1 });
    },
  }),
  check("G8", "a connection that a store's failure was answered on goes on", {
    pages: () => ({ "/begin": begin, "/end": WAY_OUT }),
    async run(bench) {
      const bob = bench.visitor();
      await bob.get("/begin");
      const wire = bench.wire();
      bench.breakStore("delete");
      wire.send(bob.bytes({ path: "/end" }));
      await wire.answers("GET");
      bench.breakStore(undefined);
      if (wire.socket.destroyed || wire.socket.readableEnded) return; // a host may close it
      wire.send(bob.bytes({ path: "/data", headers: { connection: "close" } }));
      const [, data] = await wire.answers("GET", "GET");
      assert.equal(data!.body, '{"n":1}');
    },
  }),
];

const WAY_OUT = pagesOf(WAYS[0]!, DELETE)["/way"]!;
