/** The application on Deno's own server. */
import { toFetch } from "../../src/adapters/fetch.ts";
import { app } from "./app.ts";
import { lentPage } from "./lent.ts";

interface Info {
  readonly remoteAddr: { readonly hostname: string };
}

declare const Deno: {
  serve(
    options: { readonly hostname: string; readonly port: number; readonly onListen: (at: { port: number }) => void },
    handler: (request: Request, info: Info) => Promise<Response | undefined>,
  ): unknown;
  upgradeWebSocket(request: Request): { readonly socket: WebSocket; readonly response: Response };
};

const fetch = toFetch<Info>(app, { remoteAddress: (_, { remoteAddr }) => remoteAddr.hostname });

Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`) },
  (request, info) => {
    const lent = lentPage(request, (words) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => socket.send(words);
      return response;
    });
    return lent ? lent.answer : fetch(request, info);
  },
);
