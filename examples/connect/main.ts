import { createServer, type RequestListener } from "node:http";
import connect from "connect";
import { session } from "ringlight/express";

const sessions = session<{ user?: string }>({ timeout: 1800 });

const app = connect();
app.use(sessions);
app.use((_req, res, next) => {
  res.setHeader("content-type", "text/plain; charset=utf-8");
  next();
});
app.use("/login", (req, res) => {
  const { session } = sessions.of(req);
  session.user = decodeURIComponent(req.url?.slice(1) ?? "");
  res.end(`User set to: ${session.user}`);
});
app.use("/remove", (req, res) => {
  delete sessions.of(req).session.user;
  res.end("User removed");
});
app.use("/logout", (req, res) => {
  sessions.of(req).session = null;
  res.end("Session cleared");
});
app.use("/whoami", (req, res) => {
  res.end(sessions.of(req).session.user ?? "nobody");
});

const server = createServer(app as RequestListener).listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  console.log(`Listening on http://127.0.0.1:${port}`);
});
process.once("SIGTERM", () => server.close());
