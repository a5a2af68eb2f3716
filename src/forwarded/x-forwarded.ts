/** `X-Forwarded-Proto`, `-Host` and `-For`: what most proxies write. */
import { addressOf, type ReadForwarded } from "./told.ts";
import type { IsTrusted } from "./trusted.ts";

/**
 * Of each header the last value counts, the one that the nearest proxy wrote; of `X-Forwarded-For` the last one that is
 * not itself a trusted proxy. Anybody else than a trusted peer can write these headers too: from those they are ignored.
 */
export function xForwarded(isTrusted: IsTrusted): ReadForwarded {
  return (origin, headers) => {
    if (!isTrusted(origin.remoteAddress)) return origin;
    const secure = values(headers["x-forwarded-proto"]).at(-1)?.toLowerCase() === "https";
    const host = values(headers["x-forwarded-host"]).at(-1);
    return {
      scheme: secure ? "https" : origin.scheme,
      host: host !== undefined && HOST.test(host) ? host : origin.host,
      remoteAddress: client(origin.remoteAddress, values(headers["x-forwarded-for"]), isTrusted),
    };
  };
}

const HOST = /^[\w.\-~%[\]:]+$/;

// From the right: each trusted proxy vouches for the one address before its own. What is no address ends the chain.
function client(peer: string | undefined, chain: readonly string[], isTrusted: IsTrusted): string | undefined {
  let address = peer;
  for (const entry of chain.toReversed()) {
    if (!isTrusted(address)) break;
    const next = addressOf(entry);
    if (next === undefined) break;
    address = next;
  }
  return address;
}

function values(header: string | undefined): readonly string[] {
  return (header ?? "")
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
}
