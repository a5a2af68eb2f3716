import assert from "node:assert/strict";
import { test } from "node:test";
import session from "express-session";
import fc from "fast-check";
import type { Store } from "../../src/session/store.ts";
import { connectStore } from "../../src/stores/connect.ts";
import { postgresStore } from "../../src/stores/postgres.ts";
import { keptSession } from "../support/kept-values.ts";
import { keptVisitor } from "../support/kept-visitor.ts";
import { postgresServer, withoutPostgres } from "../support/postgres-server.ts";
import { redisModes } from "../support/redis-modes.ts";
import { noRedis } from "../support/redis-server.ts";

const without = withoutPostgres("a codec over PostgreSQL");
const server = postgresServer(without);
const { single, Cluster } = redisModes(["single", "Cluster"]);
const stores: ReadonlyArray<readonly [name: string, skip: string | undefined, open: () => Store]> = [
  ["Redis single", noRedis, () => single!()],
  ["Redis Cluster", noRedis, () => Cluster!()],
  ["PostgreSQL", without || undefined, () => postgresStore(server.pg(), { table: server.table() })],
  ["a store of express-session", undefined, () => connectStore(new session.MemoryStore())],
];

for (const [name, skip, open] of stores) {
  test(`${name}: whatever a codec keeps is in the next request's session`, { skip }, async () => {
    await fc.assert(
      fc.asyncProperty(keptSession, keptSession, async (first, second) => {
        const bob = keptVisitor(open());
        for (const data of [first, second, { ...first, plain: 1 }]) {
          assert.equal(await bob.visit(() => ({ session: data })), 200);
          assert.deepStrictEqual(await bob.show(), data);
        }
      }),
      { numRuns: 20 },
    );
  });
}
