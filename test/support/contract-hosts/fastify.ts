/** Fastify 5 under the adapter contract. */
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import fastify from "fastify";
import { session } from "../../../src/adapters/fastify.ts";
import type { OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { nodeAnswers } from "./on-node.ts";

export const openFastify: OpenAdapter = async ({ options, pages }) => {
  const app = fastify();
  const sessions = session(options);
  await app.register(sessions);
  for (const [path, page] of Object.entries(pages)) {
    app.all(path, async (request, reply) => {
      const raw = nodeAnswers(sessions.of(request), reply.raw);
      return page({
        ...raw,
        answer: (status, headers, body) =>
          reply
            .code(status)
            .headers(headers as Record<string, string | string[]>)
            .send(body ?? undefined),
        redirect: (to) => reply.redirect(to),
        notModified: () => reply.code(304).header("etag", '"a"').send(),
        stream: (chunks) => reply.send(Readable.from(chunks)),
        writeHead(status, headers, body) {
          reply.hijack();
          raw.writeHead(status, headers, body);
          return reply;
        },
        async flushHead(chunks) {
          reply.hijack();
          await raw.flushHead(chunks);
          return reply;
        },
      });
    });
  }
  await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    port: (app.server.address() as AddressInfo).port,
    close() {
      app.server.closeAllConnections();
      return app.close();
    },
  };
};
