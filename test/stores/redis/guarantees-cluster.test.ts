import { test } from "node:test";
import { redisModes } from "../../support/redis-modes.ts";
import { noRedis } from "../../support/redis-server.ts";
import { guaranteesOver } from "../../support/store-under-test.ts";

const open = redisModes(["Cluster"]).Cluster!;
if (noRedis) test("G1 to G9 over Redis Cluster", { skip: noRedis }, () => {});
else await guaranteesOver(() => open());
