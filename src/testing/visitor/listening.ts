/** Requests to a server that listens, by node:http: unlike `fetch` it sends every header as it is told to. */
import type { IncomingMessage } from "node:http";
import { badOption } from "../../errors.ts";
import type { Destination, Outgoing } from "./outgoing.ts";
import { parseUrl } from "./parse-url.ts";

/** The server at an address. `ERR_OPTION` for one that has a path, or is not http. */
export function listening(address: string | URL): Destination {
  const base = parseUrl(address);
  if (base === undefined || !/^https?:$/.test(base.protocol) || base.href !== `${base.origin}/`)
    throw badOption("target", 'must be the address of a server, without a path: "http://127.0.0.1:3000"');
  return { origin: base.origin, send: (outgoing) => send(base, outgoing) };
}

// A connection for each request, so that none is left open when the test's server is to close.
async function send(base: URL, { method, url, headers, body }: Outgoing): Promise<Response> {
  const { request } = await (base.protocol === "https:" ? import("node:https") : import("node:http"));
  const { hostname, port } = base;
  const path = `${url.pathname}${url.search}`;
  const host = hostname.replace(/^\[(.*)\]$/, "$1"); // node:http takes an IPv6 address without brackets
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname: host, port, method, path, headers, agent: false }, (incoming) => {
      received(incoming).then(resolve, reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body ?? undefined);
  });
}

const BODILESS: readonly unknown[] = [204, 205, 304];

async function received(incoming: IncomingMessage): Promise<Response> {
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2)
    headers.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!);
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  const { statusCode: status = 0 } = incoming;
  return new Response(BODILESS.includes(status) ? null : Buffer.concat(chunks), { status, headers });
}
