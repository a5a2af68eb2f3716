/** An application with WebSockets on a real socket of 127.0.0.1, and clients that are closed when the test ends. */
import { once } from "node:events";
import type { TestContext } from "node:test";
import { WebSocket } from "ws";
import { type Served, type ServeOptions, serve } from "../../src/adapters/node.ts";
import { webSockets } from "../../src/middleware/websocket.ts";
import type { Handler } from "../../src/ring.ts";

export interface WebSocketSite extends Served {
  readonly errors: unknown[];
}

/** Serves until the test ends. */
export async function webSocketSite(
  t: TestContext,
  app: Handler,
  options: ServeOptions & { readonly maxPayload?: number } = {},
): Promise<WebSocketSite> {
  const { maxPayload, ...more } = options;
  const errors: unknown[] = [];
  const served = await serve(app, {
    port: 0,
    signals: [],
    shutdownTimeout: 0,
    websocket: await webSockets({ maxPayload }),
    onError: (error) => void errors.push(error),
    ...more,
  });
  t.after(() => served.close());
  return { ...served, errors };
}

export interface Client {
  readonly socket: WebSocket;
  /** The headers of the 101. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The next message, those included that have come already. */
  next(): Promise<string | Uint8Array>;
  closed(): Promise<{ code: number; reason: string }>;
}

/** Opens a WebSocket; rejects with the HTTP answer's status where it gets one. */
export async function connectClient(
  t: TestContext,
  port: number,
  path = "/",
  { headers, protocols = [] }: { headers?: Record<string, string>; protocols?: string[] } = {},
): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, headers ? { headers } : {});
  t.after(() => socket.terminate());
  const messages: Array<string | Uint8Array> = [];
  let wake = (): void => {};
  socket.on("message", (data, isBinary) => {
    messages.push(isBinary ? new Uint8Array(data as Buffer) : data.toString());
    wake();
  });
  let gone: { code: number; reason: string } | undefined;
  socket.on("close", (code, reason) => {
    gone = { code, reason: reason.toString() };
    wake();
  });
  socket.on("error", () => {});
  const handshake = await new Promise<Client["headers"]>((resolve, reject) => {
    socket.once("upgrade", ({ headers }) => resolve(headers));
    socket.once("unexpected-response", (_, { statusCode }) => reject(new Error(`answered ${statusCode}`)));
    socket.once("error", reject);
  });
  if (socket.readyState === WebSocket.CONNECTING) await once(socket, "open");
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve));
  };
  return {
    socket,
    headers: handshake,
    async next() {
      await until(() => messages.length > 0 || gone !== undefined);
      const message = messages.shift();
      if (message === undefined) throw new Error(`closed with ${gone?.code} before a message`);
      return message;
    },
    async closed() {
      await until(() => gone !== undefined);
      return gone!;
    },
  };
}

/** A handshake as bytes, for what no client sends. */
export function handshake(path = "/", lines: readonly string[] = [], without: readonly string[] = []): string {
  const sound = [
    "Host: localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
  ].filter((line) => !without.some((name) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`)));
  return `GET ${path} HTTP/1.1\r\n${[...sound, ...lines].join("\r\n")}\r\n\r\n`;
}
