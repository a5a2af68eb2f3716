import { postgresStore } from "../../../src/stores/postgres.ts";
import { testAnyJson } from "../../support/any-json.ts";
import { postgresServer, withoutPostgres } from "../../support/postgres-server.ts";
import { testSubjectRaces } from "../../support/subject-races.ts";

const without = withoutPostgres("the races of a subject's sessions");
const server = postgresServer(without);
const how = { skip: without || undefined };

testSubjectRaces(
  "PostgreSQL, two pools",
  () => {
    const table = server.table();
    return [server.pg(), server.rival()].map((pool) => postgresStore(pool, { table }));
  },
  how,
  60,
);
testAnyJson("PostgreSQL", () => postgresStore(server.pg(), { table: server.table() }), how);
