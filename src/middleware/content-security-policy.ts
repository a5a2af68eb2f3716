/** `wrapContentSecurityPolicy`: which scripts, styles and places a page may use. */
import { randomOctets } from "../crypto/random.ts";
import type { CspDirectives, CspKeyword, CspSource } from "../csp/directives.ts";
import { policy } from "../csp/policy.ts";
import { badOption, checkNames } from "../errors.ts";
import { withDefaultHeader } from "../headers/default-header.ts";
import { headerOf } from "../response-header.ts";
import { type Bare, isResponseMap, type Layer, type Middleware } from "../ring.ts";

export type { CspDirectives, CspKeyword, CspSource };

/** The options of `wrapContentSecurityPolicy`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface CspOptions<Directives extends CspDirectives = CspDirectives> {
  /**
   * Over the default ones: `default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action
   * 'self'; frame-ancestors 'self'` (or as `X-Frame-Options` says). `false` takes one out.
   */
  readonly directives?:
    | (Directives & Readonly<Record<Exclude<keyof Directives, keyof CspDirectives>, never>>)
    | undefined;
  /** Sends `Content-Security-Policy-Report-Only`: browsers report to `reportTo` or `reportUri`, and forbid nothing. Default false. */
  readonly reportOnly?: boolean | undefined;
}

/** What a policy with a nonce adds to the request. */
export interface WithCspNonce extends Layer {
  readonly request: {
    /** 128 random bits of this request, 22 characters of base64url: `<script nonce="…">`. */
    readonly cspNonce: string;
  };
  readonly response: {};
}

/** Where the compiler does not know whether a directive says `"nonce"`. */
export interface MayHaveCspNonce extends Layer {
  readonly request: { readonly cspNonce?: string | undefined };
  readonly response: {};
}

type SourcesOf<Directives> = {
  [Name in keyof Directives]: Directives[Name] extends readonly (infer Source)[] ? Source : Directives[Name];
}[keyof Directives];

/** What the directives add to the request. */
export type CspLayer<Directives> =
  string extends SourcesOf<Directives>
    ? MayHaveCspNonce
    : [Extract<SourcesOf<Directives>, "nonce" | "'nonce'">] extends [never]
      ? Bare
      : WithCspNonce;

/**
 * `Content-Security-Policy` (CSP3) on every response that does not have the header. With `"nonce"` among the sources of
 * a directive each request gets a `cspNonce`, a policy inside another one's the same; a 304 then gets no policy, because
 * the one that the browser keeps has the nonce of the page that it keeps. A page with a nonce must not be cached for
 * others.
 */
export function wrapContentSecurityPolicy<const Directives extends CspDirectives = {}>(
  options: CspOptions<Directives> = {},
): Middleware<Bare, CspLayer<Directives>> {
  checkNames(options, ["directives", "reportOnly"], "wrapContentSecurityPolicy");
  const { directives = {}, reportOnly = false } = options;
  if (typeof reportOnly !== "boolean") throw badOption("reportOnly", "must be true or false");
  const { usesNonce, text } = policy(directives);
  const header = reportOnly ? "content-security-policy-report-only" : "content-security-policy";
  const wrap: Middleware<Bare, MayHaveCspNonce> = (handler) => async (request) => {
    const { cspNonce, frameOptions } = request as { readonly cspNonce?: string; readonly frameOptions?: string };
    const nonce = usesNonce ? (cspNonce ?? randomOctets(16).toString("base64url")) : "";
    const given = usesNonce ? { ...request, cspNonce: nonce } : request;
    const response = await handler(given as Parameters<typeof handler>[0]);
    if (!isResponseMap(response) || (usesNonce && response.status === 304)) return response;
    const framing = String(headerOf(response.headers, "x-frame-options") ?? frameOptions);
    return withDefaultHeader(response, header, text(nonce, /^\s*deny\s*$/i.test(framing) ? "none" : "self"));
  };
  return wrap as unknown as Middleware<Bare, CspLayer<Directives>>;
}
