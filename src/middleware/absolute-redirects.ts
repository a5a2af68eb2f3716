/** `wrapAbsoluteRedirects`: Location as a whole URL, for clients that read no other. */
import { parseAuthority } from "../authority.ts";
import { fullUriOf } from "../context/mount.ts";
import { badOption } from "../errors.ts";
import { headerOf, withHeaderValue } from "../response-header.ts";
import {
  type Bare,
  isResponseMap,
  type Middleware,
  type RequestMap,
  type Responder,
  type ResponseMap,
} from "../ring.ts";

/**
 * Makes the Location of a 201 or 3xx absolute where it is a relative reference: from the request's scheme, host and path,
 * resolved as a browser resolves it. RFC 9110, 10.2.2 allows relative ones, so no stack needs this by itself.
 *
 * What names a host or a scheme of its own stays as it is (`//x` and `/\x` too), and so does every Location of a request
 * whose Host is empty or no host. The host is the visitor's word: an answer with it must not be cached for others.
 */
export function wrapAbsoluteRedirects(...none: readonly []): Middleware {
  if (none.length > 0) throw badOption("options", "wrapAbsoluteRedirects takes none");
  const wrap = (handler: Responder<RequestMap, ResponseMap>) => {
    return async (request: RequestMap): Promise<ResponseMap> => {
      const response = await handler(request);
      if (!isResponseMap(response)) return response;
      const { status, headers } = response;
      const location = headerOf(headers, "location");
      if ((status !== 201 && !(status >= 300 && status < 400)) || typeof location !== "string") return response;
      const whole = absolute(location, request);
      return whole === undefined ? response : { ...response, headers: withHeaderValue(headers, "location", whole) };
    };
  };
  return wrap as unknown as Middleware<Bare, Bare>;
}

function absolute(location: string, request: RequestMap): string | undefined {
  if (/[\0-\x20\x7f]/.test(location)) return undefined; // a URL parser would drop it, and nobody would hear of it
  if (/^(?:[a-z][a-z\d+.-]*:|[/\\]{2})/i.test(location)) return undefined; // anything else stays on this host
  if (parseAuthority(request.host) === undefined) return undefined;
  const uri = fullUriOf(request);
  const query = request.queryString === "" ? "" : `?${request.queryString}`;
  const base = new URL(`${request.scheme}://${request.host}${uri.startsWith("/") ? uri : "/"}${query}`);
  return new URL(location, base).href;
}
