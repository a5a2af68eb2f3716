/** What becomes of the connection while a response's head is held back. */
import type { ServerResponse } from "node:http";

/**
 * Who pipes into a response has answered. Where the client has left, or leaves before the first octet, nothing is ever
 * written, and what the handler did to the session would not be stored.
 */
export function askOnceGone(res: ServerResponse, ask: () => void): void {
  let [isPiped, isGone] = [false, res.destroyed];
  res.once("pipe", () => {
    isPiped = true;
    if (isGone) ask();
  });
  res.once("close", () => {
    isGone = true;
    if (isPiped) ask();
  });
}

/**
 * Hosts cut the connection when a handler fails after it has answered, a second answer for example: by then the first has
 * been written. Here it has not, so the cut waits for it; gives what to call then.
 */
export function cutLater({ socket, req }: ServerResponse): () => void {
  if (!socket || req.httpVersionMajor >= 2 || Object.hasOwn(socket, "destroy")) return () => {};
  const { destroy } = socket;
  let isCut = false;
  socket.destroy = (error) => {
    if (error) return destroy.call(socket, error); // the client's doing, or the network's
    isCut = true;
    return socket;
  };
  return () => {
    socket.destroy = destroy;
    Reflect.deleteProperty(socket, "destroy"); // it is the prototype's
    if (isCut) socket.destroy();
  };
}
