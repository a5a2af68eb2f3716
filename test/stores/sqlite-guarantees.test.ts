import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { guaranteesOver } from "../support/store-under-test.ts";

await guaranteesOver(() => sqliteStore(new DatabaseSync(":memory:")));
