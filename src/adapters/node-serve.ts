/** `serve`: an application on a port, and its end. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { constants } from "node:os";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import type { Handler } from "../ring.ts";
import type { NodeWebSockets } from "../websocket/peer.ts";
import { mayUpgrade } from "./may-upgrade.ts";
import { type NodeOptions, toNode } from "./node-listener.ts";
import { checkWebSockets, type NodeUpgrade, toNodeUpgrade } from "./node-upgrade.ts";

/** Where `serve` listens, and how it ends. Durations in seconds. */
export interface ServeOptions extends NodeOptions {
  /** 0 to 65535; 0 lets the system choose. Default 3000. */
  readonly port?: number | undefined;
  /** The address to listen on. Default `"127.0.0.1"`: this machine alone; `"0.0.0.0"` or `"::"` is everybody. */
  readonly host?: string | undefined;
  /** Octets of all headers of one request, at least 1; more is answered 431. Default 16384 (Node's). */
  readonly maxHeaderSize?: number | undefined;
  /** The signals that close the server. Default SIGTERM and SIGINT; `[]` listens for none. */
  readonly signals?: readonly NodeJS.Signals[] | undefined;
  /** Seconds, 0 to 3600, that requests in flight have to finish after `close()`. Default 10; 0 cuts them at once. */
  readonly shutdownTimeout?: number | undefined;
  /** Opens the WebSockets that handlers answer: `await webSockets()` of `ringlight/websocket`. Default: none can be. */
  readonly websocket?: NodeWebSockets | undefined;
}

/** A server that listens. */
export interface Served {
  readonly port: number;
  readonly url: string;
  /**
   * Stops accepting, lets requests in flight finish, closes idle connections, and WebSockets with 1001; resolves when all
   * are gone and the WebSockets' listeners have ended. The signal listeners are removed first, so that a second Ctrl-C
   * ends the process at once, as it does without a server.
   */
  close(): Promise<void>;
}

/**
 * Listens, and resolves when it does. Rejects with `ERR_OPTION` for an option that cannot be, and for a port that
 * another process has. On SIGTERM and SIGINT it closes as `close()` does; nothing calls `process.exit`: the process ends
 * when nothing of its own is left to do.
 */
export async function serve(app: Handler, options: ServeOptions = {}): Promise<Served> {
  const { port, host, signals, shutdownTimeout, maxHeaderSize } = settingsOf(options);
  const { trustProxy, onError, websocket } = options;
  const listener = toNode(app, { trustProxy, onError });
  const upgrades = websocket && toNodeUpgrade(app, { trustProxy, onError, websocket });
  const connections = new Map<Socket, Set<ServerResponse>>(); // and what is in flight on each
  let closed: Promise<void> | undefined;
  // A Node that does not know it (before 24.9; later ones of 22 do) calls the event for every protocol.
  const shouldUpgradeCallback = (req: IncomingMessage) => upgrades !== undefined && mayUpgrade(req);
  const server = createServer({ maxHeaderSize, shouldUpgradeCallback }, (req, res) => {
    const inFlight = connections.get(req.socket);
    inFlight?.add(res);
    if (closed) res.shouldKeepAlive = false;
    res.once("close", () => {
      inFlight?.delete(res);
      if (closed) setImmediate(() => server.closeIdleConnections());
    });
    listener(req, res);
  });
  if (upgrades) server.on("upgrade", upgrades);
  server.on("connection", (socket) => {
    connections.set(socket, new Set());
    socket.once("close", () => connections.delete(socket));
  });
  const onSignal = (): void => void close();
  const close = (): Promise<void> => {
    for (const signal of signals) process.removeListener(signal, onSignal);
    closed ??= shutDown(server, connections, upgrades, shutdownTimeout);
    return closed;
  };
  const address = await listening(server, port, host);
  for (const signal of signals) process.on(signal, onSignal);
  return { port: address.port, url: `http://${urlHost(host)}:${address.port}`, close };
}

function shutDown(
  server: Server,
  connections: ReadonlyMap<Socket, ReadonlySet<ServerResponse>>,
  upgrades: NodeUpgrade | undefined,
  timeout: number,
): Promise<void> {
  return new Promise((resolve) => {
    const closed = new Promise<void>((each) => server.close(() => each()));
    const cut = setTimeout(() => {
      server.closeAllConnections();
      upgrades?.destroy();
      closed.then(resolve); // a listener's function that does not end is not waited for
    }, timeout * 1000);
    Promise.all([closed, upgrades?.close()]).then(() => {
      clearTimeout(cut);
      resolve();
    });
    for (const inFlight of connections.values()) {
      for (const res of inFlight) res.shouldKeepAlive = false; // says `Connection: close`
    }
    server.closeIdleConnections();
    // Browsers open connections ahead of need; Node takes one that never said anything for busy.
    for (const socket of connections.keys()) if (socket.bytesRead === 0) socket.destroy();
  });
}

function listening(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, port, host)));
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

function cannotListen(cause: NodeJS.ErrnoException, port: number, host: string): RinglightError {
  const option = cause.code === "EADDRNOTAVAIL" || cause.code === "ENOTFOUND" ? "host" : "port";
  const why = cause.code === "EADDRINUSE" ? "is taken by another process" : `cannot be listened on (${cause.code})`;
  return new RinglightError("ERR_OPTION", `${option}: ${port} on ${host} ${why}`, { option, cause });
}

type Settings = {
  [K in Exclude<keyof ServeOptions, keyof NodeOptions | "websocket">]-?: NonNullable<ServeOptions[K]>;
};

function settingsOf(options: ServeOptions): Settings {
  checkNames(options, KNOWN, "serve");
  const {
    port = 3000,
    host = "127.0.0.1",
    maxHeaderSize = 16_384,
    signals = ["SIGTERM", "SIGINT"],
    shutdownTimeout = 10,
  } = options;
  if (typeof host !== "string" || host === "")
    throw badOption("host", 'must be an address to listen on, such as "127.0.0.1"; "0.0.0.0" or "::" is everybody');
  if (options.websocket !== undefined) checkWebSockets(options.websocket);
  if (!Array.isArray(signals)) throw badOption("signals", 'must be a list, such as ["SIGTERM"]');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw badOption("port", "must be a whole number from 0 to 65535");
  if (!Number.isInteger(maxHeaderSize) || maxHeaderSize < 1)
    throw badOption("maxHeaderSize", "must be a whole number of octets above 0");
  if (typeof shutdownTimeout !== "number" || !(shutdownTimeout >= 0 && shutdownTimeout <= 3600))
    throw badOption("shutdownTimeout", "must be 0 to 3600 seconds");
  for (const signal of signals) {
    if (!Object.hasOwn(constants.signals, signal) || signal === "SIGKILL" || signal === "SIGSTOP")
      throw badOption("signals", `${JSON.stringify(signal)} is no signal that a process can hear`);
  }
  return { port, host, maxHeaderSize, signals, shutdownTimeout };
}

const KNOWN = [
  "port",
  "host",
  "maxHeaderSize",
  "signals",
  "shutdownTimeout",
  "websocket",
  "trustProxy",
  "onError",
] as const;

function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
