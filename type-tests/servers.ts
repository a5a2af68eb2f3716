// What must compile of the other servers: types per application, and nothing global.

import { createServer } from "node:http";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import * as fetches from "ringlight/fetch";
import * as hono from "ringlight/hono";
import * as node from "ringlight/node";
import { WebSocketServer } from "ws";

interface Visitor {
  user?: string;
  views?: number;
}

const app = new Hono<{ Variables: hono.Lent<Visitor, string> }>();
const middleware = hono.session<Visitor, string>({ scheme: "https" });
app.use("/admin/*", middleware);
app.get("/", async (c) => {
  c.var.session.user = "bob";
  c.get("session").views = 1;
  c.var.session.update((s) => ({ ...s, views: (s.views ?? 0) + 1 }));
  const waiting: string | undefined = c.var.flash();
  c.var.flash("saved");
  await c.var.session.save();
  return c.text(waiting ?? c.var.cookies.theme ?? middleware.of(c).session.user ?? "");
});

app.get("/inline", middleware, (c) => c.text(c.var.session.user ?? ""));

// A chain that says itself what it has: by Hono's own createMiddleware.
const lent = createMiddleware<{ Variables: hono.Lent<Visitor> }>(hono.session<Visitor>());
app.route(
  "/chained",
  new Hono().use(lent).get("/", (c) => c.text(c.var.session.user ?? "")),
);

const sessions = fetches.session<Visitor>();
export const GET: (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response> =
  sessions.handler(async (_request, lent, context: { params: Promise<{ id: string }> }) => {
    lent.session.user = (await context.params).id;
    return Response.json(lent.session);
  });
export const fetch: (request: Request) => Promise<Response> = sessions.handler((_, { session }) =>
  Response.json(session.views ?? 0),
);
// A runtime's own kinds of requests, and what it hands beside them.
interface NextRequest extends Request {
  readonly nextUrl: URL;
}
export const POST: (request: NextRequest) => Promise<Response> = sessions.handler((request: NextRequest) =>
  Response.redirect(request.nextUrl),
);
export const worker: {
  fetch(request: Request, env: { KV: string }, ctx: { waitUntil(p: Promise<unknown>): void }): Promise<Response>;
} = {
  fetch: sessions.handler((_request, { flash }, env: { KV: string }, ctx: { waitUntil(p: Promise<unknown>): void }) => {
    ctx.waitUntil(Promise.resolve());
    return Response.json([env.KV, flash()]);
  }),
};
// Bun answers nothing where it has upgraded.
export const upgrading: (request: Request) => Promise<Response | undefined> = sessions.handler(() => undefined);

const lending = node.session<Visitor>({ trustProxy: ["10.0.0.0/8"] });
const server = createServer(
  lending.listener((req, res) => {
    req.session.views = (req.session.views ?? 0) + 1;
    res.end(String(req.session.views));
  }),
);
server.on(
  "upgrade",
  lending.upgrade(new WebSocketServer({ noServer: true }), { onSessionEnd: (ws) => ws.terminate() }),
);
