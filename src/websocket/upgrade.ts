/** `upgradeWebSocket`: the response that turns the connection into a WebSocket. */

import { badOption, checkNames } from "../errors.ts";
import { TOKEN } from "../http-token.ts";
import type { Plain } from "../response.ts";
import type { WebSocketListener } from "./listener.ts";

/** How the connection is opened. */
export interface UpgradeOptions {
  /**
   * The subprotocol that is spoken here, or several, best first: the first that the client offered is agreed on, and is
   * `socket.protocol`. Where it offered none of them, none is, and a browser that offered any gives up. Default none.
   */
  readonly protocol?: string | readonly string[] | undefined;
}

/** 101 with a listener. A session, cookies and headers may be added, as to any response. */
export interface UpgradeResponse extends Omit<Plain, "websocket"> {
  readonly websocket: WebSocketListener;
}

/**
 * `request.session.user ? upgradeWebSocket({ onMessage(socket, data) { … } }) : text("Forbidden", 403)`. Throws
 * `ERR_OPTION` for a protocol that is no token, or stands there twice (RFC 6455, 4.1).
 */
export function upgradeWebSocket(listener: WebSocketListener, options: UpgradeOptions = {}): UpgradeResponse {
  checkNames(options, ["protocol"], "upgradeWebSocket");
  const { protocol } = options;
  if (protocol !== undefined) checkProtocols([protocol].flat());
  const headers = protocol === undefined ? {} : { "sec-websocket-protocol": protocol };
  return { status: 101, headers, body: null, websocket: listener };
}

function checkProtocols(protocols: readonly unknown[]): void {
  const areTokens = protocols.every((each) => typeof each === "string" && TOKEN.test(each));
  if (protocols.length === 0 || !areTokens || new Set(protocols).size < protocols.length)
    throw badOption("protocol", 'must be a name such as "chat.v2", or a list of different ones');
}
