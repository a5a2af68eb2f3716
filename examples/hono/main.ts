import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { type Lent, session } from "ringlight/hono";

interface Visitor {
  user?: string;
}

const app = new Hono<{ Variables: Lent<Visitor> }>();
app.use(session<Visitor>({ timeout: 1800 }));
app.get("/login/:id", (c) => {
  c.var.session.user = c.req.param("id");
  return c.text(`User set to: ${c.var.session.user}`);
});
app.get("/remove", (c) => {
  delete c.var.session.user;
  return c.text("User removed");
});
app.get("/logout", async (c) => {
  await c.var.session.destroy();
  return c.text("Session cleared");
});
app.get("/whoami", (c) => c.text(c.var.session.user ?? "nobody"));

// Bun, Deno and Workers take `app` as it is: export default app.
const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: "127.0.0.1" }, ({ port }) =>
  console.log(`Listening on http://127.0.0.1:${port}`),
);
process.once("SIGTERM", () => server.close());
