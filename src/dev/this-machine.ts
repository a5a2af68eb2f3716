/** Whether a request comes from the developer's own machine. */
import type { RequestMap } from "../ring.ts";

/**
 * The peer is loopback, or the runtime does not tell it, the host asked for is a loopback name too, and no proxy says
 * that it came by. That shuts out tunnels, whose peer is loopback, sites that let their name point here (DNS rebinding),
 * whose host is not, and what a proxy on this machine passes on.
 */
export function fromThisMachine({ remoteAddress, host, headers }: RequestMap): boolean {
  if (PROXIED.some((name) => headers[name] !== undefined)) return false;
  return (remoteAddress === undefined || LOOPBACK.test(remoteAddress)) && LOCAL_NAME.test(host);
}

const PROXIED = [
  "cf-connecting-ip",
  "forwarded",
  "true-client-ip",
  "via",
  "x-client-ip",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-forwarded-server",
  "x-original-host",
  "x-real-ip",
];

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/i;
const LOCAL_NAME = /^(?:(?:[a-z\d-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
