/** Whether a request comes from the developer's own machine. */
import type { RequestMap } from "../ring.ts";

/**
 * The peer is loopback, or the runtime does not tell it, and the host asked for is a loopback name too. That shuts out
 * tunnels, whose peer is loopback, and sites that let their name point here (DNS rebinding), whose host is not.
 */
export function fromThisMachine({ remoteAddress, host }: RequestMap): boolean {
  return (remoteAddress === undefined || LOOPBACK.test(remoteAddress)) && LOCAL_NAME.test(host);
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/i;
const LOCAL_NAME = /^(?:(?:[a-z\d-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
