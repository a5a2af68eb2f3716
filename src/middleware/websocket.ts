/** `wrapWebSocket`: handlers that answer with a WebSocket. Complete list of `ringlight/websocket`. */
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { checkOnRefused, type OnRefused, refuse } from "../refusal.ts";
import { inPlaceOf, withHeaders, without } from "../response-header.ts";
import { type Bare, isResponseMap, type Layer, type Middleware, once, type ResponseMap } from "../ring.ts";
import { recheckOf } from "../session/watch/recheck.ts";
import { asksForWebSocket, UPGRADE_HEADERS } from "../websocket/handshake.ts";
import { checkListener, type WebSocketListener, type WebSocketUpgrade } from "../websocket/listener.ts";

export type { WebSocketConnection, WebSocketListener } from "../websocket/listener.ts";
export type { Handshake, NodeWebSockets, Peer, PeerEvents } from "../websocket/peer.ts";
export { type UpgradeOptions, type UpgradeResponse, upgradeWebSocket } from "../websocket/upgrade.ts";
export { type WebSocketLimits, webSockets } from "../websocket/ws.ts";

/** The options of `wrapWebSocket`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface WebSocketOptions {
  /**
   * Seconds between pings, 1 to 3600. Of a peer that has sent nothing from one ping to the next the connection is cut.
   * Default 20, which `true` says too; `false` pings never: a peer that vanished is then noticed when something is sent.
   */
  readonly keepalive?: number | boolean | undefined;
  /**
   * Seconds between looks at the session that the handshake came with, 1 to 3600: so late at most is noticed that another
   * process ended it, or that it expired. What this process ends, through the same store object, is noticed at once.
   * Default 30; `false` never looks, and a connection stays open whatever happens to its session. Inside `wrapSession`.
   */
  readonly recheck?: number | false | undefined;
  /** Is told of a listener answered to a request that is no upgrade (`ERR_UPGRADE_REQUIRED`, 426), and may answer it. */
  readonly onRefused?: OnRefused | undefined;
}

/** What `wrapWebSocket` adds to the request and takes off the response. */
export interface WithWebSocket extends Layer {
  readonly request: {
    /** Whether this request can be answered with `upgradeWebSocket(…)`. */
    readonly isWebSocketUpgrade: boolean;
  };
  readonly response: {
    /** Goes with status 101 and no body: `upgradeWebSocket(listener)` makes all three. */
    readonly websocket?: WebSocketListener | undefined;
  };
}

/**
 * Lets a handler answer an upgrade request with `upgradeWebSocket(listener)`. Everything outside it sees a request and a
 * response like any other, so the session is there, cookies are set on the 101, and whoever refuses is heard.
 *
 * A listener for any other request is answered 426. Needs a server that upgrades: `serve(app, { websocket: await
 * webSockets() })`; on others the answer is 501. Works without the package `ws`, which `webSockets` alone loads. Throws
 * `ERR_STACK_TWICE` around another `wrapWebSocket`; while answering, what is no listener is `ERR_RESPONSE_SHAPE`.
 */
export function wrapWebSocket(options: WebSocketOptions = {}): Middleware<Bare, WithWebSocket> {
  checkNames(options, ["keepalive", "recheck", "onRefused"], "wrapWebSocket");
  const keepalive = secondsOf(options.keepalive);
  const recheck = recheckOf(options.recheck);
  checkOnRefused(options.onRefused);
  return once<Bare, WithWebSocket>("wrapWebSocket", (handler) => async (request) => {
    const isWebSocketUpgrade = asksForWebSocket(request);
    const response = await handler({ ...request, isWebSocketUpgrade } as Parameters<typeof handler>[0]);
    if (!isResponseMap(response)) return response;
    const { websocket, ...rest } = response as ResponseMap & WithWebSocket["response"];
    if (websocket === undefined) return rest;
    checkListener(websocket);
    const upgrade: WebSocketUpgrade = { listener: websocket, keepalive, recheck };
    if (isWebSocketUpgrade) return { ...rest, upgrade };
    const answer = await refuse(upgradeRequired(), request, options.onRefused);
    const headers = answer.status === 426 ? withHeaders(answer.headers, UPGRADE_HEADERS) : answer.headers;
    return { ...rest, ...answer, headers: inPlaceOf(without(rest.headers, ["sec-websocket-protocol"]), headers) };
  });
}

function upgradeRequired(): RinglightError {
  const remedy = "there is a WebSocket here, and nothing else: open it with new WebSocket(…)";
  return new RinglightError("ERR_UPGRADE_REQUIRED", remedy, { status: 426 });
}

function secondsOf(keepalive: number | boolean = true): number {
  if (keepalive === true) return 20;
  if (keepalive === false) return 0;
  if (typeof keepalive === "number" && keepalive >= 1 && keepalive <= 3600) return keepalive;
  throw badOption("keepalive", "must be 1 to 3600 seconds, or false");
}
