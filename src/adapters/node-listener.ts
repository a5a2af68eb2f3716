/** `toNode`: an application as a listener of node:http and node:https. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { checkNames } from "../errors.ts";
import { type OnError, printError, report } from "../on-error.ts";
import type { Handler } from "../ring.ts";
import { answer, checkServed } from "./edge.ts";
import { proxies } from "./node-proxies.ts";
import { badRequest, hasGone, hasTwoHosts, nodeRequestMap } from "./node-request.ts";
import { sendNode } from "./node-response.ts";
import { inTurn } from "./node-turn.ts";

/** What `toNode` and `serve` take beside the application. */
export interface NodeOptions {
  /**
   * The proxies in front of this server, by address or network: `["127.0.0.1", "10.0.0.0/8"]`. Only what these write
   * into `X-Forwarded-Proto`, `-Host` and `-For` counts. Default: none. Never a network that visitors
   * are in; a list of all addresses is refused.
   */
  readonly trustProxy?: readonly string[] | undefined;
  /** Is told of errors; default `console.error`. */
  readonly onError?: OnError | undefined;
}

/**
 * `createServer(toNode(app))`. Bodies stream both ways; `request.signal` aborts when the client goes away before the
 * response was sent. Requests of one connection run one after the other, over HTTP/2 side by side; of a client that sends
 * more than 100 behind one that is being answered the connection is cut. Two Host headers are answered 400. Throws `ERR_OPTION` when built with a `trustProxy` that cannot be read.
 */
export function toNode(app: Handler, options: NodeOptions = {}): (req: IncomingMessage, res: ServerResponse) => void {
  checkNames(options, ["trustProxy", "onError"], "toNode");
  checkServed(app, options.onError);
  const onError = options.onError ?? printError;
  const behindProxy = proxies(options.trustProxy ?? []);
  const run = (req: IncomingMessage, res: ServerResponse): void => {
    if (hasGone(req)) return void res.destroy();
    const controller = new AbortController();
    const request = nodeRequestMap(req, controller.signal, behindProxy);
    res.once("close", () => {
      if (!res.writableFinished) controller.abort();
      if (request.body && !request.body.locked) request.body.cancel().catch(() => {});
    });
    answer(hasTwoHosts(req) ? badRequest : app, request, onError)
      .then((response) => sendNode(res, response))
      .catch((error: unknown) => {
        res.destroy();
        report(onError, error, request);
      });
  };
  return (req, res) => inTurn(req, res, () => run(req, res));
}
