/** The application as a Worker. */
import { toFetch } from "../../src/adapters/fetch.ts";
import { app } from "./app.ts";
import { lentPage } from "./lent.ts";

declare const WebSocketPair: new () => { readonly 0: WebSocket; readonly 1: WebSocket & { accept(): void } };

const fetch = toFetch(app);

function openSocket(words: string): Response {
  const { 0: webSocket, 1: socket } = new WebSocketPair();
  socket.accept();
  socket.send(words);
  return new Response(null, { status: 101, webSocket } as ResponseInit);
}

const worker: { readonly fetch: (request: Request) => Promise<Response | undefined> } = {
  fetch(request) {
    const lent = lentPage(request, openSocket);
    return lent ? lent.answer : fetch(request);
  },
};
export default worker;
