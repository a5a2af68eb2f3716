/** Cookies that a browser will not keep, or not send back as meant: said once each, not at every response. */
import type { RequestMap } from "../ring.ts";
import type { CookieAttributes } from "./attributes.ts";

/** Warns on the console, at most once for each name, of at most 100 names. */
export type Warn = (name: string, attributes: CookieAttributes, request: Pick<RequestMap, "scheme" | "host">) => void;

export function cookieWarnings(print: (words: string) => void = console.warn): Warn {
  const told = new Set<string>();
  return (name, { secure, partitioned, sameSite }, { scheme, host }) => {
    const why =
      secure && scheme === "http" && !isLoopback(host)
        ? "is Secure and was sent over plain http, where browsers drop it: serve https, or name the proxy that does"
        : partitioned && sameSite?.toLowerCase() !== "none"
          ? 'is Partitioned without sameSite: "none": no other site\'s frame will send it'
          : undefined;
    if (why === undefined || told.has(name) || told.size >= 100) return;
    told.add(name);
    print(`ringlight: the cookie ${name.slice(0, 64)} ${why}`);
  };
}

/** The hosts that browsers and RFC 6761 treat as this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d*$/, "").toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
}
