import assert from "node:assert/strict";
import { test } from "node:test";
import { upgradeWebSocket, type WebSocketConnection, wrapWebSocket } from "../../src/middleware/websocket.ts";
import { html, redirect, text } from "../../src/response.ts";
import { type Handler, stack } from "../../src/ring.ts";
import { GET, POST, routes } from "../../src/routing/index.ts";
import { wrapSession } from "../../src/session/wrap-session.ts";
import { launchChromium, withoutChromium } from "../support/chromium.ts";
import { webSocketSite } from "../support/web-socket-site.ts";

interface Visitor {
  readonly user?: string;
}

const page = `<!doctype html><title>chat</title><ul id="said"></ul><script>
  const socket = new WebSocket(location.href.replace("http", "ws") + "chat", ["chat.v1"]);
  const say = (text) => said.append(Object.assign(document.createElement("li"), { textContent: text }));
  socket.onopen = () => say("open " + socket.protocol);
  socket.onmessage = ({ data }) => say(data);
  socket.onclose = ({ code }) => say("closed " + code);
</script>`;

/** The cross-origin check that a site has outside its session. */
const guard =
  (handler: Handler): Handler =>
  (request) =>
    [undefined, `http://${request.host}`].includes(request.headers.origin) ? handler(request) : text("Forbidden", 403);

test("two visitors of a browser chat, each with the session of their cookie; another site's page cannot", {
  skip: withoutChromium("the chat"),
}, async (t) => {
  const room = new Set<WebSocketConnection>();
  const tellAll = (words: string): void => {
    for (const socket of room) socket.send(words);
  };
  const app = stack.use(wrapSession<Visitor>()).use(wrapWebSocket())(
    routes(
      GET("/", () => html(page)),
      POST("/login/:user", ({ params }) => ({ ...redirect("/"), session: { user: params.user } })),
      GET("/chat", ({ session: { user } }) =>
        user === undefined
          ? text("Forbidden", 403)
          : upgradeWebSocket(
              {
                onOpen(socket) {
                  room.add(socket);
                  tellAll(`${user} is here`);
                },
                onMessage: (_, data) => tellAll(`${user}: ${data}`),
                onClose(socket) {
                  room.delete(socket);
                  tellAll(`${user} has left`);
                },
              },
              { protocol: "chat.v1" },
            ),
      ),
    ),
  );
  const { url, errors, port } = await webSocketSite(t, guard(app));
  const browser = await launchChromium();
  t.after(() => browser.close());
  const visit = async (user?: string, at = url) => {
    const context = await browser.newContext();
    if (user !== undefined) await context.request.post(`${url}/login/${user}`);
    const tab = await context.newPage();
    await tab.goto(`${at}/`);
    const sees = (words: string) => tab.getByText(words, { exact: true }).waitFor();
    return { tab, sees, context };
  };
  const ann = await visit("ann");
  await ann.sees("open chat.v1");
  await ann.sees("ann is here");
  const bob = await visit("bob");
  await ann.sees("bob is here");
  await bob.tab.evaluate("socket.send('hello')");
  await ann.sees("bob: hello");
  await bob.context.close();
  await ann.sees("bob has left");

  const nobody = await visit();
  await nobody.sees("closed 1006");

  const other = await webSocketSite(t, () => html(page.replace("location.href", JSON.stringify(`${url}/`))));
  await ann.tab.goto(`http://127.0.0.1:${other.port}/`); // the same cookies: a port is no site
  await ann.sees("closed 1006");
  assert.notEqual(other.port, port);
  assert.deepEqual(errors, []);
});
