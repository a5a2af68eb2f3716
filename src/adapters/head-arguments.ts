/** The arguments of `writeHead`, in the three forms that Node takes headers in. */
import type { ServerResponse } from "node:http";

/** What writeHead was given, put where it can still be added to; gives what is left of the arguments. */
export function takeHead(res: ServerResponse, [status, ...rest]: readonly unknown[]): unknown[] {
  const [message, given] = typeof rest[0] === "string" ? rest : [undefined, rest[1] ?? rest[0]];
  res.statusCode = status as number;
  for (const [name, value] of headerPairs(given)) res.setHeader(name, value);
  return message === undefined ? [status] : [status, message];
}

/** By name, each with its value or values: of an object, of a flat list, of a list of pairs. */
function headerPairs(given: unknown): ReadonlyArray<readonly [string, string | string[]]> {
  if (typeof given !== "object" || given === null) return [];
  if (!Array.isArray(given)) return Object.entries(given).filter(([, value]) => value !== undefined);
  const flat: readonly string[] = Array.isArray(given[0]) ? given.flat() : given;
  const found = new Map<string, [name: string, value: string | string[]]>();
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [name, value] = [flat[at]!, flat[at + 1]!];
    const before = found.get(name.toLowerCase());
    found.set(name.toLowerCase(), [name, before ? [before[1], value].flat() : value]);
  }
  return [...found.values()];
}
