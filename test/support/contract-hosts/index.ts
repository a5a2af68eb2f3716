/** Every host with a face, as the adapter contract opens it, and what it lacks. */
import type { AboutAdapter, OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { openConnect, openExpress } from "./express.ts";
import { openFastify } from "./fastify.ts";
import { BARE_LACKS, openFetch } from "./fetch.ts";
import { openHono } from "./hono.ts";
import { openKoa } from "./koa.ts";
import { openNode } from "./node.ts";
import { FETCH_LACKS } from "./on-fetch.ts";

export interface ContractHost extends Pick<AboutAdapter, "lacks"> {
  readonly name: string;
  readonly open: OpenAdapter;
}

export const CONTRACT_HOSTS: readonly ContractHost[] = [
  { name: "node:http", open: openNode },
  { name: "Express", open: openExpress },
  { name: "Connect", open: openConnect },
  { name: "Fastify", open: openFastify },
  { name: "Koa", open: openKoa },
  { name: "Hono", open: openHono, lacks: FETCH_LACKS },
  { name: "Fetch", open: openFetch, lacks: BARE_LACKS },
];
