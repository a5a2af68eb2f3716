/** A visitor of an application without a server between: keeps cookies as a browser does. */
import type { Handler, RequestMap, ResponseMap } from "../../src/ring.ts";
import { cookieJar } from "../../src/testing/cookie-jar.ts";
import { requestMap } from "./request-map.ts";

export interface AppVisitor {
  get(uri: string, more?: Partial<RequestMap>): Promise<ResponseMap>;
  post(uri: string, more?: Partial<RequestMap>): Promise<ResponseMap>;
  /** The Cookie header that the next request would carry. */
  cookie(): string;
}

export function appVisitor(app: Handler, origin = "http://localhost", now: () => number = Date.now): AppVisitor {
  const jar = cookieJar({ now });
  const { protocol, host } = new URL(origin);
  const send = async (method: string, target: string, more: Partial<RequestMap> = {}): Promise<ResponseMap> => {
    const url = new URL(target, origin);
    const cookie = jar.header(url.href);
    const headers = { host, ...(cookie === "" ? {} : { cookie }), ...more.headers };
    const scheme = protocol === "https:" ? "https" : "http";
    const own = { scheme, host, queryString: url.search.slice(1), ...more, headers } as const;
    const response = await app(requestMap(method, url.pathname, own));
    jar.store(setCookies(response), url.href);
    return response;
  };
  return {
    get: (uri, more) => send("GET", uri, more),
    post: (uri, more) => send("POST", uri, more),
    cookie: () => jar.header(origin),
  };
}

/** The Set-Cookie lines of a response. */
export function setCookies({ headers }: ResponseMap): readonly string[] {
  return [headers["set-cookie"] ?? []].flat();
}

/** A form's body, with the headers that a browser sends with it from a page of the same site. */
export function form(fields: Readonly<Record<string, string>>): Partial<RequestMap> {
  const body = new URLSearchParams(fields).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };
  return { headers: { ...headers, "content-length": String(body.length) }, body: new Blob([body]).stream() };
}
