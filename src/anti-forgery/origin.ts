/** Origins: how one is written (RFC 6454, 6.2), and for which one a request is. */
import type { RequestMap } from "../ring.ts";

// scheme "://" host [ ":" port ], and nothing else: no userinfo (golang/go#78563), path, query or fragment.
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::(0|[1-9]\d{0,4}))?$/i;

const DEFAULT_PORTS: Readonly<Record<string, string | undefined>> = { http: "80", https: "443" };

/** The origin in its one spelling, in lower case and without a default port; `undefined` for what is none. */
export function originOf(text: string): string | undefined {
  const [, scheme = "", host = "", port] = ORIGIN.exec(text.toLowerCase()) ?? [];
  if (host === "" || Number(port ?? 0) > 65_535) return undefined;
  return `${scheme}://${host}${port === undefined || port === DEFAULT_PORTS[scheme] ? "" : `:${port}`}`;
}

/** The origin that a request asked for; `undefined` where its Host is none. */
export function targetOrigin({ scheme, host }: Pick<RequestMap, "scheme" | "host">): string | undefined {
  return originOf(`${scheme}://${host}`);
}
