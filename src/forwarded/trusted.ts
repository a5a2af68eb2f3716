/** Which proxies are believed, by address and network. */
import { BlockList, isIP } from "node:net";
import { badOption } from "../errors.ts";

/** Whose word counts. */
export type IsTrusted = (address: string | undefined) => boolean;

/** Throws `ERR_OPTION` (`option`) for an entry that is neither an address nor a network. */
export function trustedProxies(trusted: readonly string[], option: string): IsTrusted {
  const list = new BlockList();
  for (const entry of trusted) add(list, entry, option);
  return (address) => {
    const plain = address === undefined ? "" : unmapped(address);
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
  };
}

/** `::ffff:10.0.0.1`, as a socket for both families says it, is `10.0.0.1`. */
export function unmapped(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return v4 ?? address;
}

function add(list: BlockList, entry: unknown, option: string): void {
  const remedy = `${JSON.stringify(entry)} is no address and no network like "10.0.0.0/8"`;
  if (typeof entry !== "string") throw badOption(option, remedy);
  const [written = "", prefix, ...more] = entry.split("/");
  const address = unmapped(written);
  const version = isIP(address);
  const family = version === 4 ? "ipv4" : "ipv6";
  const mapped = address === written ? 0 : 96;
  const bits = prefix === undefined ? undefined : Number(prefix) - mapped;
  const fits =
    bits === undefined || (/^\d{1,3}$/.test(prefix ?? "") && bits >= 0 && bits <= (version === 4 ? 32 : 128));
  if (version === 0 || more.length > 0 || !fits) throw badOption(option, remedy);
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, bits, family);
}
