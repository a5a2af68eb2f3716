/** What a visitor visits: an application in this process, or a server that listens. */
import { toFetch } from "../../adapters/fetch.ts";
import { badOption } from "../../errors.ts";
import type { OnError } from "../../on-error.ts";
import type { Awaitable, Handler } from "../../ring.ts";
import { listening } from "./listening.ts";
import type { Destination, Outgoing } from "./outgoing.ts";

/** What takes a Fetch request: a Hono application, a Worker, `{ fetch: handler }`. */
export interface FetchTarget {
  fetch(request: Request): Awaitable<Response>;
}

/**
 * A ringlight application, as a function; what has `fetch`; or the address of a server that listens,
 * `"http://127.0.0.1:3000"`. A function alone is always a ringlight application: a Fetch handler is `{ fetch: handler }`.
 */
export type VisitorTarget = Handler | FetchTarget | string | URL;

/** `ERR_OPTION` for what cannot be visited. */
export function destinationOf(target: VisitorTarget, onError: OnError | undefined): Destination {
  if (typeof target === "string" || target instanceof URL) return listening(target);
  if (typeof target === "object" && target !== null && typeof target.fetch === "function")
    return { origin: IN_PROCESS, send: async (request) => target.fetch(fetchRequest(request)) };
  if (typeof target !== "function" || "listen" in target) throw badOption("target", REMEDY);
  const handle = toFetch(target, { remoteAddress: () => "127.0.0.1", onError });
  return { origin: IN_PROCESS, send: (request) => handle(fetchRequest(request)) };
}

// On https, so that Secure cookies and the prefixes are as in production.
const IN_PROCESS = "https://localhost";

const REMEDY =
  "must be a ringlight application, { fetch: handler }, or the address of a server that listens, as those of " +
  'Express, Fastify and Koa must: "http://127.0.0.1:3000"';

function fetchRequest({ method, url, headers, body }: Outgoing): Request {
  return new Request(url, { method, headers, body });
}
