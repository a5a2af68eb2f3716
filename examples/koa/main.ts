import Koa from "koa";
import { type Lent, session } from "ringlight/koa";

interface Visitor {
  user?: string;
}

const app = new Koa<Koa.DefaultState, Lent<Visitor>>();
app.use(session<Visitor>({ timeout: 1800 }));
app.use((ctx) => {
  ctx.type = "text"; // a name is no HTML
  const [, page, name = ""] = ctx.path.split("/");
  if (page === "login") {
    ctx.session.user = decodeURIComponent(name);
    ctx.body = `User set to: ${ctx.session.user}`;
  } else if (page === "remove") {
    delete ctx.session.user;
    ctx.body = "User removed";
  } else if (page === "logout") {
    ctx.session = null;
    ctx.body = "Session cleared";
  } else if (page === "whoami") {
    ctx.body = ctx.session.user ?? "nobody";
  }
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  console.log(`Listening on http://127.0.0.1:${port}`);
});
process.once("SIGTERM", () => server.close());
