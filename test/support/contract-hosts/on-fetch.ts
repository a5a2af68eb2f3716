/** What hosts of Fetch have in common under the adapter contract; they are served by @hono/node-server here. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { serve } from "@hono/node-server";
import type { AdapterAnswers, AdapterHeaders, AdapterServed } from "../../../src/testing/adapter-contract/site.ts";

/** A Response is in hand before its head is sent: there is nothing to write or to flush ahead of it. */
export const FETCH_LACKS = {
  writeHead: "handlers give a whole Response",
  flushHead: "handlers give a whole Response",
} as const;

/** Each answer as a Response. */
export function fetchAnswers(lent: AdapterAnswers["lent"]): AdapterAnswers {
  return {
    lent,
    answer: (status, headers, body) => new Response(body, { status, headers: headersOf(headers) }),
    redirect: (to) => new Response(null, { status: 302, headers: { location: to } }),
    stream: (chunks) => new Response(Readable.toWeb(Readable.from(encoded(chunks))) as ReadableStream<Uint8Array>),
    notModified: () => new Response(null, { status: 304, headers: { etag: '"a"' } }),
    fail(error) {
      throw error;
    },
  };
}

function headersOf(given: AdapterHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) for (const one of [value].flat()) headers.append(name, one);
  return headers;
}

async function* encoded(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield new TextEncoder().encode(chunk);
}

export async function fetchServed(fetch: (request: Request) => Response | Promise<Response>): Promise<AdapterServed> {
  const server = serve({ fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
