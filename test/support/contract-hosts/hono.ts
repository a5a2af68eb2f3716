/** Hono 4 under the adapter contract. */
import { Hono } from "hono";
import { session } from "../../../src/adapters/hono.ts";
import type { OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { fetchAnswers, servedOnNode } from "./on-fetch.ts";

export const openHono: OpenAdapter = ({ options, pages }) => {
  const app = new Hono();
  const sessions = session(options);
  app.onError((error, c) => {
    if ("getResponse" in error) return (error as unknown as { getResponse(): Response }).getResponse();
    return c.text("Internal Server Error", 500);
  });
  app.use(sessions);
  for (const [path, page] of Object.entries(pages)) {
    app.all(path, async (c) => {
      const redirect = (to: string) => c.redirect(to);
      return (await page({ ...fetchAnswers(sessions.of(c)), redirect })) as Response;
    });
  }
  return servedOnNode(app.fetch);
};
