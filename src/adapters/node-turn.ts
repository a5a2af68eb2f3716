/** Requests of one connection, one after the other: a client of HTTP/1.1 may send many before it reads an answer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

/** How many of one connection may wait. */
const MAX_WAITING = 100;

const waiting = new WeakMap<Duplex, number>();

/**
 * Calls `run` when every earlier request of the connection was answered: at once, where there is none. Never, where the
 * client leaves before, or the connection is closed by an earlier answer. Cuts the connection when more than 100 wait.
 *
 * Requests of HTTP/2 need not wait: the client says itself how many answers it takes.
 */
export function inTurn(req: IncomingMessage, res: ServerResponse, run: () => void): void {
  const { socket } = req;
  if (res.socket !== null || !isBusy(socket)) {
    run();
    return;
  }
  const count = (waiting.get(socket) ?? 0) + 1;
  waiting.set(socket, count);
  if (count > MAX_WAITING) {
    socket.destroy();
    return;
  }
  res.once("socket", () => {
    waiting.set(socket, waiting.get(socket)! - 1);
    if (!res.destroyed) run();
  });
}

/** Whether a response to an earlier request of the connection is still under way. */
export function isBusy(socket: Duplex): boolean {
  return "_httpMessage" in socket && socket._httpMessage !== null && socket._httpMessage !== undefined;
}
