/** What must compile around WebSockets. */

import {
  type Handshake,
  type NodeWebSockets,
  type Peer,
  type PeerEvents,
  upgradeWebSocket,
  type WebSocketConnection,
  type WebSocketListener,
  type WithWebSocket,
  wrapWebSocket,
} from "../src/middleware/websocket.ts";
import { html, text } from "../src/response.ts";
import { type Bare, type Handler, handler, type Middleware, stack } from "../src/ring.ts";
import { GET, routes } from "../src/routing/index.ts";
import { type WithSession, wrapSession } from "../src/session/wrap-session.ts";

interface User {
  readonly user?: string;
}
const site = stack.use(wrapSession<User>()).use(wrapWebSocket());

// One branch opens, others answer; the session may change with the handshake.
export const app: Handler = site(
  routes(
    GET("/chat", ({ session }) => (session.user ? upgradeWebSocket({}) : text("Forbidden", 403))),
    GET("/page", ({ isWebSocketUpgrade }) => (isWebSocketUpgrade ? upgradeWebSocket({}) : html("<p>chat</p>"))),
    GET("/room/:id", async ({ params, session }) => ({
      ...upgradeWebSocket({ onOpen: (socket) => socket.send(params.id) }, { protocol: ["v2", "v1"] }),
      session: { ...session, user: "ann" },
    })),
    GET("/wire", () => ({ status: 101, headers: {}, body: null, websocket: { onMessage() {} } })),
  ),
);

// On its own, against the layers that it uses.
export const chat: Handler<WithSession<User> & WithWebSocket> = () => upgradeWebSocket({});
export const checked: Handler<WithSession<User> & WithWebSocket> = handler<WithSession<User> & WithWebSocket>()(
  ({ session }) => (session.user ? upgradeWebSocket({}) : { ...text("no", 403), session: null }),
);

// A class, and functions of any result.
class Room implements WebSocketListener {
  readonly sockets: Set<WebSocketConnection> = new Set();
  onOpen(socket: WebSocketConnection): void {
    this.sockets.add(socket);
  }
  async onMessage(socket: WebSocketConnection, data: string | Uint8Array): Promise<boolean> {
    return socket.send(data);
  }
}
site(() => upgradeWebSocket(new Room()));

// A middleware of one's own inside, that looks at what happens on the connection.
const counted: Middleware<WithWebSocket, Bare> = (inner) => async (request) => {
  const response = await inner(request);
  const { websocket } = response;
  return websocket ? { ...response, websocket: { ...websocket, onClose() {} } } : response;
};
site.use(counted);

// What speaks the protocol can be written outside, and what it needs be named.
export const own: NodeWebSockets = {
  accept({ protocol }: Handshake, open: (peer: Peer) => PeerEvents) {
    const peer: Peer = peerOf(protocol);
    open(peer).close(1006, "");
  },
};
declare function peerOf(protocol: string): Peer;
