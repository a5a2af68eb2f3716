import { DatabaseSync } from "node:sqlite";
import { memoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { testSubjectLimit } from "../support/subject-limit.ts";

testSubjectLimit("memory", memoryStore);
testSubjectLimit("SQLite", (options) => sqliteStore(new DatabaseSync(":memory:"), options));
