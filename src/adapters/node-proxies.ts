/** Which proxies are believed, and what they say about the client. */
import { BlockList, isIP } from "node:net";
import { badOption } from "../errors.ts";
import type { RequestMap } from "../ring.ts";

/** What a proxy can tell in place of the connection. */
export type Origin = Pick<RequestMap, "scheme" | "host" | "remoteAddress">;

/**
 * Makes the function that reads `X-Forwarded-Proto`, `-Host` and `-For`, from peers in `trusted` alone: anybody else can
 * write these headers too. Of each header the last value counts, the one that the nearest proxy wrote; of
 * `X-Forwarded-For` the last one that is not itself a trusted proxy.
 *
 * `trusted` holds addresses and networks: `["10.0.0.0/8", "::1"]`. Throws `ERR_OPTION` (`trustProxy`) for anything else.
 */
export function proxies(trusted: readonly string[]): (origin: Origin, headers: RequestMap["headers"]) => Origin {
  if (!Array.isArray(trusted))
    throw badOption("trustProxy", 'must be a list of addresses and networks, such as ["10.0.0.0/8"]');
  const list = new BlockList();
  for (const entry of trusted) add(list, entry);
  const isTrusted = (address: string | undefined): boolean => {
    const plain = address === undefined ? "" : unmapped(address);
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
  };
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

/** `::ffff:10.0.0.1`, as a socket for both families says it, is `10.0.0.1`. */
export function unmapped(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return v4 ?? address;
}

const HOST = /^[\w.\-~%[\]:]+$/;

// From the right: each trusted proxy vouches for the one address before its own. What is no address ends the chain.
function client(
  peer: string | undefined,
  chain: readonly string[],
  isTrusted: (address?: string) => boolean,
): string | undefined {
  let address = peer;
  for (const entry of chain.toReversed()) {
    if (!isTrusted(address)) break;
    const next = unmapped(withoutPort(entry));
    if (isIP(next) === 0) break;
    address = next;
  }
  return address;
}

function withoutPort(entry: string): string {
  const [, v6, v4] = /^(?:\[(.*)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(entry) ?? [];
  return v6 ?? v4 ?? entry;
}

function values(header: string | undefined): readonly string[] {
  return (header ?? "")
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
}

function add(list: BlockList, entry: unknown): void {
  const remedy = `${JSON.stringify(entry)} is no address and no network like "10.0.0.0/8"`;
  if (typeof entry !== "string") throw badOption("trustProxy", remedy);
  const [written = "", prefix, ...more] = entry.split("/");
  const address = unmapped(written);
  const version = isIP(address);
  const family = version === 4 ? "ipv4" : "ipv6";
  const mapped = address === written ? 0 : 96;
  const bits = prefix === undefined ? undefined : Number(prefix) - mapped;
  const fits =
    bits === undefined || (/^\d{1,3}$/.test(prefix ?? "") && bits >= 0 && bits <= (version === 4 ? 32 : 128));
  if (version === 0 || more.length > 0 || !fits) throw badOption("trustProxy", remedy);
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, bits, family);
}
