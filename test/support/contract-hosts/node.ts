/** Bare node:http under the adapter contract. */
import { createServer } from "node:http";
import { session } from "../../../src/adapters/node.ts";
import type { OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { nodeAnswers, pathOf, served } from "./on-node.ts";

export const openNode: OpenAdapter = ({ options, pages }) => {
  const sessions = session(options);
  return served(createServer(sessions.listener((req, res) => pages[pathOf(req)]!(nodeAnswers(sessions.of(req), res)))));
};
