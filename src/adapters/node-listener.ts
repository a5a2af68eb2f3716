/** `toNode`: an application as a listener of node:http and node:https. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { checkNames } from "../errors.ts";
import type { Handler } from "../ring.ts";
import { answer, checkServed, type OnError, printError, report } from "./edge.ts";
import { proxies } from "./node-proxies.ts";
import { nodeRequestMap } from "./node-request.ts";
import { sendNode } from "./node-response.ts";

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
 * response was sent. Throws `ERR_OPTION` when built with a `trustProxy` that cannot be read.
 */
export function toNode(app: Handler, options: NodeOptions = {}): (req: IncomingMessage, res: ServerResponse) => void {
  checkNames(options, ["trustProxy", "onError"], "toNode");
  checkServed(app, options.onError);
  const onError = options.onError ?? printError;
  const behindProxy = proxies(options.trustProxy ?? []);
  return (req, res) => {
    const controller = new AbortController();
    const request = nodeRequestMap(req, controller.signal, behindProxy);
    res.once("close", () => {
      if (!res.writableFinished) controller.abort();
      if (request.body && !request.body.locked) request.body.cancel().catch(() => {});
    });
    answer(app, request, onError)
      .then((response) => sendNode(res, response))
      .catch((error: unknown) => {
        res.destroy();
        report(onError, error, request);
      });
  };
}
