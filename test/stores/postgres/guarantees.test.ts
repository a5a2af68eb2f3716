import { test } from "node:test";
import { postgresStore } from "../../../src/stores/postgres.ts";
import { postgresServer, withoutPostgres } from "../../support/postgres-server.ts";
import { guaranteesOver } from "../../support/store-under-test.ts";

const skip = withoutPostgres("postgresStore");
if (skip) test("G1 to G9 over PostgreSQL", { skip }, () => {});
else {
  const server = postgresServer(skip);
  const clients = ["pg", "postgres"];
  await guaranteesOver(() => {
    clients.push(clients.shift()!);
    return postgresStore(server.client(clients[0]!), { table: server.table() });
  });
}
