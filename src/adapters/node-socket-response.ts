/** A response map onto a socket that node:http has given away with an upgrade request. */
import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ResponseMap } from "../ring.ts";
import { sendNode } from "./node-response.ts";

/**
 * Sends it, and closes the connection: what comes on it after the request nobody here could read. Resolves when it was
 * sent or the client has gone, rejects as `sendNode` does.
 */
export async function sendOnSocket(req: IncomingMessage, socket: Duplex, response: ResponseMap): Promise<void> {
  const { headers, body } = response;
  if (socket.destroyed) {
    if (body instanceof ReadableStream) body.cancel().catch(() => {});
    return;
  }
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.assignSocket(socket as Socket);
  socket.on("drain", () => res.emit("drain"));
  socket.on("end", () => socket.destroy()); // as a client that goes away from any other request
  socket.resume(); // unread octets would turn the end into a reset, which can cost the client the response
  const sent = new Promise<unknown>((resolve) => res.once("finish", resolve).once("close", resolve));
  res.once("finish", () => {
    res.detachSocket(socket as Socket);
    socket.end(() => socket.destroy());
  });
  const connection = headers.upgrade === undefined ? "close" : "upgrade, close";
  await sendNode(res, { ...response, headers: { ...headers, connection } });
  await sent;
}
