/** The application as a Worker. */
import { type FetchHandler, toFetch } from "../../src/adapters/fetch.ts";
import { app } from "./app.ts";
import { lentPage } from "./lent.ts";

const fetch = toFetch(app);
const worker: { readonly fetch: FetchHandler } = { fetch: async (request) => lentPage(request) ?? fetch(request) };
export default worker;
