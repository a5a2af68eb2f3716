import { redisModes } from "../../support/redis-modes.ts";
import { noRedis } from "../../support/redis-server.ts";
import { testSubjectLimit } from "../../support/subject-limit.ts";

for (const [mode, open] of Object.entries(redisModes())) testSubjectLimit(`Redis ${mode}`, open, { skip: noRedis });
