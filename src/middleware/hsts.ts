/** `wrapHsts`: a browser that was here over https comes back over https only. */
import { badOption, checkNames } from "../errors.ts";
import { wrapHeader } from "../headers/default-header.ts";
import type { Middleware } from "../ring.ts";

export interface HstsOptions {
  /** Seconds that a browser remembers, from its last visit; a whole number, 0 takes it back. Default 31 536 000, a year. */
  readonly maxAge?: number | undefined;
  /** For all hosts below this one too, also those that another server answers. Default true. */
  readonly includeSubdomains?: boolean | undefined;
  /**
   * Asks to be built into browsers (hstspreload.org), which takes months to take back. Needs `includeSubdomains` and a
   * `maxAge` of a year. Default false.
   */
  readonly preload?: boolean | undefined;
}

/**
 * `Strict-Transport-Security` (RFC 6797) on every response over https that does not have the header; never over http,
 * where RFC 6797, 7.2 forbids it and browsers ignore it (Ring's `wrap-hsts` sends it there too). Behind a proxy that
 * speaks TLS name that proxy, or no request is https. Throws `ERR_OPTION`.
 */
export function wrapHsts(options: HstsOptions = {}): Middleware {
  checkNames(options, ["maxAge", "includeSubdomains", "preload"], "wrapHsts");
  const { maxAge = 31_536_000, includeSubdomains = true, preload = false } = options;
  if (!Number.isSafeInteger(maxAge) || maxAge < 0)
    throw badOption("maxAge", "must be a whole number of seconds, 0 or more");
  for (const [name, value] of Object.entries({ includeSubdomains, preload })) {
    if (typeof value !== "boolean") throw badOption(name, "must be true or false");
  }
  if (preload && (!includeSubdomains || maxAge < 31_536_000))
    throw badOption(
      "preload",
      "needs includeSubdomains: true and a maxAge of at least 31536000: the lists take no less",
    );
  const value = `max-age=${maxAge}${includeSubdomains ? "; includeSubDomains" : ""}${preload ? "; preload" : ""}`;
  return wrapHeader("strict-transport-security", ({ scheme }) => (scheme === "https" ? value : undefined));
}
