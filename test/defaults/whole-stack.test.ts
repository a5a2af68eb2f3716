/** What stands together: wrapDefaults beside the other middleware of a site, over real servers. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocket } from "ws";
import { serve } from "../../src/adapters/node.ts";
import { siteDefaults, wrapDefaults } from "../../src/defaults/index.ts";
import { wrapContext } from "../../src/middleware/context.ts";
import { wrapLint } from "../../src/middleware/dev.ts";
import { wrapFormats } from "../../src/middleware/formats.ts";
import { wrapInternalError } from "../../src/middleware/internal-error.ts";
import { wrapWebjars } from "../../src/middleware/webjars.ts";
import { upgradeWebSocket, webSockets } from "../../src/middleware/websocket.ts";
import { redirect, text } from "../../src/response.ts";
import { stack } from "../../src/ring.ts";
import { GET, POST, routes } from "../../src/routing/index.ts";
import { listen } from "../support/site.ts";
import { visitor } from "../support/visitor.ts";

interface Visitor {
  user?: string;
}

const site = stack
  .use(wrapLint())
  .use(wrapInternalError())
  .use(wrapContext("/wiki"))
  .use(wrapWebjars({ packages: ["bulma"] }))
  .use(wrapDefaults<Visitor, string>(siteDefaults))
  .use(wrapFormats())
  .use(wrapLint())(
  routes(
    POST("/login/:id", ({ session, params }) => ({
      ...redirect("/wiki"),
      session: { ...session, user: params.id },
      flash: "Welcome.",
      cookies: { theme: "dark" },
    })),
    GET("/", ({ session, flash }) => text(`${session.user} ${flash}`)),
    GET("/data", ({ session, context }) => ({ status: 200, headers: {}, body: null, data: { ...session, context } })),
    GET("/chat", ({ session }) =>
      session.user === undefined
        ? text("sign in first", 403)
        : upgradeWebSocket({ onOpen: (socket) => void socket.send(`hello ${session.user}`) }),
    ),
    GET("/broken", () => {
      throw new Error("the inside");
    }),
  ),
);

const own = { "sec-fetch-site": "same-origin" };

test("a lint outside and one inside find nothing to say of what stands between", async (t) => {
  const logged = t.mock.method(console, "error", () => {});
  const { url, errors } = await listen(t, site);
  const bob = visitor(url);
  assert.equal((await bob.post("/wiki/login/bob", own)).status, 303);
  assert.equal((await bob.get("/wiki")).body, "bob Welcome.");
  assert.equal((await bob.get("/wiki")).body, "bob undefined");
  assert.equal((await bob.get("/wiki/data")).body, '{"user":"bob","context":"/wiki"}');
  assert.equal((await bob.get("/wiki/assets/bulma/css/bulma.min.css")).status, 200);
  assert.equal((await bob.get("/elsewhere")).status, 404);
  assert.equal((await bob.post("/wiki/login/eve", { "sec-fetch-site": "cross-site" })).status, 403);
  assert.equal(logged.mock.callCount(), 0);
  const broken = await bob.get("/wiki/broken");
  assert.equal(broken.status, 500);
  assert.doesNotMatch(broken.body, /inside/);
  assert.equal(logged.mock.callCount(), 1);
  assert.equal((await bob.get("/wiki")).body, "bob undefined", "the session is as it was");
  assert.deepEqual(errors, []);
});

test("a WebSocket has the session of its handshake; another site's page, and a stranger, get none", async (t) => {
  const served = await serve(site, { port: 0, signals: [], websocket: await webSockets() });
  t.after(() => served.close());
  const bob = visitor(served.url);
  await bob.post("/wiki/login/bob", own);
  const chat = `${served.url.replace("http", "ws")}/wiki/chat`;
  const open = async (headers: Record<string, string>): Promise<string> => {
    const socket = new WebSocket(chat, { headers });
    t.after(() => socket.terminate());
    return Promise.race([
      once(socket, "message").then(([data]) => String(data)),
      once(socket, "unexpected-response").then(([, response]) => String(response.statusCode)),
    ]);
  };
  const cookie = bob.cookie();
  assert.equal(await open({ cookie, origin: served.url }), "hello bob");
  assert.equal(await open({ cookie, origin: "https://evil.example" }), "403");
  assert.equal(await open({ cookie }), "403", "with a cookie, and no word of where it comes from");
  assert.equal(await open({ origin: served.url }), "403");
});
