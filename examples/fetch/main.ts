import { session } from "ringlight/fetch";

const sessions = session<{ user?: string }>({ timeout: 1800 });

const fetch = sessions.handler((request, lent) => {
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

// One of the three is enough. Where the platform serves, as on Workers: export default { fetch }.
declare const Bun: { serve(options: object): { port: number; stop(): Promise<void> } } | undefined;
declare const Deno: { serve(options: object, handler: typeof fetch): { shutdown(): Promise<void> } } | undefined;

const address = { port: Number(process.env.PORT ?? 3000), hostname: "127.0.0.1" };
const listening = ({ port }: { port: number }) => console.log(`Listening on http://127.0.0.1:${port}`);
if (typeof Bun !== "undefined") {
  const server = Bun.serve({ ...address, fetch });
  process.once("SIGTERM", () => server.stop());
  listening(server);
} else if (typeof Deno !== "undefined") {
  const server = Deno.serve({ ...address, onListen: listening }, fetch);
  process.once("SIGTERM", () => server.shutdown());
} else {
  const { serve } = await import("@hono/node-server");
  const server = serve({ ...address, fetch }, listening);
  process.once("SIGTERM", () => server.close());
}
