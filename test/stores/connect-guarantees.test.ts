/** The nine guarantees of `wrapSession` over a store of express-session, in one process. */
import session from "express-session";
import { connectStore } from "../../src/stores/connect.ts";
import { guaranteesOver } from "../support/store-under-test.ts";

await guaranteesOver(() => connectStore(new session.MemoryStore(), { processes: "one" }));
