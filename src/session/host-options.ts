/** Options of `wrapSession` that a host decides, where the session is the host's. */
import { badOption } from "../errors.ts";
import type { Store } from "./store.ts";

const HOSTS_OWN = [
  "timeout",
  "absolute",
  "refresh",
  "grace",
  "maxAge",
  "cookieName",
  "cookieAttrs",
  "insecure",
  "codec",
] as const;

/** Throws `ERR_OPTION` for what the host decides, and an option here could not; `of` is who takes the options. */
export function checkHostsOwn(options: object, store: Store, of: string): void {
  if (!store.of) return;
  if (of !== "wrapSession")
    throw badOption("store", "hostStore() is for wrapSession, in an application that is mounted");
  const given = HOSTS_OWN.find((name) => (options as Readonly<Record<string, unknown>>)[name] !== undefined);
  if (given === undefined) return;
  const why = given === "codec" ? "the host keeps JSON" : "limits and cookie are the host's: set them in its session";
  throw badOption(given, `with hostStore() ${why}, and leave this out`);
}
