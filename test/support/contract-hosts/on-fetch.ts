/** What hosts of Fetch have in common under the adapter contract, and a listener of Node for them. */
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { AdapterAnswers, AdapterHeaders, AdapterServed } from "../../../src/testing/adapter-contract/site.ts";
import { served } from "./on-node.ts";

/** A Response is handed on whole: there is no head to write or to flush ahead of it. */
export const LACKS = {
  writeHead: "a Response has its head and its body at once",
  flushHead: "a Response has its head and its body at once",
} as const;

export function fetchAnswers(lent: AdapterAnswers["lent"]): AdapterAnswers {
  return {
    lent,
    answer: (status, headers, body) => new Response(body, { status, headers: headersOf(headers) }),
    redirect: (to) => new Response(null, { status: 302, headers: { location: to } }),
    notModified: () => new Response(null, { status: 304, headers: { etag: '"a"' } }),
    stream: (chunks) => new Response(bodyOf(chunks)),
    fail(error) {
      throw error;
    },
  };
}

function bodyOf(chunks: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const reading = chunks[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reading.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await reading.return?.();
    },
  });
}

export function headersOf(headers: AdapterHeaders): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) for (const each of [value].flat()) all.append(name, each);
  return all;
}

export function servedOnNode(fetch: (request: Request, ...rest: never[]) => unknown): Promise<AdapterServed> {
  return served(createServer(getRequestListener(fetch as Parameters<typeof getRequestListener>[0])));
}
