import { postgresStore } from "../../../src/stores/postgres.ts";
import { CLIENTS, postgresServer, withoutPostgres } from "../../support/postgres-server.ts";
import { testSubjectLimit } from "../../support/subject-limit.ts";

const skip = withoutPostgres("postgresStore");
const server = postgresServer(skip);
for (const name of CLIENTS) {
  const open = (options: object) => postgresStore(server.client(name), { ...options, table: server.table() });
  testSubjectLimit(`PostgreSQL by ${name}`, open, skip === false ? {} : { skip });
}
