/** `session` for bare node:http: what hosts lend to their handlers, for `(req, res)` listeners. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Face, face } from "../faces/face.ts";
import type { Lent } from "../faces/lent.ts";
import type { FaceArguments, FaceCodecArguments, FaceOptions, Lendable, LendableWithCodec } from "../faces/options.ts";
import { plainAnswer } from "../failure/plain-answer.ts";
import { statusOf } from "../failure/status-of.ts";
import { report } from "../on-error.ts";
import type { Json } from "../session/json.ts";
import type { AnyKeptSession } from "../session/kept.ts";
import type { AnySession } from "../session/wrap-session.ts";
import { headRequest, lendOnNode } from "./lend-node.ts";
import { lendUpgrades, type Upgrades } from "./lend-upgrade.ts";
import { proxies } from "./node-proxies.ts";
import { badRequest, hasTwoHosts } from "./node-request.ts";
import { sendNode } from "./node-response.ts";

/** What node:http has no setting for. */
export interface NodeSessionOptions {
  /** As in `serve`: the proxies whose `X-Forwarded-*` count, by address or network. Default: none. */
  readonly trustProxy?: readonly string[] | undefined;
}

/** What lends to listeners, and a way to what it lends that the compiler knows. */
export interface NodeSession<Data extends object, Flash = Json> extends Upgrades {
  /**
   * `createServer(sessions.listener((req, res) => …))`. What the listener wrote to the session is stored before the
   * response's head is sent, however it is sent. One that throws or rejects is answered with the error's status (500) and
   * told to `onError`; amid a body the connection is cut. A session that cannot be opened or stored is
   * a 503, and two Host headers are a 400 (RFC 9112, 3.2).
   */
  listener(
    listen: (req: IncomingMessage & Lent<Data, Flash>, res: ServerResponse) => unknown,
  ): (req: IncomingMessage, res: ServerResponse) => void;
  /** What was lent to this request: `sessions.of(req).session.user`. Throws `ERR_OPTION` where nothing was. */
  of(req: object): Lent<Data, Flash>;
}

/** With the option `codec`: the session may hold what JSON would change. */
export function session<Data extends LendableWithCodec<Data> & object = AnyKeptSession, Flash = Json>(
  ...options: FaceCodecArguments<Data, NodeSessionOptions>
): NodeSession<Data, Flash>;
/**
 * Lends `req.session`, `req.flash()`, `req.cookies`, `req.setCookie()` and `req.antiForgery()` to listeners of node:http and
 * node:https, and of node:http2 by its compatibility API.
 */
export function session<Data extends Lendable<Data> & object = AnySession, Flash = Json>(
  ...options: FaceArguments<Data, NodeSessionOptions>
): NodeSession<Data, Flash>;
export function session(options: FaceOptions<object> & NodeSessionOptions = {}): NodeSession<object> {
  const { trustProxy = [], ...rest } = options;
  const behindProxy = proxies(trustProxy);
  const lending: Face<object, Json> = face(rest);
  return {
    of: lending.of,
    upgrade: lendUpgrades(lending),
    listener: (listen) => (req, res) => {
      if (hasTwoHosts(req)) return void sendNode(res, badRequest());
      const request = headRequest(req, req.url, behindProxy, (req as { readonly body?: unknown }).body);
      const failed = (error: unknown): void => {
        report(lending.onError, error, request);
        answerFailure(res, error);
      };
      lendOnNode(lending, request, res, {
        run(lent) {
          lending.lend(req, lent);
          run(() => listen(req as typeof req & Lent<object>, res)).catch(failed);
        },
        failed,
      });
    },
  };
}

async function run(listen: () => unknown): Promise<void> {
  await listen();
}

/** Through the response as any answer, so that what was written to the session is stored before it. */
function answerFailure(res: ServerResponse, error: unknown): void {
  if (res.writableEnded) return; // it is answered
  if (res.headersSent) return void res.destroy();
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  const { status, headers, body } = plainAnswer(statusOf(error));
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.statusCode = status;
  res.end(res.req.method === "HEAD" ? undefined : (body as string));
}
