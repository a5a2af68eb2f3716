import { serve } from "@hono/node-server";
import { session } from "ringlight/fetch";

const sessions = session<{ user?: string }>({ timeout: 1800 });

// Bun.serve({ fetch: handler }), Deno.serve(handler), export default { fetch: handler }, export const GET = handler
const handler = sessions.handler((request, lent) => {
  const [, page, name = ""] = new URL(request.url).pathname.split("/");
  switch (page) {
    case "login":
      lent.session.user = decodeURIComponent(name);
      return new Response(`User set to: ${lent.session.user}`);
    case "remove":
      delete lent.session.user;
      return new Response("User removed");
    case "logout":
      lent.session = null;
      return new Response("Session cleared");
    case "whoami":
      return new Response(lent.session.user ?? "nobody");
    default:
      return new Response("Not Found", { status: 404 });
  }
});

const server = serve({ fetch: handler, port: Number(process.env.PORT ?? 3000), hostname: "127.0.0.1" }, ({ port }) =>
  console.log(`Listening on http://127.0.0.1:${port}`),
);
process.once("SIGTERM", () => server.close());
