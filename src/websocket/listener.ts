/** What a handler gives in place of a body when a connection becomes a WebSocket, and what its functions get. */
import { badShape } from "../response-shape.ts";
import { isPlain } from "../ring.ts";

/**
 * An open WebSocket, for the functions of a `WebSocketListener`. It is the same object in each of them, so it can be kept
 * in a Set. Nothing in it belongs to one server: it can be built over Node, Bun, Deno and Workers.
 */
export interface WebSocketConnection {
  /** The subprotocol that was agreed on; `""` without one. */
  readonly protocol: string;
  /** Whether a message can be sent now: `false` from the moment that either side closes. */
  readonly isOpen: boolean;
  /** Octets that were given to `send` and that the system has not taken yet. */
  readonly bufferedAmount: number;
  /**
   * Sends text, or octets as a binary message. Resolves with `true` when the system has taken it, with `false` where the
   * connection was closed first; never rejects, so it need not be awaited. Awaiting it is how to send no faster than the
   * peer reads. Octets must not be changed until then. Throws a `TypeError` for anything else.
   */
  send(data: string | Uint8Array): Promise<boolean>;
  /**
   * Says goodbye, and drops the messages that no function has seen yet; `onClose` still comes. Code 1000 (default), 1001
   * to 1003, 1007 to 1014, or one of 3000 to 4999; at most 123 octets of reason. Throws a `RangeError` for anything else.
   * Nothing once it is closed.
   */
  close(code?: number, reason?: string): void;
  /** Cuts the connection without a goodbye; the peer sees 1006. */
  terminate(): void;
}

/**
 * What happens on a WebSocket. Each function may be left out, and may be asynchronous: those of one connection run one
 * after the other, in the order in which things happened, and the connection is read no faster than they take. One that
 * throws or rejects is told to the server's `onError`, and closes the connection with 1011.
 */
export interface WebSocketListener {
  /** First, and once: the 101 has been sent. Messages wait until it is done. */
  readonly onOpen?: ((socket: WebSocketConnection) => unknown) | undefined;
  /** A whole message: text, or the octets of a binary one. */
  readonly onMessage?: ((socket: WebSocketConnection, data: string | Uint8Array) => unknown) | undefined;
  /** Last, and once for each `onOpen`. Code 1005 where the peer gave none, 1006 where the connection broke. */
  readonly onClose?: ((socket: WebSocketConnection, code: number, reason: string) => unknown) | undefined;
  /**
   * The session that the handshake came with is none any more: `"expired-idle"`, `"expired-absolute"`, `"revoked"`,
   * `"unknown"` for one that was ended; `"recreated"` for one that somebody signed in or out of, which has another token
   * now. Inside `wrapSession` alone, and once. Absent: the connection is closed with 4401, at once.
   */
  readonly onSessionEnd?: ((socket: WebSocketConnection, reason: string) => unknown) | undefined;
  /** The peer broke the protocol, sent too much, or went away in the middle. `onClose` follows. */
  readonly onError?: ((socket: WebSocketConnection, error: Error) => unknown) | undefined;
}

/** What `wrapWebSocket` hands to the server, as `response.upgrade`. */
export interface WebSocketUpgrade {
  readonly listener: WebSocketListener;
  /** Seconds between pings; 0 for none. */
  readonly keepalive: number;
  /** Seconds between looks at the session; 0: it is not watched. */
  readonly recheck: number;
  /** Tells when the session has ended, until it is stopped. Absent: there is none. */
  readonly watch?: ((every: number, ended: (reason: string) => void) => () => void) | undefined;
}

/** For "your session has ended": one of those that are an application's own (RFC 6455, 7.4.2), after HTTP's 401. */
export const SESSION_ENDED = 4401;

const FUNCTIONS = ["onOpen", "onMessage", "onClose", "onSessionEnd", "onError"] as const;

/** Throws `ERR_RESPONSE_SHAPE` for what is no listener. */
export function checkListener(listener: unknown): asserts listener is WebSocketListener {
  if (typeof listener !== "object" || listener === null || Array.isArray(listener))
    throw badShape("response.websocket must be an object of onOpen, onMessage, onClose, onSessionEnd and onError");
  for (const name of FUNCTIONS) {
    const given = (listener as Readonly<Record<string, unknown>>)[name];
    if (given !== undefined && typeof given !== "function") throw badShape(`websocket.${name} must be a function`);
  }
  if (!isPlain(listener)) return; // an object of a class has what it likes
  const unknown = Object.keys(listener).find((name) => !(FUNCTIONS as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw badShape(`websocket.${unknown} is no function of a listener; there are: ${FUNCTIONS.join(", ")}`);
}
