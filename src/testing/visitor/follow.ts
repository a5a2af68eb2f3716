/** Sends a request and follows where it is redirected to (Fetch, 4.4), with the cookies of each answer. */
import { RinglightError } from "../../errors.ts";
import { browserHeaders, type Sent, sameSiteContext } from "./browser-headers.ts";
import type { Jar } from "./jar.ts";
import type { Destination, Outgoing } from "./outgoing.ts";
import { parseUrl } from "./parse-url.ts";

/** An answer that redirected. */
export interface Redirect {
  readonly status: number;
  /** Of the request that was answered so. */
  readonly url: string;
  readonly headers: Headers;
}

/** The last answer, and those before it. */
export interface Followed {
  readonly response: Response;
  readonly url: string;
  readonly redirects: readonly Redirect[];
}

export interface Journey extends Sent {
  /** Names in lower case; they go over those of the browser, and `undefined` takes one away. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Outgoing["body"];
  readonly maxRedirects: number;
}

/**
 * Follows 301, 302, 303, 307 and 308 within the origin. One that leads elsewhere is given as it is, as are all where
 * `maxRedirects` is 0. Rejects with `ERR_VISIT` for more of them than `maxRedirects`, and for a Location that is no URL.
 */
export async function follow(journey: Journey, { send }: Destination, jar: Jar): Promise<Followed> {
  const redirects: Redirect[] = [];
  let { method, url, body, headers: own } = journey;
  for (;;) {
    const headers = laid(browserHeaders({ ...journey, method, url }), own);
    const context = sameSiteContext(method, headers);
    const cookie = jar.header(url.href, context);
    const sent = cookie === "" || "cookie" in own ? headers : { ...headers, cookie };
    const response = await send({ method, url, headers: lengthOf(sent, body, method), body });
    jar.store(response.headers.getSetCookie(), url.href, context);
    const next = journey.maxRedirects === 0 ? undefined : targetOf(response, url);
    if (next === undefined || next.origin !== url.origin) return { response, url: url.href, redirects };
    if (redirects.length >= journey.maxRedirects)
      throw new RinglightError(
        "ERR_VISIT",
        `more than ${journey.maxRedirects} redirects, the last to ${next.pathname}`,
      );
    await response.body?.cancel();
    redirects.push({ status: response.status, url: url.href, headers: response.headers });
    if (becomesGet(response.status, method)) {
      [method, body] = ["GET", null];
      own = Object.fromEntries(Object.entries(own).filter(([name]) => !OF_BODY.includes(name)));
    }
    url = next;
  }
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const OF_BODY: readonly string[] = [
  "content-encoding",
  "content-language",
  "content-location",
  "content-type",
  "content-length",
];

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

function targetOf({ status, headers }: Response, from: URL): URL | undefined {
  const location = headers.get("location");
  if (location === null || !REDIRECTS.includes(status)) return undefined;
  const next = parseUrl(location, from);
  if (next === undefined)
    throw new RinglightError("ERR_VISIT", `${from.pathname} answered ${status} with a Location that is no URL`);
  if (next.hash === "") next.hash = from.hash;
  return next;
}

function laid(
  headers: Readonly<Record<string, string>>,
  over: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const all = Object.entries({ ...headers, ...over });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function lengthOf(
  headers: Readonly<Record<string, string>>,
  body: Outgoing["body"],
  method: string,
): Readonly<Record<string, string>> {
  if ("content-length" in headers || (body === null && (method === "GET" || method === "HEAD"))) return headers;
  return { ...headers, "content-length": String(body?.byteLength ?? 0) };
}
