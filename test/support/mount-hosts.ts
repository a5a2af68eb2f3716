/** Real hosts with an application of ours mounted in them, on free ports of 127.0.0.1. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import connect from "connect";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { toExpress } from "../../src/adapters/to-express.ts";
import { toFastify } from "../../src/adapters/to-fastify.ts";
import { toHono } from "../../src/adapters/to-hono.ts";
import { toKoa } from "../../src/adapters/to-koa.ts";
import type { Handler } from "../../src/ring.ts";
import { Koa } from "./koa.ts";

export interface Mounted {
  readonly url: string;
  /** What was told to `onError`. */
  readonly errors: unknown[];
}

export interface MountHost {
  readonly name: string;
  /** Mounts under `/wiki` of a host that sets a cookie, `host=1`, and `Vary: Origin` on each response, and answers 299 itself. */
  readonly mount: (t: TestContext, app: Handler) => Promise<Mounted>;
}

export async function listening(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const told = () => {
  const errors: unknown[] = [];
  return { errors, onError: (error: unknown) => void errors.push(error) };
};

export const EXPRESS: MountHost = {
  name: "Express",
  async mount(t, app) {
    const { errors, onError } = told();
    const host = express();
    host.use((_req, res, next) => {
      res.cookie("host", "1").vary("Origin");
      next();
    });
    host.use("/wiki", toExpress(app, { onError }));
    host.use((_req, res) => void res.status(299).send("the host"));
    return { url: await listening(t, host), errors };
  },
};

export const CONNECT: MountHost = {
  name: "Connect",
  async mount(t, app) {
    const { errors, onError } = told();
    const host = connect();
    host.use((_req, res, next) => {
      res.setHeader("Set-Cookie", "host=1");
      res.setHeader("Vary", "Origin");
      next();
    });
    host.use("/wiki", toExpress(app, { onError }));
    host.use((_req, res) => {
      res.statusCode = 299;
      res.end("the host");
    });
    return { url: await listening(t, host), errors };
  },
};

export const FASTIFY: MountHost = {
  name: "Fastify",
  async mount(t, app) {
    const { errors, onError } = told();
    const host = fastify();
    host.addHook("onRequest", async (_request, reply) => {
      reply.header("set-cookie", "host=1").header("vary", "Origin");
    });
    host.register(toFastify(app, { onError }), { prefix: "/wiki" });
    host.setNotFoundHandler((_request, reply) => void reply.code(299).send("the host"));
    t.after(() => host.close());
    return { url: await host.listen({ port: 0, host: "127.0.0.1" }), errors };
  },
};

export const KOA: MountHost = {
  name: "Koa",
  async mount(t, app) {
    const { errors, onError } = told();
    const host = new Koa();
    host.silent = true;
    host.use(async (ctx, next) => {
      ctx.cookies.set("host", "1");
      ctx.vary("Origin");
      await next();
    });
    host.use(toKoa(app, { prefix: "/wiki", onError }));
    host.use((ctx) => {
      ctx.body = "the host";
      ctx.res.statusCode = 299;
    });
    return { url: await listening(t, host.callback()), errors };
  },
};

export const HONO: MountHost = {
  name: "Hono",
  async mount(t, app) {
    const { errors, onError } = told();
    const host = new Hono();
    host.use(async (c, next) => {
      await next();
      c.header("set-cookie", "host=1", { append: true });
      c.header("vary", "Origin", { append: true });
    });
    const remoteAddress = (c: Parameters<typeof getConnInfo>[0]) => getConnInfo(c).remote.address;
    host.all("/wiki/*", toHono(app, { prefix: "/wiki", onError, remoteAddress }));
    host.all("*", () => new Response("the host", { status: 299 }));
    return { url: await listening(t, getRequestListener(host.fetch)), errors };
  },
};

export const NODE_HOSTS: readonly MountHost[] = [EXPRESS, CONNECT, FASTIFY, KOA];
export const HOSTS: readonly MountHost[] = [...NODE_HOSTS, HONO];
