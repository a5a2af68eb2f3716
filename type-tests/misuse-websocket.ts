/** What must not compile around WebSockets: each marked line, with the marked words; no other line. */
import { serve, toNodeUpgrade } from "../src/adapters/node.ts";
import { upgradeWebSocket, webSockets, type WithWebSocket, wrapWebSocket } from "../src/middleware/websocket.ts";
import { text } from "../src/response.ts";
import { type Bare, type Handler, type Middleware, stack } from "../src/ring.ts";
import { GET, routes } from "../src/routing/index.ts";
import { wrapSession } from "../src/session/wrap-session.ts";

interface User {
  readonly user?: string;
}
const bare = stack.use(wrapSession<User>());
const site = bare.use(wrapWebSocket());

// A WebSocket without wrapWebSocket.
bare(() => upgradeWebSocket({})); //! no middleware takes response.websocket
bare(({ session }) => (session.user ? upgradeWebSocket({}) : text("Forbidden", 403))); //! no middleware takes response.websocket
bare(async ({ session }) => (session.user ? upgradeWebSocket({}) : text("Forbidden", 403))); //! no middleware takes response.websocket
bare(() => ({ ...upgradeWebSocket({}), session: { user: "ann" } })); //! no middleware takes response.websocket
bare(
  routes(
    GET("/chat", () => upgradeWebSocket({})), //! no middleware takes response.websocket
  ),
);
bare((request) => text(String(request.isWebSocketUpgrade))); //! Property 'isWebSocketUpgrade' does not exist
export const chat: Handler = () => upgradeWebSocket({}); // annotated: not checked, refused by the edge

// A middleware that needs it.
const guard: Middleware<WithWebSocket, Bare> = (inner) => (request) => inner(request);
bare.use(guard); //! needs request.isWebSocketUpgrade: first .use(wrapWebSocket())

// Listeners.
site(() => upgradeWebSocket({ onMesage() {} })); //! 'onMesage' does not exist
site(() => upgradeWebSocket({ onMessage: "hello" })); //! Type 'string' is not assignable
site(() => upgradeWebSocket({ onMessage: (socket, data) => socket.send(data.length) })); //! Argument of type 'number' is not assignable
site(() => upgradeWebSocket({ onMessage: (socket, data) => socket.send(data.toUpperCase()) })); //! Property 'toUpperCase' does not exist
site(() => upgradeWebSocket({ onOpen: (socket) => void (socket.isOpen = false) })); //! Cannot assign to 'isOpen'
site(() => ({ ...upgradeWebSocket({}), sesion: null })); //! no middleware takes response.sesion

// Options, and a promise that was not awaited.
wrapWebSocket({ keepAlive: 20 }); //! 'keepAlive' does not exist
serve(() => text("x"), { websocket: webSockets() }); //! Property 'accept' is missing in type 'Promise<NodeWebSockets>'
toNodeUpgrade(() => text("x"), {}); //! Property 'websocket' is missing
