/** What a proxy can tell in place of the connection. */
import { isIP } from "node:net";
import type { RequestMap } from "../ring.ts";
import { unmapped } from "./trusted.ts";

export type Told = Pick<RequestMap, "scheme" | "host" | "remoteAddress">;

/** Gives what the trusted proxies in front of the connection say of the client; from anybody else the origin as it is. */
export type ReadForwarded = (origin: Told, headers: RequestMap["headers"]) => Told;

/** The address of `203.0.113.9:4711`, `[2001:db8::1]:4711` and the like; `undefined` for what is none. */
export function addressOf(node: string): string | undefined {
  const [, v6, v4] = /^(?:\[(.*)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(node) ?? [];
  const address = unmapped(v6 ?? v4 ?? node);
  return isIP(address) === 0 ? undefined : address;
}
