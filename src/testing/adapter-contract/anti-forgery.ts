/** Adapter contract: requests that another site's page sends. */
import assert from "node:assert/strict";
import { check } from "./check.ts";
import { SAME_ORIGIN, TEXT_TYPE } from "./pages.ts";
import type { AdapterCheck } from "./site.ts";

const EVIL: ReadonlyArray<Readonly<Record<string, string>>> = [
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { origin: "https://evil.example" },
];

export const antiForgeryChecks: readonly AdapterCheck[] = [
  check("anti-forgery", "a request that another site's page sends is a 403 before any handler runs", {
    pages: ({ log }) => ({
      "/put": (page) => {
        log.push("a handler ran");
        page.lent.session.n = 1;
        return page.answer(200, TEXT_TYPE, "put");
      },
    }),
    async run(bench) {
      const bob = bench.visitor();
      const put = (headers: Readonly<Record<string, string>>) => bob.send({ method: "POST", path: "/put", headers });
      for (const headers of EVIL) {
        const answer = await put(headers);
        assert.equal(answer.status, 403, JSON.stringify(headers));
        assert.ok(answer.isWhole && answer.body.length > 0, "the refusal has no words");
        assert.deepEqual(answer.all("set-cookie"), []);
        assert.match(answer.header("cache-control") ?? "", /no-store/);
      }
      assert.deepEqual([bench.log, bench.calls], [[], []]);
      assert.equal((await put(SAME_ORIGIN)).status, 200);
      for (const headers of EVIL) assert.equal((await put(headers)).status, 403);
      assert.deepEqual(await bob.data(), { n: 1 });
      assert.equal((await bob.get("/data", EVIL[0])).status, 200, "a link from another site");
    },
  }),
];
