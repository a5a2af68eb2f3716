/** `toFetch`: an application as a Fetch handler, for Bun, Deno, Cloudflare Workers and every server of that shape. */
import type { Handler, RequestMap, ResponseMap } from "../ring.ts";
import { answer, type OnError, printError } from "./edge.ts";

export interface FetchOptions<Info = unknown> {
  /** Behind a proxy that speaks TLS for this server: `"https"`. Default: as the request's URL says. */
  readonly scheme?: "http" | "https";
  /** The peer's address as the runtime tells it: `(request, info) => info.remoteAddr.hostname` on Deno. Default: unknown. */
  readonly remoteAddress?: (request: Request, info: Info) => string | undefined;
  /** Is told of errors; default `console.error`. */
  readonly onError?: OnError;
}

/** What the runtime hands beside the request (Bun's server, Deno's info, Workers' env) is passed on to `remoteAddress`. */
export type FetchHandler<Info = unknown> = (request: Request, info?: Info) => Promise<Response>;

/**
 * Serves an application: `Bun.serve({ fetch: toFetch(app) })`, `Deno.serve(toFetch(app))`, `export default { fetch:
 * toFetch(app) }`. Bodies stream both ways; every Set-Cookie is a header of its own. Never rejects.
 *
 * These servers resolve `.` and `..` in the path before a handler sees it; toNode does not.
 */
export function toFetch<Info = unknown>(app: Handler, options: FetchOptions<Info> = {}): FetchHandler<Info> {
  const onError = options.onError ?? printError;
  return async (request, info) => {
    const map = requestMap(request, options, info as Info);
    return fetchResponse(await answer(app, map, onError));
  };
}

function requestMap<Info>(request: Request, { scheme, remoteAddress }: FetchOptions<Info>, info: Info): RequestMap {
  const url = new URL(request.url);
  const headers: Record<string, string | undefined> = Object.create(null);
  for (const [name, value] of request.headers) headers[name] = value;
  return {
    method: request.method,
    scheme: scheme ?? (url.protocol === "https:" ? "https" : "http"),
    host: headers.host ?? url.host,
    uri: url.pathname,
    queryString: url.search.slice(1),
    headers,
    body: request.body,
    remoteAddress: remoteAddress?.(request, info),
    signal: request.signal,
  };
}

function fetchResponse({ status, headers, body }: ResponseMap): Response {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === "string" ? [value] : value) sent.append(name, one);
  }
  // Of a string, Response would make up a content-type that the handler did not give.
  const plain = typeof body === "string" && !sent.has("content-type") ? new TextEncoder().encode(body) : body;
  return new Response(plain as BodyInit | null, { status, headers: sent });
}
