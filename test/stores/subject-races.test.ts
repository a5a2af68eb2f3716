import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { memoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { wholeFile } from "../support/ending.ts";
import { testSubjectRaces } from "../support/subject-races.ts";

testSubjectRaces("memory", () => [memoryStore()]);

const file = wholeFile();
const folder = mkdtempSync(join(tmpdir(), "sqlite-"));
file.after(() => rmSync(folder, { recursive: true, force: true }));
let runs = 0;
const databases = [1, 2].map(() => new DatabaseSync(join(folder, "a.db")));
file.after(() => {
  for (const database of databases) database.close();
});
testSubjectRaces(
  "SQLite, two connections",
  () => {
    const table = `t${runs++ % 4}_${runs}`;
    return databases.map((database) => sqliteStore(database, { table }));
  },
  {},
  40,
);
