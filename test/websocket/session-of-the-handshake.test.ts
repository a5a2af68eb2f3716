import assert from "node:assert/strict";
import { test } from "node:test";
import { upgradeWebSocket, wrapWebSocket } from "../../src/middleware/websocket.ts";
import { noContent, text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { GET, POST, routes } from "../../src/routing/index.ts";
import { listSessions } from "../../src/session/list-sessions.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { visitor } from "../support/visitor.ts";
import { connectClient, webSocketSite } from "../support/web-socket-site.ts";

interface Visitor {
  readonly user?: string;
  readonly theme?: string;
}

test("a WebSocket has the session of its handshake: a later change is not seen; with recheck: false neither is its end, but both can be looked up", async (t) => {
  const store = memoryStore();
  const { port, url } = await webSocketSite(
    t,
    stack.use(wrapSession<Visitor>({ store })).use(wrapWebSocket({ recheck: false }))(
      routes(
        POST("/login", () => ({ ...noContent(), session: { user: "ann", theme: "light" } })),
        POST("/theme", ({ session }) => ({ ...noContent(), session: { ...session, theme: "dark" } })),
        POST("/logout", () => ({ ...noContent(), session: null })),
        GET("/chat", ({ session, sessionStatus }) => {
          if (session.user === undefined || sessionStatus.state !== "live") return text("Forbidden", 403);
          const { handle } = sessionStatus;
          return upgradeWebSocket({
            async onMessage(socket) {
              const live = await listSessions(store, "ann");
              if (!live.some((each) => each.handle === handle)) return socket.close(4401, "signed out");
              return socket.send(String(session.theme));
            },
          });
        }),
      ),
    ),
  );
  const ann = visitor(url);
  await ann.post("/login");
  const client = await connectClient(t, port, "/chat", { headers: { cookie: ann.cookie() } });
  await ann.post("/theme");
  client.socket.send("?");
  assert.equal(await client.next(), "light");
  await ann.post("/logout");
  client.socket.send("?");
  assert.deepEqual(await client.closed(), { code: 4401, reason: "signed out" });
});
