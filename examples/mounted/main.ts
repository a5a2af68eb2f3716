import express from "express";
import hostSession from "express-session";
import { hostStore, stack, text, wrapSession } from "ringlight";
import { toExpress } from "ringlight/express";
import { GET, routes } from "ringlight/routing";

// An application of its own, which keeps nothing: its session is the one of whoever it is mounted in.
const wiki = stack.use(wrapSession<{ user?: string }>({ store: hostStore() }))(
  routes(
    GET("/login/:id", ({ params, session }) => ({
      ...text(`User set to: ${params.id}`),
      session: { ...session, user: params.id },
    })),
    GET("/logout", () => ({ ...text("Session cleared"), session: null })),
    GET("/whoami", ({ session }) => text(session.user ?? "nobody")),
  ),
);

const app = express();
app.use(hostSession({ secret: process.env.SECRET ?? "only for development", resave: false, saveUninitialized: false }));
app.use("/wiki", toExpress(wiki));
app.get("/whoami", (req, res) => {
  res.type("text").send((req.session as { user?: string }).user ?? "nobody");
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  console.log(`Listening on http://127.0.0.1:${port}`);
});
process.once("SIGTERM", () => server.close());
