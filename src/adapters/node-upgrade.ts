/** `toNodeUpgrade`: an application as the listener of node:http for connections that are to become something else. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { badOption, checkNames } from "../errors.ts";
import { type OnError, printError, report } from "../on-error.ts";
import type { Handler, RequestMap } from "../ring.ts";
import { type RunningConnection, runConnection } from "../websocket/connection.ts";
import { agreedProtocol, asksForWebSocket, handshakeFault, handshakeLines } from "../websocket/handshake.ts";
import type { NodeWebSockets } from "../websocket/peer.ts";
import { answer, answerUpgrade, checkServed, type UpgradingResponse } from "./edge.ts";
import type { NodeOptions } from "./node-listener.ts";
import { proxies } from "./node-proxies.ts";
import { badRequest, hasGone, hasTwoHosts, nodeRequestMap } from "./node-request.ts";
import { sendOnSocket } from "./node-socket-response.ts";
import { isBusy } from "./node-turn.ts";

/** What `toNodeUpgrade` takes beside the application. */
export interface NodeUpgradeOptions extends NodeOptions {
  /** `await webSockets()` of `ringlight/websocket`. */
  readonly websocket: NodeWebSockets;
}

/** A listener for a server's event `upgrade`, and the end of its connections. */
export interface NodeUpgrade {
  (req: IncomingMessage, socket: Duplex, head: Uint8Array): void;
  /**
   * Closes every WebSocket with 1001, those too that open from now on; resolves when all are closed, and the listeners'
   * functions have ended. Has no limit of time: `destroy` has the rest.
   */
  close(): Promise<void>;
  /** Cuts every connection that it was given and that is still there. */
  destroy(): void;
}

/**
 * `server.on("upgrade", toNodeUpgrade(app, { websocket: await webSockets() }))`, beside `createServer(toNode(app))`;
 * `serve` does both. The application sees a request like any other. Answers with a listener it gets a WebSocket, whose
 * 101 carries the response's headers; any other answer is sent as it is, and the connection closed.
 *
 * A handshake that is none is answered 400 or 426, before the application. A request for another protocol is answered
 * as if it had not asked for it (RFC 9110, 7.8), or 400 where it has a body, or two Host headers. `onError` is told what a listener's
 * functions throw, too. Throws `ERR_OPTION` when built with an option that cannot be.
 */
export function toNodeUpgrade(app: Handler, options: NodeUpgradeOptions): NodeUpgrade {
  checkNames(options, ["trustProxy", "onError", "websocket"], "toNodeUpgrade");
  checkServed(app, options.onError);
  checkWebSockets(options.websocket);
  const { websocket, onError = printError } = options;
  const behindProxy = proxies(options.trustProxy ?? []);
  const sockets = new Set<Duplex>();
  const connections = new Set<RunningConnection>();
  let isClosing = false;

  const open = (req: IncomingMessage, socket: Duplex, head: Uint8Array, asked: Asked): void => {
    const { request, response, upgrade } = asked;
    const lines = handshakeLines(response.headers);
    const protocol = agreedProtocol(request.headers, response.headers);
    websocket.accept({ req, socket, head, lines, protocol }, (peer) => {
      const connection = runConnection(peer, upgrade, (error) => report(onError, error, request));
      connections.add(connection);
      connection.done.then(() => connections.delete(connection));
      if (isClosing) connection.goAway();
      return connection;
    });
  };

  const listener = (req: IncomingMessage, socket: Duplex, head: Uint8Array): void => {
    sockets.add(socket);
    const controller = new AbortController();
    const request = nodeRequestMap(req, controller.signal, behindProxy);
    let isAnswered = false;
    socket.once("close", () => {
      sockets.delete(socket);
      if (!isAnswered) controller.abort();
    });
    const stopWatching = watch(socket);
    const answered = async (): Promise<void> => {
      const isRequest = request.body === null && !hasTwoHosts(req);
      const response: UpgradingResponse = isRequest ? await respond(app, request, onError) : badRequest();
      stopWatching();
      const { upgrade } = response;
      if (!upgrade) await sendOnSocket(req, socket, response);
      isAnswered = true;
      if (upgrade) open(req, socket, head, { request, response, upgrade });
    };
    // While an earlier request is being answered, a 101 would fall into the middle of that.
    if (isBusy(req.socket) || hasGone(req)) socket.destroy();
    else
      answered().catch((error: unknown) => {
        socket.destroy();
        report(onError, error, request);
      });
  };
  const close = async (): Promise<void> => {
    isClosing = true;
    for (const connection of connections) connection.goAway();
    while (connections.size > 0) await Promise.all([...connections].map(({ done }) => done));
  };
  const destroy = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return Object.assign(listener, { close, destroy });
}

interface Asked {
  readonly request: RequestMap;
  readonly response: UpgradingResponse;
  readonly upgrade: NonNullable<UpgradingResponse["upgrade"]>;
}

/** Throws `ERR_OPTION` for what cannot complete a handshake. */
export function checkWebSockets(websocket: NodeWebSockets): void {
  if (typeof websocket?.accept !== "function") throw badOption("websocket", "must be `await webSockets()`");
}

async function respond(app: Handler, request: RequestMap, onError: OnError): Promise<UpgradingResponse> {
  if (!asksForWebSocket(request)) return answer(app, request, onError);
  return handshakeFault(request) ?? answerUpgrade(app, request, onError);
}

/**
 * Cuts the connection of a client that goes away while nobody reads from its socket: Node has taken its own listeners
 * off. What comes in the meantime stays in the socket, which holds only so much. Ends with the function that it gives.
 */
function watch(socket: Duplex): () => void {
  const cut = (): void => void socket.destroy();
  socket.on("error", () => {}); // for good: a reset must not end the process
  socket.on("end", cut);
  socket.read(0); // so that it hears of the end
  return () => void socket.off("end", cut);
}
