/** Hono under the adapter contract. */
import { Hono } from "hono";
import { session } from "../../../src/adapters/hono.ts";
import type { OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { fetchAnswers, fetchServed } from "./on-fetch.ts";

export const openHono: OpenAdapter = ({ options, pages }) => {
  const sessions = session(options);
  const app = new Hono();
  app.use(sessions);
  app.onError((error, c) => ("getResponse" in error ? error.getResponse() : c.text("Sorry", 500)));
  app.all("/*", async (c) => (await pages[c.req.path]!(fetchAnswers(sessions.of(c)))) as Response);
  return fetchServed((request) => app.fetch(request));
};
