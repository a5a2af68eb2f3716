/** `wrapFrameOptions`: who may show a page in a frame. */
import { badOption } from "../errors.ts";
import { withDefaultHeader } from "../headers/default-header.ts";
import type { Bare, Layer, Middleware } from "../ring.ts";

/** This site's own pages, or nobody. */
export type FramePolicy = "sameorigin" | "deny";

/** What `wrapFrameOptions` adds to the request. */
export interface WithFrameOptions extends Layer {
  readonly request: {
    /** What was chosen, for a `wrapContentSecurityPolicy` inside: its `frame-ancestors` says the same. */
    readonly frameOptions: FramePolicy;
  };
  readonly response: {};
}

/**
 * `X-Frame-Options` (RFC 7034), against clicks that a frame steals, on every response that does not have the header.
 * Default `"sameorigin"`. A browser that finds `frame-ancestors` in a Content-Security-Policy heeds that alone; the
 * default policy of `wrapContentSecurityPolicy` agrees with this middleware, whichever stands outside. Throws
 * `ERR_OPTION` for anything else, RFC 7034's ALLOW-FROM too, which no browser heeds.
 */
export function wrapFrameOptions(value: FramePolicy = "sameorigin"): Middleware<Bare, WithFrameOptions> {
  if (value !== "sameorigin" && value !== "deny")
    throw badOption("value", 'wrapFrameOptions takes "sameorigin" or "deny"; other sites: frameAncestors of a policy');
  return (handler) => async (request) => {
    const given = { ...request, frameOptions: value } as unknown as Parameters<typeof handler>[0];
    return withDefaultHeader(await handler(given), "x-frame-options", value.toUpperCase());
  };
}
