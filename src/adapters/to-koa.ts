/** `toKoa`: an application mounted in Koa. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { checkContextPath } from "../context/mount.ts";
import { badOption, checkNames } from "../errors.ts";
import type { Told } from "../forwarded/told.ts";
import { type OnError, printError, report } from "../on-error.ts";
import { type Handler, isMarked } from "../ring.ts";
import { HOST_SESSION } from "../session/host-session.ts";
import { checkServed } from "./edge.ts";
import { besideHost, hostAnswer, hostRequest, nodeStream } from "./host-node.ts";
import { type Mountable, takenOff } from "./host-place.ts";
import { koaSession } from "./host-sessions.ts";

/** The options of `toKoa`. */
export interface ToKoaOptions {
  /** The path that the application is under, as of `wrapContext`; anything else goes on to the next middleware. Default: all. */
  readonly prefix?: string | undefined;
  /** Is told of errors; default `console.error`. Koa's event `error` is not. */
  readonly onError?: OnError | undefined;
  /** The Koa application: with `hostStore()` a koa-session that is missing is `ERR_OPTION` at once, not at the first request. */
  readonly koa?: { readonly context: object } | undefined;
}

/** The members of a context of Koa that are used. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  readonly protocol: string;
  readonly host: string;
  readonly ip: string;
  session?: unknown;
  body: unknown;
  remove(name: string): void;
}

/** A middleware of Koa. */
export type KoaMount = (ctx: KoaContext, next: () => Promise<unknown>) => Promise<void>;

/**
 * `koa.use(toKoa(app, { prefix: "/wiki" }))`, or without a prefix inside koa-mount. The application has `context`,
 * `pathInfo` and `fullUri` as under `wrapContext`; its 404 is its answer. Scheme, host and address are `ctx.protocol`,
 * `ctx.host` and `ctx.ip`, by Koa's setting `proxy`. Bodies stream both ways; Koa sends the response when the middleware
 * outside have seen it. Throws `ERR_OPTION` when built with an option that cannot be.
 */
export function toKoa(app: Mountable, options: ToKoaOptions = {}): KoaMount {
  checkNames(options, ["prefix", "onError", "koa"], "toKoa");
  const { prefix = "", onError = printError, koa } = options;
  if (options.prefix !== undefined) checkContextPath(prefix, "prefix", 'toKoa(app, { prefix: "/wiki" })');
  const handler = app as Handler;
  checkServed(handler, options.onError, true);
  if (koa !== undefined && isMarked(app, HOST_SESSION) && !("session" in koa.context))
    throw badOption("koa", NO_SESSION);
  return async (ctx, next) => {
    const { req, res, originalUrl } = ctx;
    const request = hostRequest(req, res, {
      ...{ asked: originalUrl, off: takenOff(originalUrl, req.url ?? "/"), prefix },
      told: () => toldBy(ctx),
      session: koaSession(ctx),
      remedy: "stand before it, koa.use(toKoa(app)) and then koa.use(bodyParser())",
    });
    if (!request) return void (await next());
    const response = await hostAnswer(handler, req, request, onError);
    const { body } = response;
    const failed = (error: unknown): void => {
      res.destroy();
      report(onError, error, request);
    };
    const headers = besideHost(response, (name) => res.getHeader(name));
    ctx.body = body instanceof ReadableStream ? nodeStream(body, failed) : body === null ? null : Buffer.from(body);
    res.statusCode = response.status; // past Koa's list of those that it knows
    res.strictContentLength = true;
    for (const name of ["Content-Type", "Content-Length"]) ctx.remove(name); // which Koa has made up
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  };
}

function toldBy({ protocol, host, ip }: KoaContext): Told {
  return { scheme: protocol === "https" ? "https" : "http", host, remoteAddress: ip };
}

const NO_SESSION =
  "this Koa has no sessions, and hostStore() needs koa-session with a store: first koa.use(session({ store }, koa))";
