/** Bare handlers of Fetch under the adapter contract. */
import { session } from "../../../src/adapters/fetch.ts";
import type { OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { fetchAnswers, servedOnNode } from "./on-fetch.ts";

export const openFetch: OpenAdapter = ({ options, pages }) => {
  const sessions = session(options);
  const handler = sessions.handler(
    async (request, lent) => (await pages[new URL(request.url).pathname]!(fetchAnswers(lent))) as Response,
  );
  return servedOnNode((request) => handler(request));
};
