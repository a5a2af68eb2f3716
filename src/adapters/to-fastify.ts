/** `toFastify`: an application mounted in Fastify. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { badOption, checkNames } from "../errors.ts";
import { type OnError, printError, report } from "../on-error.ts";
import { lengthOf } from "../response-shape.ts";
import { type Handler, isMarked, type ResponseMap } from "../ring.ts";
import { HOST_SESSION } from "../session/host-session.ts";
import { checkServed } from "./edge.ts";
import { besideHost, hostAnswer, hostRequest, nodeStream } from "./host-node.ts";
import type { Mountable } from "./host-place.ts";
import { fastifySession } from "./host-sessions.ts";
import { target } from "./node-request.ts";

/** The options of `toFastify`. */
export interface ToFastifyOptions {
  /** Is told of errors; default `console.error`. Fastify's error handlers and logger are not. */
  readonly onError?: OnError | undefined;
}

/** The members of a request of Fastify that are used. */
export interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly originalUrl: string;
  readonly protocol: "http" | "https";
  readonly host: string;
  readonly ip: string;
  readonly session?: unknown;
}

/** The members of a reply of Fastify that are used. */
export interface FastifyReply {
  readonly raw: ServerResponse;
  callNotFound(): unknown;
  code(status: number): unknown;
  getHeader(name: string): number | string | string[] | undefined;
  header(name: string, value: unknown): unknown;
  removeHeader(name: string): unknown;
  send(payload?: unknown): unknown;
}

/** The members of Fastify that are used. */
export interface FastifyInstance {
  readonly prefix: string;
  hasRequestDecorator(name: string): boolean;
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    parser: (request: never, payload: never, done: (error: Error | null, body?: undefined) => void) => void,
  ): unknown;
  all(url: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown;
}

/** A plugin of Fastify. */
export type FastifyMount = (instance: FastifyInstance, options: object, done: (error?: Error) => void) => void;

/**
 * `fastify.register(toFastify(app), { prefix: "/wiki" })`. The application has `context`, `pathInfo` and `fullUri` as under
 * `wrapContext`; its 404 is its answer. Scheme, host and address are `request.protocol`, `host` and `ip`, by Fastify's
 * `trustProxy`. Bodies stream both ways: within the plugin no parser of Fastify's reads them, and `bodyLimit` does not
 * count. Throws `ERR_OPTION` when built with an option that cannot be; with `hostStore()`, `register` fails with it where
 * no @fastify/session was registered before.
 */
export function toFastify(app: Mountable, options: ToFastifyOptions = {}): FastifyMount {
  checkNames(options, ["onError"], "toFastify");
  const { onError = printError } = options;
  const handler = app as Handler;
  checkServed(handler, options.onError, true);
  return (instance, _options, done) => {
    if (isMarked(app, HOST_SESSION) && !instance.hasRequestDecorator("session"))
      return done(badOption("app", NO_SESSION));
    const depth = instance.prefix.replace(/\/$/, "").split("/").length;
    const answered = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const { raw, protocol, host, ip } = request;
      const asked = hostRequest(raw, reply.raw, {
        ...{
          asked: request.originalUrl,
          off: "",
          prefix: target(raw.url ?? "/")
            .uri.split("/")
            .slice(0, depth)
            .join("/"),
        },
        told: () => ({ scheme: protocol, host, remoteAddress: ip }),
        session: fastifySession(request),
        remedy: "no hook before the handler may",
      });
      if (!asked) return reply.callNotFound();
      const response = await hostAnswer(handler, raw, asked, onError);
      const failed = (error: unknown): void => {
        reply.raw.destroy();
        report(onError, error, asked);
      };
      return sendFastify(reply, response, failed);
    };
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    for (const url of ["/", "/*"]) instance.all(url, answered);
    done();
  };
}

function sendFastify(reply: FastifyReply, response: ResponseMap, failed: (error: unknown) => void): unknown {
  const { status, body } = response;
  const headers = besideHost(response, (name) => reply.getHeader(name));
  const length = lengthOf(body);
  reply.code(status);
  reply.raw.strictContentLength = true;
  for (const name of Object.keys(headers)) reply.removeHeader(name); // Fastify adds to Set-Cookie
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
  if (length !== undefined) reply.header("content-length", String(length));
  if (body === null) return reply.send();
  if (body instanceof ReadableStream) return reply.send(nodeStream(body, failed));
  // Of octets without a Content-Type Fastify would make one up; not of a stream.
  const octets = Buffer.from(body as string);
  return reply.send(headers["content-type"] === undefined ? Readable.from([octets]) : octets);
}

const NO_SESSION =
  "this Fastify has no sessions, and hostStore() needs them: first register @fastify/cookie and @fastify/session";
