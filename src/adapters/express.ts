/** `session` and `toExpress` for Express 5 and Connect. Complete list of `ringlight/express`. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Face, face } from "../faces/face.ts";
import { checkCalled } from "../faces/foreign-options.ts";
import type { Lent } from "../faces/lent.ts";
import type { FaceArguments, FaceCodecArguments, FaceOptions, Lendable, LendableWithCodec } from "../faces/options.ts";
import type { RequestMap } from "../ring.ts";
import type { Json } from "../session/json.ts";
import type { AnyKeptSession } from "../session/kept.ts";
import type { AnySession } from "../session/wrap-session.ts";
import { headRequest, lendOnNode } from "./lend-node.ts";
import { lendUpgrades, type Upgrades } from "./lend-upgrade.ts";
import { proxies } from "./node-proxies.ts";

export type * from "../faces/public.ts";
export type { UpgradeListener, UpgradeOptions, WebSocketLike, WebSocketServerLike } from "./lend-upgrade.ts";
export { type ExpressMount, type ExpressRequest, type ToExpressOptions, toExpress } from "./to-express.ts";

/** What Express needs to be told of nothing, because `app.set("trust proxy", …)` says it. */
export interface ConnectOptions {
  /** As in `serve`; for Connect. Under Express its own setting counts, and this does not. Default: none. */
  readonly trustProxy?: readonly string[] | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever a host's handler takes
type AnyHandler = (req: any, res: any, next: any) => unknown;

/** Of a handler of no given type: what Node itself gives. */
type RequestIn<Handler extends AnyHandler> = 0 extends 1 & Parameters<Handler>[0]
  ? IncomingMessage
  : Parameters<Handler>[0];

/** A middleware of Express and Connect, and ways to what it lends that the compiler knows. */
export interface ExpressSession<Data extends object, Flash = Json> extends Upgrades {
  (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void): void;
  /** What was lent to this request, typed: `sessions.of(req).session.user`. Throws `ERR_OPTION` where nothing was. */
  of(req: object): Lent<Data, Flash>;
  /**
   * A handler whose `req` has what is lent: `app.get("/", handler((req, res) => …))` with
   * `const handler = sessions.handler<RequestHandler>`, Express's own type, or `RequestHandler<{ id: string }>`.
   */
  handler<Handler extends AnyHandler>(
    handle: (
      req: RequestIn<Handler> & Lent<Data, Flash>,
      res: Parameters<Handler>[1],
      next: Parameters<Handler>[2],
    ) => unknown,
  ): Handler;
}

/** With the option `codec`: the session may hold what JSON would change. */
export function session<Data extends LendableWithCodec<Data> & object = AnyKeptSession, Flash = Json>(
  ...options: FaceCodecArguments<Data, ConnectOptions>
): ExpressSession<Data, Flash>;
/**
 * Lends `req.session`, `req.flash()`, `req.cookies`, `req.setCookie()` and `req.antiForgery()` to the handlers after it:
 * `app.use(session({ store }))`, after what parses bodies where a token of a form is asked for. What they wrote to the session
 * is stored before the response's head is sent, however it is sent; a store that fails then is a 503 in its place. One that fails before
 * goes to `next(error)`.
 */
export function session<Data extends Lendable<Data> & object = AnySession, Flash = Json>(
  ...options: FaceArguments<Data, ConnectOptions>
): ExpressSession<Data, Flash>;
export function session(options: FaceOptions<object> & ConnectOptions = {}): ExpressSession<object> {
  checkCalled(options);
  const { trustProxy = [], ...rest } = options;
  const behindProxy = proxies(trustProxy);
  const lending: Face<object, Json> = face(rest);
  const middleware = (req: HostRequest, res: ServerResponse, next: (error?: unknown) => void): void => {
    lendOnNode(lending, requestOf(req, behindProxy), res, {
      run(lent) {
        lending.lend(req, lent);
        next();
      },
      failed: next,
    });
  };
  return Object.assign(middleware, {
    of: lending.of,
    upgrade: lendUpgrades(lending),
    handler: passed(lending),
  }) as ExpressSession<object>;
}

/** What a handler is without the middleware before it, it is told by name. */
function passed({
  of,
}: Face<object, Json>): (handle: (...given: object[]) => unknown) => (...given: object[]) => unknown {
  return (handle) =>
    (...given) => {
      of(given[0]!);
      return handle(...given);
    };
}

/** Of Connect, which has none of the members that are optional here, or of Express. */
type HostRequest = IncomingMessage & {
  readonly originalUrl?: string;
  readonly protocol?: "http" | "https";
  readonly host?: string;
  readonly ip?: string | undefined;
  readonly body?: unknown;
};

function requestOf(req: HostRequest, behindProxy: ReturnType<typeof proxies>): RequestMap {
  const { protocol, host = "", ip, originalUrl, body } = req;
  const told = protocol === undefined ? behindProxy : { scheme: protocol, host, remoteAddress: ip };
  return headRequest(req, originalUrl, told, body);
}
