/** `wrapForwarded`: the visitor's scheme and address, as a proxy in front of the server tells them. */
import { parseAuthority } from "../authority.ts";
import { badOption, checkNames } from "../errors.ts";
import { forwarded } from "../forwarded/rfc7239.ts";
import { trustedProxies } from "../forwarded/trusted.ts";
import { xForwarded } from "../forwarded/x-forwarded.ts";
import { type Bare, type Middleware, once, type RequestMap, type Responder, type ResponseMap } from "../ring.ts";

/** The options of `wrapForwarded`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface ForwardedOptions {
  /**
   * The proxies in front of this server, by address or network: `["127.0.0.1", "10.0.0.0/8"]`. Only what these write
   * counts. Never a network that visitors are in; a list of all addresses is refused, as `true` is.
   */
  readonly trustProxy: readonly string[];
  /**
   * What the proxies write: `"x-forwarded"` (default), that is `X-Forwarded-Proto` and `-For`, or `"forwarded"`,
   * RFC 7239. Not both: the one that a proxy does not write is the visitor's.
   */
  readonly header?: "x-forwarded" | "forwarded" | undefined;
  /**
   * Whether the host counts too. Default false: many proxies pass on a visitor's `X-Forwarded-Host`, and with it he
   * chooses where links and redirects lead. True only where the proxy writes it itself.
   */
  readonly host?: boolean | undefined;
}

/**
 * Sets `scheme`, `remoteAddress` and with `host: true` the host to what the visitor used, for servers whose adapter
 * cannot: `toFetch` with its `remoteAddress`. (`toNode` and `serve` have `trustProxy`, which does this with the host.)
 * Stands outside whatever looks at the scheme: `wrapSession`, `wrapSslRedirect`, `wrapHsts`.
 *
 * The peer must be one of `trustProxy`; where the server does not tell the peer's address nobody is, and the first
 * forwarded header that is ignored for that is told on the console. Of `X-Forwarded-Proto` the last value counts, of
 * `-For` the last address that is no trusted proxy; of `Forwarded` what the farthest trusted proxy wrote. A scheme is
 * never lowered to http. What no host can be is ignored. Throws `ERR_STACK_TWICE` around another one.
 */
export function wrapForwarded(options: ForwardedOptions): Middleware {
  const { trusted, header, takesHost } = settingsOf(options);
  const read = header === "forwarded" ? forwarded(trusted) : xForwarded(trusted);
  let told = false;
  const wrap = (handler: Responder<RequestMap, ResponseMap>) => (request: RequestMap) => {
    const { headers, host } = request;
    if (request.remoteAddress === undefined) {
      const ignored = headers[header === "forwarded" ? "forwarded" : "x-forwarded-proto"] !== undefined;
      if (ignored && !told) console.warn(UNKNOWN_PEER);
      told ||= ignored;
      return handler(request);
    }
    const origin = read(request, headers);
    const chosen = takesHost && parseAuthority(origin.host) ? origin.host : host;
    return handler({ ...request, scheme: origin.scheme, remoteAddress: origin.remoteAddress, host: chosen });
  };
  return once<Bare, Bare>("wrapForwarded", wrap as unknown as Middleware<Bare, Bare>);
}

const UNKNOWN_PEER =
  "ringlight: wrapForwarded ignores forwarded headers: the server does not tell the peer's address. Give toFetch its option remoteAddress; on Node listen on a port: a Unix socket's peer has no address.";

function settingsOf(options: ForwardedOptions) {
  checkNames(options, ["trustProxy", "header", "host"], "wrapForwarded");
  const { header = "x-forwarded", host = false } = options;
  const trusted = trustedProxies(options.trustProxy);
  if (header !== "x-forwarded" && header !== "forwarded")
    throw badOption("header", 'must be "x-forwarded" or "forwarded", the one that your proxies write');
  if (typeof host !== "boolean") throw badOption("host", "must be true or false");
  return { trusted, header, takesHost: host };
}
