import { DatabaseSync } from "node:sqlite";
import { newKey } from "../../src/crypto/keys.ts";
import { cookieStore } from "../../src/stores/cookie.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { testAnyJson } from "../support/any-json.ts";
import { redisModes } from "../support/redis-modes.ts";
import { noRedis } from "../support/redis-server.ts";

testAnyJson("cookie", () => cookieStore({ keys: newKey(), maxSize: 8000 }), {}, { maxOctets: 8000 });
testAnyJson("memory", memoryStore);
testAnyJson("SQLite", () => sqliteStore(new DatabaseSync(":memory:")));
for (const [mode, open] of Object.entries(redisModes(["single", "Cluster"])))
  testAnyJson(`Redis ${mode}`, () => open(), { skip: noRedis });
