/** Between a listener and the library that speaks the protocol: what the one needs of the other. */

/** One open connection, as the library has it. */
export interface Peer {
  readonly protocol: string;
  /** Neither side has closed. */
  readonly isOpen: boolean;
  readonly bufferedAmount: number;
  /** `done` is called once: with `true` when the system has taken it, with `false` where it never will. */
  send(data: string | Uint8Array, done: (sent: boolean) => void): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  /** Stops reading; messages that have come already may still be told. */
  pause(): void;
  resume(): void;
}

/** What the library tells of a connection. */
export interface PeerEvents {
  message(data: string | Uint8Array): void;
  /** A ping or a pong came. */
  alive(): void;
  error(error: Error): void;
  /** Last. */
  close(code: number, reason: string): void;
}

/** A handshake that the application has agreed to, and whose request is sound. */
export interface Handshake {
  /** Of node:http: an IncomingMessage, its socket, and what was read behind the request. */
  readonly req: unknown;
  readonly socket: unknown;
  readonly head: Uint8Array;
  /** For the 101, beside those of the protocol. */
  readonly lines: readonly string[];
  /** `""` for none. */
  readonly protocol: string;
}

/** What speaks the WebSocket protocol for node:http: `await webSockets()`. */
export interface NodeWebSockets {
  /** Sends the 101 and opens. Where the client has gone it opens nothing. */
  accept(handshake: Handshake, open: (peer: Peer) => PeerEvents): void;
}
