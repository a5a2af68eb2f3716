/** The application on Bun's own server. */
import { toFetch } from "../../src/adapters/fetch.ts";
import { app } from "./app.ts";
import { lentPage } from "./lent.ts";

interface Server {
  readonly url: URL;
  requestIP(request: Request): { readonly address: string } | null;
}

declare const Bun: {
  serve(options: {
    readonly hostname: string;
    readonly port: number;
    readonly fetch: (request: Request, server: Server) => Promise<Response>;
  }): Server;
};

const fetch = toFetch<Server>(app, { remoteAddress: (request, server) => server.requestIP(request)?.address });
const { url } = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request, server) => lentPage(request) ?? fetch(request, server),
});
console.log(url.href);
