/** A network between a client and a real server, in which a fault can be switched on. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { Ending } from "./ending.ts";

export interface TcpProxy {
  readonly port: number;
  /** From now on packets go nowhere, in both directions, and no connection ends: a network that swallows. */
  swallow(): void;
  /** Packets go through again, on new connections; those of before are cut. */
  heal(): void;
  /** Each connection is cut when its server answers so often more, before the answer goes through. */
  cutBeforeAnswer(after: () => number): void;
}

export async function tcpProxy(t: Ending, target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let swallowing = false;
  let answersUntilCut: (() => number) | undefined;
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    let left = answersUntilCut?.() ?? Number.POSITIVE_INFINITY;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", end);
      socket.on("close", () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on("data", (octets) => void (swallowing || upstream.write(octets)));
    upstream.on("data", (octets) => {
      if (swallowing) return;
      if (left-- <= 0) end();
      else client.write(octets);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  t.after(() => {
    cut();
    server.close();
  });
  return {
    port: (server.address() as { port: number }).port,
    swallow() {
      swallowing = true;
    },
    heal() {
      swallowing = false;
      answersUntilCut = undefined;
      cut();
    },
    cutBeforeAnswer(after) {
      answersUntilCut = after;
      cut();
    },
  };
}
