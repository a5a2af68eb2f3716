/** Fastify under the adapter contract. */
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import fastify from "fastify";
import { session } from "../../../src/adapters/fastify.ts";
import type { OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { nodeAnswers } from "./on-node.ts";

export const openFastify: OpenAdapter = async ({ options, pages }) => {
  const sessions = session(options);
  const app = fastify({ forceCloseConnections: true });
  await app.register(sessions);
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.all("/*", (request, reply) => {
    const raw = nodeAnswers(sessions.of(request), reply.raw);
    const byHand =
      <Given extends unknown[]>(answer: (...given: Given) => unknown) =>
      (...given: Given) => {
        reply.hijack(); // Fastify's word for "I answer by myself"
        return answer(...given);
      };
    return pages[request.url.split("?")[0]!]!({
      lent: raw.lent,
      answer(status, headers, body) {
        for (const [name, value] of Object.entries(headers)) reply.header(name, value);
        return reply.code(status).send(body ?? undefined);
      },
      redirect: (to) => reply.redirect(to),
      stream: (chunks) => reply.send(Readable.from(chunks)),
      notModified: () => reply.code(304).header("etag", '"a"').send(),
      fail: raw.fail,
      writeHead: byHand(raw.writeHead),
      flushHead: byHand(raw.flushHead),
    });
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: (app.addresses()[0] as AddressInfo).port, close: () => app.close() };
};
