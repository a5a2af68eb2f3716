import { Hono } from "hono";
import { type Lent, session } from "ringlight/hono";

interface Visitor {
  user?: string;
}

const app: Hono<{ Variables: Lent<Visitor> }> = new Hono();
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

export default app; // for `bun app.ts`, `deno serve app.ts` and Workers; main.ts is for Node
