/** Bare handlers of Fetch under the adapter contract. */
import { session } from "../../../src/adapters/fetch.ts";
import type { OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { FETCH_LACKS, fetchAnswers, fetchServed } from "./on-fetch.ts";

/** A bare handler has no handler of errors behind it: one that throws has answered nothing, and nothing is stored. */
export const BARE_LACKS: Readonly<Record<"writeHead" | "flushHead" | "fail", string>> = {
  ...FETCH_LACKS,
  fail: "nothing is stored by a bare handler that throws",
};

export const openFetch: OpenAdapter = ({ options, pages }) => {
  const sessions = session(options);
  const handler = sessions.handler(async (request, lent) => {
    const { fail: _, ...answers } = fetchAnswers(lent);
    return (await pages[new URL(request.url).pathname]!(answers)) as Response;
  });
  return fetchServed(handler);
};
