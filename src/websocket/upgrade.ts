/** `upgradeWebSocket`: the response that turns the connection into a WebSocket. */
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

/** `request.session.user ? upgradeWebSocket({ onMessage(socket, data) { … } }) : text("Forbidden", 403)`. */
export function upgradeWebSocket(listener: WebSocketListener, { protocol }: UpgradeOptions = {}): UpgradeResponse {
  const headers = protocol === undefined ? {} : { "sec-websocket-protocol": protocol };
  return { status: 101, headers, body: null, websocket: listener };
}
