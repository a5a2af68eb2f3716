/** `webSockets`: the WebSocket protocol for node:http, by the package `ws`. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { badOption, checkNames } from "../errors.ts";
import { moduleMissing } from "../module-missing.ts";
import type { Handshake, NodeWebSockets, Peer, PeerEvents } from "./peer.ts";

/** The options of `webSockets`; one that cannot be rejects with `ERR_OPTION`. */
export interface WebSocketLimits {
  /** Octets of one message, 1 to 2147483647; more closes with 1009. Default 1048576 (1 MiB). */
  readonly maxPayload?: number | undefined;
}

/**
 * Loads the package `ws`, for `serve(app, { websocket: await webSockets() })`. Messages are not compressed: a few octets
 * of a visitor's could become very many. Rejects with `ERR_MODULE_MISSING` where `ws` is not installed.
 */
export async function webSockets(options: WebSocketLimits = {}): Promise<NodeWebSockets> {
  checkNames(options, ["maxPayload"], "webSockets");
  const { maxPayload = 1_048_576 } = options;
  if (!Number.isInteger(maxPayload) || maxPayload < 1 || maxPayload > 2_147_483_647)
    throw badOption("maxPayload", "must be a whole number of octets from 1 to 2147483647");
  const { WebSocketServer } = await import("ws").catch((cause: unknown) => {
    throw moduleMissing("webSockets", "ws", cause);
  });
  const handshakes = new WeakMap<IncomingMessage, Handshake>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    handleProtocols: (_, req) => handshakes.get(req)?.protocol || false,
  });
  server.on("headers", (lines, req) => lines.push(...(handshakes.get(req)?.lines ?? [])));
  return {
    accept(handshake, open) {
      const req = handshake.req as IncomingMessage;
      handshakes.set(req, handshake);
      const head = Buffer.from(handshake.head.buffer, handshake.head.byteOffset, handshake.head.byteLength);
      server.handleUpgrade(req, handshake.socket as Duplex, head, (socket) => attach(socket, open(peerOf(socket))));
    },
  };
}

function peerOf(socket: WebSocket): Peer {
  return {
    protocol: socket.protocol,
    get isOpen() {
      return socket.readyState === socket.OPEN;
    },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (data, done) => socket.send(data, (error) => done(!error)),
    ping: () => socket.ping(),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}

// Copied, as ws gives a piece of what the socket read: one small message kept would keep all of that.
function attach(socket: WebSocket, events: PeerEvents): void {
  socket.on("message", (data, isBinary) =>
    events.message(isBinary ? new Uint8Array(data as Buffer) : (data as Buffer).toString()),
  );
  socket.on("ping", () => events.alive());
  socket.on("pong", () => events.alive());
  socket.on("error", (error) => events.error(error));
  socket.on("close", (code, reason) => events.close(code, reason.toString()));
}
