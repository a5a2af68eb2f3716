/** Real hosts with their own session libraries, over one kind of backend, and an application of ours mounted under `/app`. */
import type { TestContext } from "node:test";
import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import connect from "connect";
import express from "express";
import session from "express-session";
import fastify from "fastify";
import { toExpress } from "../../src/adapters/to-express.ts";
import { toFastify } from "../../src/adapters/to-fastify.ts";
import { toKoa } from "../../src/adapters/to-koa.ts";
import type { Handler } from "../../src/ring.ts";
import { Koa, koaSession } from "./koa.ts";
import { listening } from "./mount-hosts.ts";

/** What a library's sessions are stored in: JSON texts by id. */
export class Backend {
  readonly sessions: Map<string, string> = new Map();
  /** Awaited before each operation; what it throws is the operation's failure. */
  before: (operation: "get" | "set" | "destroy", text?: string) => unknown = () => {};

  async get(id: string): Promise<object | null> {
    await this.before("get");
    const text = this.sessions.get(id);
    return text === undefined ? null : JSON.parse(text);
  }
  async set(id: string, value: object): Promise<void> {
    const text = JSON.stringify(value); // as it is at this instant
    await this.before("set", text);
    this.sessions.set(id, text);
  }
  async destroy(id: string): Promise<void> {
    await this.before("destroy");
    this.sessions.delete(id);
  }
  /** The one session that there is, without the host's own keys. */
  data(): Record<string, unknown> {
    const { cookie: _, _expire, _maxAge, ...data } = JSON.parse([...this.sessions.values()][0] ?? "{}");
    return data;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a host's session
type HostHandler = (session: any, query: URLSearchParams) => unknown;

export interface HostPages {
  /** Answers `/host/NAME` as JSON; runs before the application on `/app/…` where it is called `before`. */
  readonly [name: string]: HostHandler;
}

export interface SessionSite {
  readonly url: string;
  readonly errors: unknown[];
  readonly backend: Backend;
}

export interface SessionHost {
  readonly name: string;
  readonly site: (t: TestContext, app: Handler, pages?: HostPages, options?: object) => Promise<SessionSite>;
}

export function expressStore(backend: Backend): session.Store {
  type Done = (error?: unknown, found?: never) => void;
  const answered = (promise: Promise<unknown>, done: Done = () => {}) => {
    promise.then(
      (found) => process.nextTick(done, null, found),
      (error) => process.nextTick(done, error),
    );
  };
  return Object.assign(new (session.Store as unknown as new () => session.Store)(), {
    get: (id: string, done: Done) => answered(backend.get(id), done),
    set: (id: string, value: object, done: Done) => answered(backend.set(id, value), done),
    destroy: (id: string, done: Done) => answered(backend.destroy(id), done),
  });
}

const newSite = () => {
  const errors: unknown[] = [];
  return { errors, onError: (error: unknown) => void errors.push(error), backend: new Backend() };
};
const split = (url: string): [string, URLSearchParams] => {
  const { pathname, searchParams } = new URL(url, "http://host");
  return [pathname, searchParams];
};

export const EXPRESS: SessionHost = {
  name: "express-session in Express",
  async site(t, app, pages = {}, options = {}) {
    const { errors, onError, backend } = newSite();
    const host = express();
    host.use(
      session({ secret: "secret", resave: false, saveUninitialized: false, store: expressStore(backend), ...options }),
    );
    host.use("/host", async (req, res) => {
      const [path, query] = split(req.url);
      res.json((await pages[path.slice(1)]!(req.session, query)) ?? null);
    });
    host.use("/app", (req, _res, next) => {
      pages.before?.(req.session, split(req.url)[1]);
      next();
    });
    host.use("/app", toExpress(app, { onError }));
    return { url: await listening(t, host), errors, backend };
  },
};

export const CONNECT: SessionHost = {
  name: "express-session in Connect",
  async site(t, app, pages = {}, options = {}) {
    const { errors, onError, backend } = newSite();
    const host = connect();
    const sessions = session({
      ...{ secret: "secret", resave: false, saveUninitialized: false, store: expressStore(backend), ...options },
    });
    host.use((req, res, next) => sessions(req as never, res as never, next));
    host.use("/host", async (req, res) => {
      const [path, query] = split(req.url!);
      res.end(
        JSON.stringify((await pages[path.slice(1)]!((req as never as { session: object }).session, query)) ?? null),
      );
    });
    host.use("/app", toExpress(app, { onError }));
    return { url: await listening(t, host), errors, backend };
  },
};

export const FASTIFY: SessionHost = {
  name: "@fastify/session",
  async site(t, app, pages = {}, options = {}) {
    const { errors, onError, backend } = newSite();
    const host = fastify();
    const store = expressStore(backend) as never;
    const cookie = { secure: false };
    await host.register(fastifyCookie);
    await host.register(fastifySession, {
      ...{ secret: "a secret of thirty-two characters", store, cookie, saveUninitialized: false, rolling: false },
      ...options,
    });
    host.get("/host/*", async (request) => {
      const [path, query] = split(request.url);
      return JSON.stringify((await pages[path.slice("/host/".length)]!(request.session, query)) ?? null);
    });
    host.register(toFastify(app, { onError }), { prefix: "/app" });
    t.after(() => host.close());
    return { url: await host.listen({ port: 0, host: "127.0.0.1" }), errors, backend };
  },
};

export const KOA: SessionHost = {
  name: "koa-session",
  async site(t, app, pages = {}, options = {}) {
    const { errors, onError, backend } = newSite();
    const host = new Koa();
    host.silent = true;
    host.keys = ["secret"];
    const store = {
      get: (id: string) => backend.get(id),
      set: (id: string, value: object) => backend.set(id, value),
      destroy: (id: string) => backend.destroy(id),
    };
    host.use(koaSession({ store, ...options }, host));
    host.use(async (ctx, next) => {
      const [path, query] = split(ctx.req.url!);
      if (!path.startsWith("/host/")) await next();
      else ctx.body = JSON.stringify((await pages[path.slice("/host/".length)]!(ctx.session, query)) ?? null);
    });
    host.use(toKoa(app, { prefix: "/app", onError, koa: host }));
    return { url: await listening(t, host.callback()), errors, backend };
  },
};

export const SESSION_HOSTS: readonly SessionHost[] = [EXPRESS, CONNECT, FASTIFY, KOA];
