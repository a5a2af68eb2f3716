/** The option `trustProxy` of everything that listens on Node. */
import { badOption } from "../errors.ts";
import type { ReadForwarded } from "../forwarded/told.ts";
import { trustedProxies } from "../forwarded/trusted.ts";
import { xForwarded } from "../forwarded/x-forwarded.ts";

/** Reads what the proxies in `trusted` wrote; throws `ERR_OPTION` (`trustProxy`) for what is no list of addresses and networks. */
export function proxies(trusted: readonly string[]): ReadForwarded {
  if (!Array.isArray(trusted))
    throw badOption("trustProxy", 'must be a list of addresses and networks, such as ["10.0.0.0/8"]');
  return xForwarded(trustedProxies(trusted, "trustProxy"));
}
