/** A peer of a WebSocket that only writes down what it is told. */
import type { Peer } from "../../src/websocket/peer.ts";

export interface FakePeer extends Peer {
  readonly calls: string[];
  isOpen: boolean;
  bufferedAmount: number;
}

export function fakePeer(): FakePeer {
  const calls: string[] = [];
  return {
    calls,
    protocol: "chat",
    isOpen: true,
    bufferedAmount: 0,
    send(data, done) {
      calls.push(`send ${String(data)}`);
      done(true);
    },
    ping: () => void calls.push("ping"),
    close(code, reason) {
      calls.push(`close ${code} ${reason}`);
      this.isOpen = false;
    },
    terminate() {
      calls.push("terminate");
      this.isOpen = false;
    },
    pause: () => void calls.push("pause"),
    resume: () => void calls.push("resume"),
  };
}
