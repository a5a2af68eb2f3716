/** A listener on one connection: its functions in order, what they throw, and how much may wait for them. */
import { startKeepalive } from "./keepalive.ts";
import { SESSION_ENDED, type WebSocketConnection, type WebSocketUpgrade } from "./listener.ts";
import type { Peer, PeerEvents } from "./peer.ts";

/** A listener at work. */
export interface RunningConnection extends PeerEvents {
  /** Says 1001 to the peer. Messages that have come are still seen to. */
  goAway(): void;
  /** Resolves when the connection is closed and the last function has ended. */
  readonly done: Promise<void>;
}

/** Octets of messages that may wait for a function to end before the connection is no longer read. */
const MAX_WAITING = 65_536;
/** What a message counts beside its octets: empty ones take room too. */
const OVERHEAD = 64;

/** Starts with `onOpen`. `report` is told what the functions throw. */
export function runConnection(
  peer: Peer,
  { listener, keepalive, recheck, watch }: WebSocketUpgrade,
  report: (error: unknown) => void,
): RunningConnection {
  let phase: "open" | "leaving" | "left" = "open"; // leaving: nothing new; left: nothing that waits, either
  let waiting = 0;
  let isPaused = false;
  let last = Promise.resolve();
  const { promise: done, resolve: end } = Promise.withResolvers<void>();
  const pings = startKeepalive(keepalive, peer, () => !isPaused);

  const leave = (next: "leaving" | "left"): boolean => {
    if (phase !== "open") {
      if (next === "left") phase = next;
      return false;
    }
    phase = next;
    read(); // or the peer's own goodbye would not be heard
    return true;
  };
  const read = (): void => {
    if (!isPaused) return;
    isPaused = false;
    pings.alive(); // its pong may be among what was not read
    peer.resume();
  };
  const close = (code: number, reason: string): void => {
    if (leave("left")) peer.close(code, reason);
  };
  const isOpen = (): boolean => phase === "open" && peer.isOpen;
  const socket: WebSocketConnection = {
    protocol: peer.protocol,
    get isOpen() {
      return isOpen();
    },
    get bufferedAmount() {
      return peer.bufferedAmount;
    },
    send(data) {
      if (typeof data !== "string" && !(data instanceof Uint8Array))
        throw new TypeError("send takes a string or a Uint8Array: JSON.stringify makes one of anything else");
      return isOpen() ? new Promise((resolve) => peer.send(data, resolve)) : Promise.resolve(false);
    },
    close(code = 1000, reason = "") {
      checkClose(code, reason);
      close(code, reason);
    },
    terminate() {
      leave("left");
      peer.terminate();
    },
  };

  /** Runs when what came before has ended. */
  const queue = (run: () => unknown): void => {
    last = last.then(async () => {
      try {
        await run();
      } catch (error) {
        report(error);
        close(1011, "");
      }
    });
  };
  queue(() => listener.onOpen?.(socket));
  const sessionEnded = (reason: string): void => {
    if (listener.onSessionEnd) queue(() => (phase === "open" ? listener.onSessionEnd?.(socket, reason) : undefined));
    else close(SESSION_ENDED, "session ended");
  };
  const stopWatching = recheck > 0 ? watch?.(recheck, sessionEnded) : undefined;

  return {
    done,
    goAway() {
      if (leave("leaving")) peer.close(1001, "");
    },
    alive: () => pings.alive(),
    message(data) {
      pings.alive();
      if (phase !== "open" || !listener.onMessage) return;
      const size = data.length + OVERHEAD;
      waiting += size;
      queue(() => {
        waiting -= size;
        if (waiting === 0) read();
        return phase === "left" ? undefined : listener.onMessage?.(socket, data);
      });
      if (waiting <= MAX_WAITING || isPaused) return;
      isPaused = true;
      peer.pause();
    },
    error(error) {
      queue(() => listener.onError?.(socket, error));
    },
    close(code, reason) {
      pings.stop();
      stopWatching?.();
      queue(() => listener.onClose?.(socket, code, reason));
      queue(end);
    },
  };
}

// RFC 6455, 7.4 and 5.5: codes that a frame may carry, and as much as it can.
function checkClose(code: number, reason: string): void {
  const isStandard = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code);
  if (!Number.isInteger(code) || !(isStandard || (code >= 3000 && code <= 4999)))
    throw new RangeError("close takes a code that a frame may carry: 1000 to 1003, 1007 to 1014, 3000 to 4999");
  if (new TextEncoder().encode(reason).byteLength > 123)
    throw new RangeError("close takes a reason of at most 123 octets");
}
