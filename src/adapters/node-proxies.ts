/** The option `trustProxy` of everything that listens on Node. */
import type { ReadForwarded } from "../forwarded/origin.ts";
import { trustedProxies } from "../forwarded/trusted.ts";
import { xForwarded } from "../forwarded/x-forwarded.ts";

/** Reads what the proxies in `trustProxy` wrote; throws `ERR_OPTION` as `trustedProxies` does. */
export function proxies(trustProxy: readonly string[]): ReadForwarded {
  return xForwarded(trustedProxies(trustProxy));
}
