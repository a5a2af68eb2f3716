/** A visitor over real HTTP: keeps cookies as a browser does, or sends exactly those that it is told to. */
import { cookieJar } from "../../src/testing/cookie-jar.ts";

export interface Visit {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
  readonly setCookies: readonly string[];
}

export interface Visitor {
  get(path: string, headers?: Record<string, string>): Promise<Visit>;
  post(path: string, headers?: Record<string, string>): Promise<Visit>;
  /** The Cookie header that the next request would carry. */
  cookie(): string;
}

/** A visitor with a cookie jar of his own. Redirects are not followed. */
export function visitor(url: string, now: () => number = Date.now): Visitor {
  const jar = cookieJar({ now });
  const send = async (method: string, path: string, headers: Record<string, string> = {}): Promise<Visit> => {
    const target = new URL(path, url);
    const cookie = jar.header(target.href);
    const visit = await request(target.href, method, { ...(cookie === "" ? {} : { cookie }), ...headers });
    jar.store(visit.setCookies, target.href);
    return visit;
  };
  return {
    get: (path, headers) => send("GET", path, headers),
    post: (path, headers) => send("POST", path, headers),
    cookie: () => jar.header(url),
  };
}

/** One request, without a jar. */
export async function request(url: string, method = "GET", headers: Record<string, string> = {}): Promise<Visit> {
  const response = await fetch(url, { method, headers, redirect: "manual" });
  const body = await response.text();
  return { status: response.status, body, headers: response.headers, setCookies: response.headers.getSetCookie() };
}

/** The session cookie that a response set: its value, `""` for a deletion, `undefined` where it set none. */
export function sessionCookie({ setCookies }: Visit): string | undefined {
  const line = setCookies.find((candidate) => candidate.startsWith("session="));
  return line?.slice("session=".length, line.indexOf(";"));
}
