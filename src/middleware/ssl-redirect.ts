/** `wrapSslRedirect`: what comes over http is sent to https. */
import { parseAuthority } from "../authority.ts";
import { fullUriOf } from "../context/mount.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { unnamedProxyWarning } from "../forwarded/unnamed-proxy.ts";
import { checkOnRefused, type OnRefused, refuse } from "../refusal.ts";
import type { Bare, Middleware, RequestMap, Responder, ResponseMap } from "../ring.ts";

/** The options of `wrapSslRedirect`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface SslRedirectOptions {
  /** Where to, whatever host the visitor named: `"www.example.com"`, without a port. Default: the host of the request. */
  readonly host?: string | undefined;
  /** The port of https, 1 to 65535. Default 443, which is not written. */
  readonly port?: number | undefined;
  /** Is told of a request without a host to send the visitor to, and may answer it. */
  readonly onRefused?: OnRefused | undefined;
}

/**
 * Sends every request over http to the same host, path and query over https: GET and HEAD with 301, all others with 307,
 * which keeps method and body, and which browsers do not remember. A WebSocket's handshake is a GET; browsers fail it.
 * No host is exempt, loopback neither. What a request sent over http was sent in the clear: `wrapHsts` keeps a browser
 * from sending the next. Behind a proxy that speaks TLS name that proxy, or every request is redirected for ever; a
 * warning says so once.
 *
 * A request without `host` option whose Host is empty or no host is refused: `ERR_HOST`, 400.
 */
export function wrapSslRedirect(options: SslRedirectOptions = {}): Middleware {
  checkNames(options, ["host", "port", "onRefused"], "wrapSslRedirect");
  const { host, port = 443, onRefused } = options;
  checkOnRefused(onRefused);
  if (host !== undefined && (typeof host !== "string" || parseAuthority(host)?.name !== host))
    throw badOption("host", 'must be a host name without scheme and port, such as "www.example.com"');
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw badOption("port", "must be a whole number from 1 to 65535");
  const suffix = port === 443 ? "" : `:${port}`;
  const warn = unnamedProxyWarning();
  const wrap = (handler: Responder<RequestMap, ResponseMap>) => {
    return async (request: RequestMap): Promise<ResponseMap> => {
      if (request.scheme === "https") return handler(request);
      warn(request);
      const name = host ?? parseAuthority(request.host)?.name;
      const uri = fullUriOf(request);
      if (name === undefined || !uri.startsWith("/")) return refuse(noHost(), request, onRefused);
      const query = request.queryString === "" ? "" : `?${request.queryString}`;
      const location = `https://${name}${suffix}${carried(uri + query)}`;
      return { status: /^(?:GET|HEAD)$/.test(request.method) ? 301 : 307, headers: { location }, body: null };
    };
  };
  return wrap as unknown as Middleware<Bare, Bare>;
}

function noHost(): RinglightError {
  return new RinglightError("ERR_HOST", "over http a request must name the host that it is sent to over https", {
    status: 400,
  });
}

// A path as a server received it is octets: those that a header cannot carry are percent-encoded, all others stay.
function carried(target: string): string {
  return target.replace(/[^!-~]/gu, (sign) => {
    const code = sign.codePointAt(0)!;
    if (code > 0xff) return encodeURIComponent(sign.toWellFormed());
    return `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
  });
}
