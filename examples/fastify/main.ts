import fastify from "fastify";
import { session } from "ringlight/fastify";

const sessions = session<{ user?: string }>({ timeout: 1800 });

const app = fastify();
app.register(sessions);
app.get<{ Params: { id: string } }>("/login/:id", async (request) => {
  sessions.of(request).session.user = request.params.id;
  return `User set to: ${request.params.id}`;
});
app.get("/remove", async (request) => {
  delete sessions.of(request).session.user;
  return "User removed";
});
app.get("/logout", async (request) => {
  sessions.of(request).session = null;
  return "Session cleared";
});
app.get("/whoami", async (request) => sessions.of(request).session.user ?? "nobody");

console.log(`Listening on ${await app.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" })}`);
process.once("SIGTERM", () => app.close());
