/** The headers that a browser itself adds to a request, beside cookies. */
import type { SameSiteContext } from "./jar.ts";
import { type Opener, originFrom, refererOf } from "./referrer.ts";

/** Who asks: the tab itself for its next page, or a script of the page that it shows. */
export type Initiator = "document" | "script";

export interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly initiator: Initiator;
  /** `Sec-Fetch-Site`, the same over all redirects. */
  readonly site: "same-origin" | "none";
  /** The page that the tab shows. */
  readonly opener: Opener | undefined;
}

/** Lower-case names. Fetch Metadata is sent to https and to this machine alone (W3C Fetch Metadata, 2). */
export function browserHeaders({ method, url, initiator, site, opener }: Sent): Record<string, string> {
  const document = initiator === "document";
  const changes = !isReading(method);
  const referer = opener && refererOf(opener);
  return {
    host: url.host,
    accept: document ? "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" : "*/*",
    ...(isTrustworthy(url) && {
      "sec-fetch-site": site,
      "sec-fetch-mode": document ? "navigate" : "cors",
      "sec-fetch-dest": document ? "document" : "empty",
      ...(document && { "sec-fetch-user": "?1" }),
    }),
    ...(referer !== undefined && { referer }),
    // Of a script that asks its own origin the policy takes nothing away (Fetch, 3.2).
    ...(changes && { origin: document ? originFrom(opener, url.origin) : url.origin }),
  };
}

/** A visitor who types an address comes from nowhere; who sends something comes from a page of this site. */
export function siteOf({ method, initiator, opener }: Pick<Sent, "method" | "initiator" | "opener">): Sent["site"] {
  return opener === undefined && initiator === "document" && isReading(method) ? "none" : "same-origin";
}

/** Which cookies go with a request: a test may say by `sec-fetch-site` that another site's page sent it. */
export function sameSiteContext(method: string, headers: Readonly<Record<string, string>>): SameSiteContext {
  if (headers["sec-fetch-site"] !== "cross-site") return "strict";
  const topLevel = headers["sec-fetch-mode"] === "navigate" && isReading(method);
  return topLevel ? "lax" : "none";
}

function isReading(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/** https, or this machine (W3C Secure Contexts, 3.1). */
function isTrustworthy({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
