/** Express 5 and Connect under the adapter contract. */
import { createServer, type RequestListener } from "node:http";
import connect from "connect";
import express from "express";
import { session } from "../../../src/adapters/express.ts";
import type { OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { nodeAnswers, pathOf, served } from "./on-node.ts";

export const openExpress: OpenAdapter = ({ options, pages }) => {
  const app = express().set("env", "test"); // prints no errors
  const sessions = session(options);
  app.use(sessions);
  for (const [path, page] of Object.entries(pages)) {
    app.all(path, async (req, res) => {
      await page({
        ...nodeAnswers(sessions.of(req), res),
        answer(status, headers, body) {
          res.status(status);
          for (const [name, value] of Object.entries(headers)) res.append(name, value as string | string[]);
          if (body === null) res.end();
          else res.send(body);
        },
        redirect: (to) => res.redirect(to),
        notModified: () => res.status(304).end(),
      });
    });
  }
  return served(createServer(app));
};

export const openConnect: OpenAdapter = ({ options, pages }) => {
  const app = connect();
  const sessions = session(options);
  app.use(sessions);
  app.use((req, res, next) => {
    const failed = { fail: (error: Error) => next(error) };
    run(() => pages[pathOf(req)]!({ ...nodeAnswers(sessions.of(req), res), ...failed })).catch(next);
  });
  return served(createServer(silent(app)));
};

async function run(page: () => unknown): Promise<void> {
  await page();
}

/** Connect prints errors where it is called without a last handler, unless NODE_ENV is test. */
function silent(app: connect.Server): RequestListener {
  return (req, res) => app(req, res, lastOf(req, res));
}

function lastOf(req: Parameters<RequestListener>[0], res: Parameters<RequestListener>[1]) {
  return (error?: { readonly status?: number }) => {
    if (res.headersSent) return void req.socket.destroy();
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    res.statusCode = error ? (error.status ?? 500) : 404;
    res.end();
  };
}
