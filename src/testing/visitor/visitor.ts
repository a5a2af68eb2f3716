/** `visitor`: a browser without a window, for the tests of an application. */
import { badOption, checkNames } from "../../errors.ts";
import type { OnError } from "../../on-error.ts";
import type { Clock } from "./clock.ts";
import type { VisitorCookie } from "./cookie.ts";
import { htmlParser } from "./html.ts";
import { openJar } from "./jar.ts";
import { parseUrl } from "./parse-url.ts";
import { lowered } from "./request-options.ts";
import { type Browser, openTab, type Tab } from "./tab.ts";
import { destinationOf, type VisitorTarget } from "./target.ts";
import { unwritten } from "./unprinted.ts";

/** The options of `visitor`; one that cannot be rejects with `ERR_OPTION`. */
export interface VisitorOptions {
  /**
   * The origin that is visited. Default `"https://localhost"`; of a server that listens its own, and another one says what
   * its visitors see, as behind a proxy: it is in Host, Origin and Referer, and cookies are its.
   */
  readonly origin?: string | undefined;
  /** By which cookies expire. Default the machine's; that of the sessions, where a test moves it: `movableClock()`. */
  readonly clock?: Clock | undefined;
  /** Sent with every request, over the browser's own; `undefined` takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** 0 to 20, default 20 as in browsers; 0: a redirect is the answer. */
  readonly maxRedirects?: number | undefined;
  /** Of a ringlight application: is told of errors that were answered. Default `console.error`. */
  readonly onError?: OnError | undefined;
}

/** A visitor with cookies of his own, and a tab. `console.log` prints nothing of him. */
export interface Visitor extends Tab {
  /** Another tab with the same cookies, which shows no page yet. */
  tab(): Visitor;
  /** A cookie's value, undecoded, whatever its path; `undefined` where there is none, or it has expired. */
  cookie(name: string): string | undefined;
  /** The cookies of this origin's host. */
  cookies(): readonly VisitorCookie[];
  /** Takes a cookie as if the origin had set it: `"theme=dark; Path=/"`. `ERR_OPTION` if a browser would ignore it. */
  setCookie(line: string): void;
  /** As when the visitor takes another browser. */
  clearCookies(): void;
}

/**
 * A visitor of a ringlight application, a Fetch handler or a server that listens: cookies, redirects, forms and headers as
 * a browser has them. Requests to the first two run in this process; no port is opened.
 *
 * ```ts
 * const bob = await visitor(app);
 * await bob.get("/login");
 * const page = await bob.submit({ user: "bob", password: "…" });
 * ```
 *
 * Answers are read whole, so one that never ends is waited for. A redirect to another origin is the answer. Rejects with
 * `ERR_MODULE_MISSING` where tough-cookie or parse5 is not installed.
 */
export async function visitor(target: VisitorTarget, options: VisitorOptions = {}): Promise<Visitor> {
  checkNames(options, ["origin", "clock", "headers", "maxRedirects", "onError"], "visitor");
  const { clock = { now: () => Date.now() }, headers, maxRedirects = 20, onError } = options;
  if (!Number.isInteger(maxRedirects) || maxRedirects < 0 || maxRedirects > 20)
    throw badOption("maxRedirects", "must be a whole number from 0 to 20");
  if (typeof clock?.now !== "function") throw badOption("clock", "must have a function now: movableClock()");
  const destination = destinationOf(target, onError);
  return browse({
    origin: options.origin === undefined ? destination.origin : originOf(options.origin),
    destination,
    jar: await openJar(clock),
    parse: await htmlParser(),
    headers: lowered(headers),
    maxRedirects,
  });
}

function browse(browser: Browser): Visitor {
  const { origin, jar } = browser;
  const tab = openTab(browser);
  const visitor: Visitor = {
    get page() {
      return tab.page;
    },
    get: tab.get,
    post: tab.post,
    request: tab.request,
    submit: tab.submit,
    fetch: tab.fetch,
    tab: () => browse(browser),
    cookie: (name) => jar.list(origin).find((cookie) => cookie.name === name)?.value,
    cookies: () => jar.list(origin),
    setCookie: (line) => jar.put(line, origin),
    clearCookies: () => jar.clear(),
  };
  return unwritten(visitor, () => ({ origin, cookies: jar.list(origin).map(({ name }) => name) }));
}

function originOf(given: string): string {
  const url = typeof given === "string" ? parseUrl(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
    throw badOption("origin", 'must be an origin, without a path: "https://example.com"');
  return url.origin;
}
