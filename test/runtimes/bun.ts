/** The application on Bun's own server. */
import { toFetch } from "../../src/adapters/fetch.ts";
import { app } from "./app.ts";
import { lentPage } from "./lent.ts";

interface Server {
  readonly url: URL;
  requestIP(request: Request): { readonly address: string } | null;
  upgrade(request: Request, options: { readonly data: string }): boolean;
}

interface Socket {
  readonly data: string;
  send(words: string): void;
}

declare const Bun: {
  serve(options: {
    readonly hostname: string;
    readonly port: number;
    readonly fetch: (request: Request, server: Server) => Promise<Response | undefined>;
    readonly websocket: { open(socket: Socket): void; message(): void };
  }): Server;
};

const fetch = toFetch<Server>(app, { remoteAddress: (request, server) => server.requestIP(request)?.address });
const { url } = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request, server) {
    const lent = lentPage(request, (data) => {
      server.upgrade(request, { data });
      return undefined;
    });
    return lent ? lent.answer : fetch(request, server);
  },
  websocket: {
    open: (socket) => socket.send(socket.data),
    message() {},
  },
});
console.log(url.href);
