import { createServer } from "node:http";
import { session } from "ringlight/node";

const sessions = session<{ user?: string }>({ timeout: 1800 });

const server = createServer(
  sessions.listener((req, res) => {
    const [, page, name = ""] = (req.url ?? "").split("/");
    res.setHeader("content-type", "text/plain; charset=utf-8");
    if (page === "login") {
      req.session.user = decodeURIComponent(name);
      res.end(`User set to: ${req.session.user}`);
    } else if (page === "remove") {
      delete req.session.user;
      res.end("User removed");
    } else if (page === "logout") {
      req.session = null;
      res.end("Session cleared");
    } else if (page === "whoami") {
      res.end(req.session.user ?? "nobody");
    } else {
      res.writeHead(404).end("Not Found");
    }
  }),
);
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  console.log(`Listening on http://127.0.0.1:${port}`);
});
process.once("SIGTERM", () => server.close());
