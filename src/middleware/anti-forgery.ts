/** `wrapAntiForgery`: a request that changes something must come from one of this site's own pages. */
import { type Bypass, bypassOf } from "../anti-forgery/bypass.ts";
import type { WithAntiForgery } from "../anti-forgery/field.ts";
import { issuer } from "../anti-forgery/issuer.ts";
import { originOf } from "../anti-forgery/origin.ts";
import { safeHeaderOf } from "../anti-forgery/safe-header.ts";
import { type Secrets, secretsOf, type WithSessionKey } from "../anti-forgery/secrets.ts";
import { TokenStrategy } from "../anti-forgery/strategies.ts";
import { type Rules, type WithoutHeaders, whyRefused } from "../anti-forgery/verdict.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { unnamedProxyWarning } from "../forwarded/unnamed-proxy.ts";
import { checkOnRefused, type OnRefused, refuse } from "../refusal.ts";
import { type Bare, isResponseMap, type Middleware, once, type RequestOf } from "../ring.ts";

export { antiForgeryField, antiForgeryToken, type WithAntiForgery } from "../anti-forgery/field.ts";
export type { WithSessionKey } from "../anti-forgery/secrets.ts";
export { type SignedTokenOptions, sessionToken, signedToken, type TokenStrategy } from "../anti-forgery/strategies.ts";
export type { TokenForm } from "../anti-forgery/token.ts";
export type { WithoutHeaders } from "../anti-forgery/verdict.ts";

/** The options of `wrapAntiForgery`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface AntiForgeryOptions {
  /**
   * `"headers"`, the default: what every browser of today says of itself. `sessionToken()` or `signedToken({ keys })`: a
   * token too, for browsers that say nothing; inside `wrapSession`, and inside what reads forms.
   */
  readonly strategy?: "headers" | TokenStrategy | undefined;
  /** Other origins whose pages may send requests here, whole and exact: `["https://admin.example.com"]`. Default none. */
  readonly trustedOrigins?: readonly string[] | undefined;
  /**
   * With neither `Sec-Fetch-Site` nor `Origin`: `"strict"`, the default, refuses a request with cookies, whichever; one
   * with none has no session to abuse. `"refuse"` refuses all, `"allow"` none. With a token strategy the token decides in
   * place of the first and the last. HTTP authentication and client certificates are not looked at: with those `"refuse"`.
   */
  readonly withoutHeaders?: WithoutHeaders | undefined;
  /**
   * Requests that are not checked at all, because something else proves them, as a webhook's signature does:
   * `["POST /hooks/payment"]`, or a path alone for every method. Matched exactly as sent, with the prefix of a `wrapContext`; no pattern.
   */
  readonly bypass?: readonly string[] | undefined;
  /**
   * A header, beginning with `X-`, that stands in for a token, and for headers that did not come, where the body's type
   * is none that a form can send: `"X-Ring-Anti-Forgery"`, with any value. For scripts and other programs; a request that
   * its browser calls another site's is refused all the same. Never allow it to foreign origins by CORS.
   */
  readonly safeHeader?: string | undefined;
  /** Is told why a request was refused, and may answer it: a 403 page. */
  readonly onRefused?: OnRefused | undefined;
}

/**
 * Refuses requests that other sites' pages send in a visitor's name: 403 `ERR_CSRF`, before the handler. Looked at is
 * every method but exactly GET, HEAD and OPTIONS, and every WebSocket handshake; the Content-Type exempts nothing.
 *
 * `Sec-Fetch-Site` decides where it came, else `Origin`, else `withoutHeaders`. A token strategy asks for a token in
 * addition, but of no WebSocket. Throws `ERR_STACK_TWICE` around another `wrapAntiForgery`.
 */
export function wrapAntiForgery(
  options?: AntiForgeryOptions & { readonly strategy?: "headers" | undefined },
): Middleware<Bare, WithAntiForgery>;
/** With a token strategy: inside `wrapSession`; elsewhere every request is `ERR_OPTION`. */
export function wrapAntiForgery(options: AntiForgeryOptions): Middleware<WithSessionKey, WithAntiForgery>;
export function wrapAntiForgery(options: AntiForgeryOptions = {}): Middleware<Bare, WithAntiForgery> {
  const { onRefused, ...rules } = checked(options);
  const warn = unnamedProxyWarning();
  return once<Bare, WithAntiForgery>("wrapAntiForgery", (handler) => async (request) => {
    if (rules.provers) insideSession(request); // before a visitor is refused for what the programmer forgot
    let found: Secrets | undefined;
    const secrets = () => (found ??= secretsOf(insideSession(request)));
    const tokens = rules.provers && issuer(request, rules.provers, secrets);
    const given = { ...request, antiForgery: tokens?.token ?? (() => "") } as Parameters<typeof handler>[0];
    const reason = whyRefused(request, rules, secrets);
    if (reason !== undefined) warn(request);
    const response =
      reason === undefined
        ? await handler(given)
        : await refuse(new RinglightError("ERR_CSRF", reason, { status: 403 }), given, onRefused);
    return tokens && isResponseMap(response) ? tokens.answer(response) : response;
  });
}

function insideSession<Request extends object>(request: Request): Request & RequestOf<WithSessionKey> {
  if ("sessionKey" in request) return request as Request & RequestOf<WithSessionKey>;
  throw badOption("strategy", "a token needs a session: .use(wrapSession()).use(wrapAntiForgery(…))");
}

const KNOWN = ["strategy", "trustedOrigins", "withoutHeaders", "bypass", "safeHeader", "onRefused"] as const;
const WITHOUT_HEADERS: readonly unknown[] = ["strict", "allow", "refuse"];

function checked(options: AntiForgeryOptions): Rules & Pick<AntiForgeryOptions, "onRefused"> {
  checkNames(options, KNOWN, "wrapAntiForgery");
  const { strategy = "headers", trustedOrigins = [], withoutHeaders = "strict", onRefused } = options;
  const provers = TokenStrategy.proversOf(strategy);
  if (!provers && strategy !== "headers")
    throw badOption("strategy", 'must be "headers", sessionToken() or signedToken({ keys })');
  if (!WITHOUT_HEADERS.includes(withoutHeaders))
    throw badOption("withoutHeaders", 'must be "strict", "allow" or "refuse"');
  checkOnRefused(onRefused);
  const bypass: Bypass = bypassOf(options.bypass === undefined ? [] : options.bypass);
  const safeHeader = safeHeaderOf(options.safeHeader);
  return { provers, trusted: trusted(trustedOrigins), withoutHeaders, bypass, safeHeader, onRefused };
}

function trusted(origins: unknown): ReadonlySet<string> {
  if (!Array.isArray(origins)) throw badOption("trustedOrigins", 'must be a list, such as ["https://example.com"]');
  return new Set(
    origins.map((given: unknown, index) => {
      const origin = typeof given === "string" ? originOf(given) : undefined;
      if (origin !== undefined) return origin;
      const remedy = 'must be a whole origin as browsers send it: "https://example.com", without a slash or path';
      throw badOption(`trustedOrigins[${index}]`, remedy);
    }),
  );
}
