/** A cookie as a visitor's jar shows it. */
import { unprinted } from "./unprinted.ts";

/** A cookie in a visitor's jar. `console.log` does not print its value. */
export interface VisitorCookie {
  readonly name: string;
  /** As it was sent, undecoded. */
  readonly value: string;
  /** The host, or the Domain attribute where there was one. */
  readonly domain: string;
  /** Whether it goes to this host alone: there was no Domain attribute. */
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** `undefined`: the attribute was not there. */
  readonly sameSite: "strict" | "lax" | "none" | undefined;
  /** In milliseconds; `undefined`: until the browser closes. */
  readonly expires: number | undefined;
}

/** The same cookie as plain data. */
export function visitorCookie(cookie: Held): VisitorCookie {
  const { key, value, domain, hostOnly, path, secure, httpOnly, sameSite, expires } = cookie;
  const shown: VisitorCookie = {
    name: key,
    value,
    domain: domain ?? "",
    hostOnly: hostOnly ?? false,
    path: path ?? "/",
    secure,
    httpOnly,
    sameSite: sameSite as VisitorCookie["sameSite"],
    expires: expires instanceof Date ? expires.getTime() : undefined,
  };
  return unprinted(shown, ({ value: _, ...others }) => others);
}

/** What is used of a cookie of tough-cookie, so that no type of that package is asked for. */
interface Held {
  readonly key: string;
  readonly value: string;
  readonly domain: string | null;
  readonly hostOnly: boolean | null;
  readonly path: string | null;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: string | undefined;
  readonly expires: unknown;
}
