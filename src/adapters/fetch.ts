/** `toFetch`: an application as a Fetch handler, for Bun, Deno, Cloudflare Workers and every server of that shape. */
import { badOption, checkNames } from "../errors.ts";
import { plainAnswer } from "../failure/plain-answer.ts";
import { type OnError, printError, report } from "../on-error.ts";
import type { Handler, RequestMap, ResponseMap } from "../ring.ts";
import { answer, checkServed } from "./edge.ts";

export interface FetchOptions<Info = unknown> {
  /** Behind a proxy that speaks TLS for this server: `"https"`. Default: as the request's URL says. */
  readonly scheme?: "http" | "https" | undefined;
  /** The peer's address as the runtime tells it: `(request, info) => info.remoteAddr.hostname` on Deno. Default: unknown. */
  readonly remoteAddress?: ((request: Request, info: Info) => string | undefined) | undefined;
  /** Is told of errors; default `console.error`. */
  readonly onError?: OnError | undefined;
}

/** What the runtime hands beside the request (Bun's server, Deno's info, Workers' env) is passed on to `remoteAddress`. */
export type FetchHandler<Info = unknown> = (request: Request, info?: Info) => Promise<Response>;

/**
 * Serves an application: `Bun.serve({ fetch: toFetch(app) })`, `Deno.serve(toFetch(app))`, `export default { fetch:
 * toFetch(app) }`. Bodies stream both ways; every Set-Cookie is a header of its own. Never rejects. Throws `ERR_OPTION`
 * when built with an option that cannot be.
 *
 * On Deno run with `--unstable-no-legacy-abort`, or `request.signal` aborts after every answer; on Workers the
 * compatibility flag `nodejs_compat`, or a date from 2026-08-04 on, gives `node:crypto`.
 *
 * These servers resolve `.` and `..` in the path before a handler sees it; toNode does not.
 */
export function toFetch<Info = unknown>(app: Handler, options: FetchOptions<Info> = {}): FetchHandler<Info> {
  checkNames(options, ["scheme", "remoteAddress", "onError"], "toFetch");
  const answered = fetchMount(app, options, (request) => request);
  return async (request, info) => (await answered(request, info as Info))!;
}

/** As `toFetch`, of requests as `placed` gives them; no answer where it gives none. */
export function fetchMount<Info>(
  app: Handler,
  options: FetchOptions<Info>,
  placed: (map: RequestMap, request: Request) => RequestMap | undefined,
): (request: Request, info: Info) => Promise<Response | undefined> {
  if (options.scheme !== undefined && options.scheme !== "https" && options.scheme !== "http")
    throw badOption("scheme", 'must be "https" or "http"');
  if (options.remoteAddress !== undefined && typeof options.remoteAddress !== "function")
    throw badOption("remoteAddress", "must be a function");
  checkServed(app, options.onError);
  const onError = options.onError ?? printError;
  return async (request, info) => {
    const map = placed(requestMap(request, options, info, onError), request);
    if (!map) return undefined;
    const response = await answer(app, map, onError);
    try {
      return fetchResponse(response);
    } catch (error) {
      // A stream of which somebody has read already.
      report(onError, error, map);
      return fetchResponse(plainAnswer(500));
    }
  };
}

function requestMap<Info>(
  request: Request,
  { scheme, remoteAddress }: FetchOptions<Info>,
  info: Info,
  onError: OnError,
): RequestMap {
  const url = new URL(request.url);
  const headers: Record<string, string | undefined> = Object.create(null);
  for (const [name, value] of request.headers) headers[name] = value;
  const map: RequestMap = {
    method: request.method,
    scheme: scheme ?? (url.protocol === "https:" ? "https" : "http"),
    host: headers.host ?? url.host,
    uri: url.pathname,
    queryString: url.search.slice(1),
    headers,
    body: request.body,
    remoteAddress: undefined,
    signal: request.signal,
  };
  try {
    return { ...map, remoteAddress: remoteAddress?.(request, info) };
  } catch (error) {
    report(onError, error, map);
    return map;
  }
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
