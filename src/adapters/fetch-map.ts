/** Requests and responses of the Fetch standard as maps, and back. */
import { badOption } from "../errors.ts";
import { type OnError, report } from "../on-error.ts";
import type { RequestMap, ResponseMap } from "../ring.ts";

/** What a request of Fetch does not say of itself. */
export interface Who<Info> {
  /** Behind a proxy that speaks TLS for this server: `"https"`. Default: as the request's URL says. */
  readonly scheme?: "http" | "https" | undefined;
  /** The peer's address as the runtime tells it: `(request, info) => info.remoteAddr.hostname` on Deno. Default: unknown. */
  readonly remoteAddress?: ((request: Request, info: Info) => string | undefined) | undefined;
}

/** Throws `ERR_OPTION` for what cannot be. */
export function checkWho<Info>({ scheme, remoteAddress }: Who<Info>): void {
  if (scheme !== undefined && scheme !== "https" && scheme !== "http")
    throw badOption("scheme", 'must be "https" or "http"');
  if (remoteAddress !== undefined && typeof remoteAddress !== "function")
    throw badOption("remoteAddress", "must be a function");
}

/** A request as the servers of Fetch hand it. */
export function fetchRequest<Info>(
  request: Request,
  { scheme, remoteAddress }: Who<Info>,
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

/** A response map as the servers of Fetch take it. */
export function fetchResponse({ status, headers, body }: ResponseMap): Response {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === "string" ? [value] : value) sent.append(name, one);
  }
  // Of a string, Response would make up a content-type that the handler did not give.
  const plain = typeof body === "string" && !sent.has("content-type") ? new TextEncoder().encode(body) : body;
  return new Response(plain as BodyInit | null, { status, headers: sent });
}
