/** The headers of a response that went through a session. */
import { withSetCookie } from "../cookies/response-cookies.ts";
import { withVary } from "../response-header.ts";
import type { ResponseMap } from "../ring.ts";
import type { SessionEvent } from "./events.ts";

type Headers = ResponseMap["headers"];

/**
 * Adds `Vary: Cookie` (a shared cache must not hand one visitor's page to another, compare CVE-2023-30861), and where
 * session cookies are set, those and `Cache-Control: private, no-store`; where a host sets its own, that alone.
 */
export function withSessionHeaders(
  headers: Headers,
  lines: readonly string[],
  { emit, bound }: { readonly emit: (event: SessionEvent) => void; readonly bound?: object | undefined },
): Headers {
  const varied = withVary(headers, "Cookie");
  if (lines.length === 0) return varied;
  if (isCacheable(headers["cache-control"])) emit({ type: "response.uncached" });
  return (bound ? [] : lines).reduce(withSetCookie, { ...varied, "cache-control": "private, no-store" });
}

function isCacheable(cacheControl: Headers[string] | undefined): boolean {
  return cacheControl !== undefined && !/(^|[,\s])no-store([,\s]|$)/i.test([cacheControl].flat().join(","));
}
