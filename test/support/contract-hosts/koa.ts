/** Koa 3 under the adapter contract. */
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { session } from "../../../src/adapters/koa.ts";
import type { AdapterAnswers, OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { Koa } from "../koa.ts";
import { nodeAnswers, served } from "./on-node.ts";

/** What is used of a context beside what the mount uses. */
interface Context {
  status: number;
  body: unknown;
  respond: boolean;
  set(name: string, value: string | readonly string[]): void;
  redirect(to: string): void;
}

export const openKoa: OpenAdapter = ({ options, pages }) => {
  const app = new Koa();
  app.silent = true;
  const sessions = session(options);
  app.use(sessions as unknown as Parameters<typeof app.use>[0]);
  app.use(async (ctx) => {
    const raw = nodeAnswers(sessions.of(ctx), ctx.res);
    await pages[ctx.path]!({ ...raw, ...inKoa(ctx as unknown as Context, raw) });
  });
  return served(createServer(app.callback()));
};

function inKoa(ctx: Context, raw: Required<AdapterAnswers>): Partial<AdapterAnswers> {
  return {
    answer(status, headers, body) {
      ctx.status = status;
      for (const [name, value] of Object.entries(headers)) ctx.set(name, value);
      ctx.body = body;
      if (body !== null) ctx.status = status;
    },
    redirect: (to) => ctx.redirect(to),
    notModified() {
      ctx.status = 304;
      ctx.set("etag", '"a"');
    },
    stream(chunks) {
      ctx.body = Readable.from(chunks);
    },
    writeHead(status, headers, body) {
      ctx.respond = false;
      return raw.writeHead(status, headers, body);
    },
    flushHead(chunks) {
      ctx.respond = false;
      ctx.status = 200; // Koa begins with 404
      return raw.flushHead(chunks);
    },
  };
}
