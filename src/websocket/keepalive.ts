/** Pings, so that a proxy does not take a silent connection for a dead one, and a dead one is noticed. */
import type { Peer } from "./peer.ts";

export interface Keepalive {
  /** Something came from the peer. */
  alive(): void;
  stop(): void;
}

/**
 * Pings every so many seconds (0: never), and cuts the connection of a peer from which nothing came between two pings.
 * Not while it is not read: what it sent waits unseen then. A peer that does not read what it is sent is cut too, as the
 * ping waits behind that: so nothing piles up for it without end.
 */
export function startKeepalive(seconds: number, peer: Peer, isRead: () => boolean): Keepalive {
  if (seconds === 0) return { alive() {}, stop() {} };
  let heard = true;
  const timer = setInterval(() => {
    if (!peer.isOpen) return; // its close handshake has a limit of its own
    if (!heard && isRead()) return peer.terminate();
    heard = false;
    peer.ping();
  }, seconds * 1000);
  (timer as { unref?: () => void }).unref?.(); // a number in browsers and Workers
  return {
    alive() {
      heard = true;
    },
    stop: () => clearInterval(timer),
  };
}
