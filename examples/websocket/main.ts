import express from "express";
import { session } from "ringlight/express";
import { WebSocketServer } from "ws";

const sessions = session<{ user?: string }>({ timeout: 1800 });

const app = express();
app.use(sessions);
app.get("/login/:id", (req, res) => {
  sessions.of(req).session.user = req.params.id;
  res.type("text").send(`User set to: ${req.params.id}`);
});
app.get("/logout", (req, res) => {
  sessions.of(req).session = null; // closes the WebSockets of this session
  res.type("text").send("Session cleared");
});

const sockets = new WebSocketServer({ noServer: true });
sockets.on("connection", (socket, req) => {
  socket.send(sessions.of(req).session.user ?? "nobody");
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  console.log(`Listening on http://127.0.0.1:${port}`);
});
server.on("upgrade", sessions.upgrade(sockets));
process.once("SIGTERM", () => {
  server.close();
  for (const socket of sockets.clients) socket.close(1001);
});
