/** Koa under the adapter contract. */
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { session } from "../../../src/adapters/koa.ts";
import type { OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { Koa } from "../koa.ts";
import { nodeAnswers, served } from "./on-node.ts";

export const openKoa: OpenAdapter = ({ options, pages }) => {
  const sessions = session(options);
  const app = new Koa();
  app.silent = true;
  app.use(sessions as never);
  app.use((ctx) => {
    const own = ctx as unknown as { respond: boolean; redirect(to: string): void };
    const raw = nodeAnswers(sessions.of(ctx), ctx.res);
    const byHand =
      <Given extends unknown[]>(answer: (...given: Given) => unknown) =>
      (...given: Given) => {
        own.respond = false; // Koa's word for "I answer by myself"
        ctx.res.statusCode = 200; // in place of Koa's 404
        return answer(...given);
      };
    return pages[ctx.path]!({
      lent: raw.lent,
      answer(status, headers, body) {
        ctx.status = status;
        ctx.body = body;
        for (const [name, value] of Object.entries(headers)) ctx.res.setHeader(name, value);
      },
      redirect: (to) => own.redirect(to),
      stream(chunks) {
        ctx.body = Readable.from(chunks);
      },
      notModified() {
        ctx.status = 304;
        ctx.res.setHeader("etag", '"a"');
      },
      fail: raw.fail,
      writeHead: byHand(raw.writeHead),
      flushHead: byHand(raw.flushHead),
    });
  });
  return served(createServer(app.callback()));
};
