import express from "express";
import type {} from "express-session"; // the types of req.session, as long as they are wanted
import { session } from "ringlight/express";

declare module "express-session" {
  interface SessionData {
    user?: string;
  }
}

const app = express();
app.use(session({ timeout: 1800 }));
app.get("/login/:id", (req, res, next) => {
  req.session.regenerate((error) => {
    if (error) return next(error);
    req.session.user = req.params.id;
    req.session.save((error) => (error ? next(error) : res.type("text").send(`User set to: ${req.params.id}`)));
  });
});
app.get("/remove", (req, res) => {
  delete req.session.user;
  res.type("text").send("User removed");
});
app.get("/logout", (req, res, next) => {
  req.session.destroy((error) => (error ? next(error) : res.type("text").send("Session cleared")));
});
app.get("/whoami", (req, res) => {
  res.type("text").send(req.session.user ?? "nobody");
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  console.log(`Listening on http://127.0.0.1:${port}`);
});
process.once("SIGTERM", () => server.close());
