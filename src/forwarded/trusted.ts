/** Which proxies are believed, by address and network. Without node:net's BlockList, which not every runtime has. */
import { isIP } from "node:net";
import { badOption } from "../errors.ts";

/** Whose word counts. */
export type IsTrusted = (address: string | undefined) => boolean;

/** How an address begins: so many bits of these octets, 4 of IPv4 and 16 of IPv6. */
interface Network {
  readonly octets: readonly number[];
  readonly bits: number;
}

/**
 * The option `trustProxy`, wherever it stands. Throws `ERR_OPTION` for what is no list of addresses and networks, and for
 * a list that has all addresses of a family, in one network or in several.
 */
export function trustedProxies(list: readonly string[]): IsTrusted {
  if (!Array.isArray(list)) throw badOption(OPTION, `must list your proxies, such as ["10.0.0.0/8"]; ${EVERYBODY}`);
  const networks = list.map(network);
  if (hasAll(networks, 4) || hasAll(networks, 16)) throw badOption(OPTION, `has all addresses; ${EVERYBODY}`);
  return (address) => {
    const octets = address === undefined ? undefined : octetsOf(address);
    return octets !== undefined && networks.some((each) => holds(each, octets));
  };
}

const OPTION = "trustProxy";
const EVERYBODY = "who trusts everybody lets each visitor choose his scheme and address";

// Networks lie one in the other or apart, so those that lie in no other one have all addresses together where their
// shares of them add up.
function hasAll(networks: readonly Network[], length: 4 | 16): boolean {
  const outer: Network[] = [];
  for (const each of networks.toSorted((a, b) => a.bits - b.bits)) {
    if (each.octets.length === length && !outer.some((wider) => holds(wider, each.octets))) outer.push(each);
  }
  return outer.reduce((share, { bits }) => share + 2 ** -bits, 0) >= 1;
}

/** `::ffff:10.0.0.1`, as a socket for both families says it, is `10.0.0.1`. */
export function unmapped(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return v4 ?? address;
}

function network(entry: unknown): Network {
  const refuse = () => badOption(OPTION, `${JSON.stringify(entry)} is no address and no network like "10.0.0.0/8"`);
  if (typeof entry !== "string") throw refuse();
  const [written = "", prefix, ...more] = entry.split("/");
  const octets = octetsOf(written);
  if (octets === undefined || more.length > 0) throw refuse();
  const length = octets.length * 8;
  if (prefix === undefined) return { octets, bits: length };
  const bits = Number(prefix) - (isIP(written) === 6 ? 128 - length : 0);
  if (!/^\d{1,3}$/.test(prefix) || bits < 0 || bits > length) throw refuse();
  return { octets, bits };
}

function holds({ octets, bits }: Network, address: readonly number[]): boolean {
  if (octets.length !== address.length) return false;
  return octets.every((octet, index) => {
    const left = Math.min(8, bits - index * 8);
    return left <= 0 || octet >> (8 - left) === address[index]! >> (8 - left);
  });
}

// IPv6 that stands for IPv4 (RFC 4291, 2.5.5.2), however it is written, gives the four octets of that.
function octetsOf(address: string): readonly number[] | undefined {
  const version = isIP(address);
  if (version !== 6) return version === 4 ? address.split(".").map(Number) : undefined;
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const [before, after] = [groups(head), groups(tail ?? "")];
  const zeros = new Array<number>(16 - before.length - after.length).fill(0);
  const octets = [...before, ...zeros, ...after];
  const mapped = octets.slice(0, 10).every((octet) => octet === 0) && octets[10] === 255 && octets[11] === 255;
  return mapped ? octets.slice(12) : octets;
}

/** `2001:db8` or `ffff:10.0.0.1` as octets; nothing of nothing. */
function groups(part: string): readonly number[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}
