/** Express and Connect under the adapter contract. */
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import connect from "connect";
import express from "express";
import { session } from "../../../src/adapters/express.ts";
import type { OpenAdapter } from "../../../src/testing/adapter-contract/site.ts";
import { nodeAnswers, pathOf, served } from "./on-node.ts";

export const openExpress: OpenAdapter = ({ options, pages }) => {
  const sessions = session(options);
  const app = express();
  app.set("env", "test"); // it prints no errors then
  app.use(sessions);
  app.all("/*path", (req, res) =>
    pages[req.path]!({
      ...nodeAnswers(sessions.of(req), res),
      answer(status, headers, body) {
        res.status(status).set(headers as Record<string, string | string[]>);
        return body === null ? res.end() : res.send(body);
      },
      redirect: (to) => res.redirect(to),
      notModified: () => res.status(304).set("etag", '"a"').end(),
    }),
  );
  return served(createServer(app));
};

export const openConnect: OpenAdapter = ({ options, pages }) => {
  const sessions = session(options);
  const app = connect();
  app.use(sessions);
  app.use((req, res, next) => {
    Promise.resolve(nodeAnswers(sessions.of(req), res))
      .then((answers) => pages[pathOf(req)]!(answers))
      .catch(next);
  });
  app.use((error: { status?: number }, _req: unknown, res: ServerResponse, _next: unknown) => {
    if (res.headersSent) return void res.destroy();
    res.statusCode = error.status ?? 500;
    res.end("Sorry");
  });
  return served(createServer(app as RequestListener));
};
