/** HTTP/1 as bytes on a socket of node:net: what a client sees, and when. */
import { connect, type Socket } from "node:net";
import { readAnswers, type WireAnswer } from "./answers.ts";

/** A connection. */
export interface Wire {
  readonly socket: Socket;
  /** Everything that has come. */
  received(): string;
  send(bytes: string): void;
  /** The answers to requests of these methods in their order, when the last of them is whole or the server has closed. */
  answers(...methods: readonly string[]): Promise<readonly WireAnswer[]>;
  /** When `holds` is true of what has come; rejects where the server closes before. */
  until(holds: (received: string) => boolean, what: string): Promise<void>;
}

/** What a request is made of. */
export interface WireRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly version?: "1.0" | "1.1";
}

export function requestBytes(
  port: number,
  { method = "GET", path, headers = {}, version = "1.1" }: WireRequest,
): string {
  const length = method === "POST" ? { "content-length": "0" } : {};
  const all = Object.entries({ host: `127.0.0.1:${port}`, ...length, ...headers });
  return `${method} ${path} HTTP/${version}\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

export function openWire(port: number): Wire {
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  let received = "";
  let isClosed = false;
  const waiting = new Set<() => void>();
  const look = () => {
    for (const each of waiting) each();
  };
  socket.on("data", (chunk) => {
    received += chunk;
    look();
  });
  socket.on("error", () => {}); // a reset is an end, too
  socket.on("close", () => {
    isClosed = true;
    look();
  });
  const when = <T>(found: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const each = () => {
        try {
          const value = found();
          if (value === undefined) return;
          resolve(value);
        } catch (error) {
          reject(error);
        }
        waiting.delete(each);
      };
      waiting.add(each);
      each();
    });
  return {
    socket,
    received: () => received,
    send: (bytes) => void socket.write(bytes, "latin1"),
    answers: (...methods) =>
      when(() => {
        const found = readAnswers(received, methods, isClosed);
        if (found.length === methods.length && found.at(-1)?.isWhole !== false) return found;
        if (!isClosed) return undefined;
        if (found.length === methods.length) return found;
        throw new Error(`closed after ${found.length} of ${methods.length} answers: ${JSON.stringify(received)}`);
      }),
    until: (holds, what) =>
      when(() => {
        if (holds(received)) return true;
        if (isClosed) throw new Error(`closed before ${what}: ${JSON.stringify(received)}`);
        return undefined;
      }).then(() => {}),
  };
}
