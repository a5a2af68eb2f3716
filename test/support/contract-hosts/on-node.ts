/** What hosts on node:http have in common under the adapter contract. */
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { AdapterAnswers, AdapterServed } from "../../../src/testing/adapter-contract/site.ts";

/** Each answer by the response of node:http alone. */
export function nodeAnswers(lent: AdapterAnswers["lent"], res: ServerResponse): Required<AdapterAnswers> {
  const end = (status: number, headers: Readonly<Record<string, string | readonly string[]>>, body: string | null) => {
    res.statusCode = status;
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    res.end(body ?? undefined);
  };
  const send = (chunks: AsyncIterable<string>) =>
    pipeline(Readable.from(chunks), res).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error; // the client went away
    });
  return {
    lent,
    answer: end,
    redirect: (to) => end(302, { location: to }, null),
    stream: send,
    notModified: () => end(304, { etag: '"a"' }, null),
    fail(error) {
      throw error;
    },
    writeHead: (status, headers, body) =>
      void res.writeHead(status, { ...headers } as Record<string, string>).end(body),
    flushHead(chunks) {
      res.flushHeaders();
      return send(chunks);
    },
  };
}

export async function served(server: Server): Promise<AdapterServed> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export const pathOf = ({ url = "/" }: IncomingMessage): string => url.split("?")[0]!;
