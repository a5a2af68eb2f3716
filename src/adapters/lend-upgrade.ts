/** WebSockets of a server in the habit of the package `ws`, with the session of the request that opened them. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { badOption, checkNames } from "../errors.ts";
import type { Face, Head } from "../faces/face.ts";
import type { LentToHost } from "../faces/lent.ts";
import { plainAnswer } from "../failure/plain-answer.ts";
import { statusOf } from "../failure/status-of.ts";
import { report } from "../on-error.ts";
import type { RequestMap, ResponseMap } from "../ring.ts";
import { recheckOf } from "../session/watch/recheck.ts";
import { handshakeFault } from "../websocket/handshake.ts";
import { SESSION_ENDED } from "../websocket/listener.ts";
import { headRequest } from "./lend-node.ts";
import { mayUpgrade } from "./may-upgrade.ts";
import { proxies } from "./node-proxies.ts";
import { badRequest, hasTwoHosts } from "./node-request.ts";
import { sendOnSocket } from "./node-socket-response.ts";
import { isBusy } from "./node-turn.ts";

/** A WebSocket of `ws`, as far as it is used. */
export interface WebSocketLike {
  close(code: number, reason: string): void;
  on(event: "close", listener: () => void): unknown;
}

/** `new WebSocketServer({ noServer: true })` of `ws`, as far as it is used. */
export interface WebSocketServerLike<Socket extends WebSocketLike> {
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer, opened: (socket: Socket) => void): void;
  emit(event: "connection", socket: Socket, req: IncomingMessage): unknown;
  on(event: "headers", listener: (lines: string[], req: IncomingMessage) => void): unknown;
}

/** The options of `sessions.upgrade`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface UpgradeOptions<Socket> {
  /** Seconds between looks at the session, 1 to 3600; `false` never looks. Default 30. See `wrapWebSocket`. */
  readonly recheck?: number | false | undefined;
  /**
   * Is told, once, that the session of a connection has ended. Default: it is closed with 4401. What it throws, or rejects
   * with, goes to the `onError` of `session(…)`.
   */
  readonly onSessionEnd?: ((socket: Socket, reason: string, req: IncomingMessage) => unknown) | undefined;
  /** As in `serve`: an upgrade comes past the host and its settings for proxies. Default: none. */
  readonly trustProxy?: readonly string[] | undefined;
}

/** For `server.on("upgrade", …)`. */
export type UpgradeListener = (req: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** What every Node host's `session(…)` has for WebSockets. */
export interface Upgrades {
  /**
   * `server.on("upgrade", sessions.upgrade(new WebSocketServer({ noServer: true })))`. The server's event `connection` comes
   * as without it, and `req` has what is lent, to read: `sessions.of(req).session.user`. A handshake that anti-forgery
   * refuses is answered 403, one whose session cannot be opened 503. Cookies that the session needs are on the 101.
   */
  upgrade<Socket extends WebSocketLike>(
    server: WebSocketServerLike<Socket>,
    options?: UpgradeOptions<Socket>,
  ): UpgradeListener;
}

export function lendUpgrades(lending: Face<object, unknown>): Upgrades["upgrade"] {
  return (server, options = {}) => {
    checkNames(options, ["recheck", "onSessionEnd", "trustProxy"], "upgrade");
    const { onSessionEnd = (socket) => socket.close(SESSION_ENDED, "session ended"), trustProxy = [] } = options;
    if (typeof onSessionEnd !== "function") throw badOption("onSessionEnd", "must be a function");
    const recheck = recheckOf(options.recheck);
    const behindProxy = proxies(trustProxy);
    const lines = new WeakMap<IncomingMessage, readonly string[]>();
    server.on("headers", (sent, req) => sent.push(...(lines.get(req) ?? []).map((line) => `Set-Cookie: ${line}`)));

    return (req, socket, head) => {
      // As toNodeUpgrade: an answer to an earlier request may still be under way on this connection.
      if (isBusy(req.socket)) return void socket.destroy();
      const request = headRequest(req, req.url, behindProxy, undefined);
      socket.on("error", () => {}); // a reset must not end the process
      // Before a session is opened, or taken over: to what is no handshake, and to HTTP/1.0, where Upgrade says nothing.
      const fault = !mayUpgrade(req) || hasTwoHosts(req) ? badRequest() : handshakeFault(request);
      if (fault) return void sendOnSocket(req, socket, fault).catch(() => socket.destroy());
      opened(lending, req, request)
        .then((answer) => {
          if (!answer.upgrade) return sendOnSocket(req, socket, answer);
          lines.set(req, [answer.headers["set-cookie"] ?? []].flat());
          return server.handleUpgrade(req, socket, head, (webSocket) => {
            const ended = async (reason: string): Promise<void> => {
              try {
                await onSessionEnd(webSocket, reason, req);
              } catch (error) {
                report(lending.onError, error, request);
              }
            };
            const stop = recheck > 0 ? answer.upgrade?.watch?.(recheck, ended) : undefined;
            if (stop) webSocket.on("close", stop);
            queueMicrotask(() => server.emit("connection", webSocket, req)); // what is thrown there is not this listener's
          });
        })
        .catch((error: unknown) => {
          report(lending.onError, error, request);
          sendOnSocket(req, socket, plainAnswer(statusOf(error))).catch(() => socket.destroy());
        });
    };
  };
}

function opened(lending: Face<object, unknown>, req: IncomingMessage, request: RequestMap): Promise<Head> {
  return lending.serve(request, async (lent: LentToHost) => {
    lending.lend(req, lent);
    return { status: 101, headers: {}, body: null, upgrade: {} } satisfies Head & ResponseMap;
  });
}
