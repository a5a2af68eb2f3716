/** Who sent a request, as the browser itself says it: Sec-Fetch-Site, else Origin. No page can write either. */
import type { RequestMap } from "../ring.ts";
import { originOf, targetOrigin } from "./origin.ts";

/** One of this site's own pages, nobody can tell, or somebody who is refused for a reason. */
export type Sender = "own" | "untold" | { readonly refused: string };

/**
 * `Sec-Fetch-Site` decides where it came (W3C Fetch Metadata): only `same-origin` and `none`, which is the visitor
 * himself, pass. Without it `Origin` (RFC 6454, 7) must be the origin that was asked for. Or either is of an origin that
 * `trusted` has.
 */
export function senderOf(request: RequestMap, trusted: ReadonlySet<string>): Sender {
  const { origin, "sec-fetch-site": site } = request.headers;
  if (site === "same-origin" || site === "none") return "own";
  const given = origin === undefined ? undefined : originOf(origin);
  if (given !== undefined && trusted.has(given)) return "own";
  if (site !== undefined) return { refused: foreignSite(site) };
  if (origin === undefined) return "untold";
  if (given !== undefined && given === targetOrigin(request)) return "own";
  return { refused: foreignOrigin(origin, given, request) };
}

const HOW = 'An origin that may send it stands in trustedOrigins: ["https://…"]';

function foreignSite(site: string): string {
  const said =
    site === "same-site"
      ? "same-site: a page of a sibling domain sent it"
      : site === "cross-site"
        ? "cross-site: a page of another site sent it"
        : "a value that the standard does not have";
  return `Sec-Fetch-Site is ${said}. ${HOW}`;
}

function foreignOrigin(origin: string, given: string | undefined, request: RequestMap): string {
  if (given === undefined) return `Origin is ${origin === "null" ? "null" : "not an origin"}`;
  if (request.scheme === "http" && given === targetOrigin({ ...request, scheme: "https" })) {
    return (
      "Origin is https, but the request came over http: if a proxy speaks TLS in front of this server, name it, " +
      'serve(app, { trustProxy: ["10.0.0.1"] })'
    );
  }
  return `Origin is not the origin that was asked for, in scheme, host and port. ${HOW}`;
}
