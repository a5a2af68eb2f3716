/** HTTP as bytes: sends exactly what it is told, and gives back all that came until the server closed. */
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";

export interface RawConnection {
  readonly socket: Socket;
  send(bytes: string): void;
  /** Resolves with all that was received as soon as it holds `words`. */
  until(words: string): Promise<string>;
}

/** One exchange; the request should ask for `Connection: close`, or be so broken that the server closes. */
export async function rawExchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes, "latin1");
  return text(socket.setEncoding("latin1"));
}

export function rawConnection(port: number): RawConnection {
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  let received = "";
  socket.on("data", (chunk) => (received += chunk));
  socket.on("error", () => {}); // a reset is what some tests wait for, as the end
  return {
    socket,
    send: (bytes) => void socket.write(bytes, "latin1"),
    until: (words) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!received.includes(words)) return;
          socket.off("data", look).off("close", closed);
          resolve(received);
        };
        const closed = (): void =>
          reject(new Error(`closed before ${JSON.stringify(words)}; received ${JSON.stringify(received)}`));
        socket.on("data", look).on("close", closed);
        look();
      }),
  };
}
