/** The application as a Worker. */
import { type FetchHandler, toFetch } from "../../src/adapters/fetch.ts";
import { app } from "./app.ts";

const worker: { readonly fetch: FetchHandler } = { fetch: toFetch(app) };
export default worker;
