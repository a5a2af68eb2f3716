/** Whether a request may reach the handler, and if not, why. */
import { fullUriOf } from "../context/mount.ts";
import type { RequestMap } from "../ring.ts";
import type { Bypass } from "./bypass.ts";
import { cameToken } from "./came-token.ts";
import { TOKEN_FIELD } from "./hidden-input.ts";
import { scriptSent } from "./safe-header.ts";
import type { Secrets } from "./secrets.ts";
import { senderOf } from "./sender.ts";
import { holds, type Provers } from "./token.ts";

/** What becomes of a request with neither `Sec-Fetch-Site` nor `Origin`. */
export type WithoutHeaders = "strict" | "allow" | "refuse";

export interface Rules {
  readonly trusted: ReadonlySet<string>;
  readonly withoutHeaders: WithoutHeaders;
  readonly bypass: Bypass;
  readonly safeHeader: string | undefined;
  /** `undefined`: no token is asked for. */
  readonly provers: Provers | undefined;
}

/** Why the request is refused; `undefined` where it may pass. Never throws, and never says what the visitor sent. */
export function whyRefused(request: RequestMap, rules: Rules, secretsOf: () => Secrets): string | undefined {
  const upgrade = isWebSocket(request);
  if ((SAFE.has(request.method) && !upgrade) || rules.bypass(request)) return undefined;
  const sender = senderOf(request, rules.trusted);
  if (typeof sender === "object") return sender.refused;
  const untold = sender === "untold";
  if (untold && rules.withoutHeaders === "refuse") return `${UNTOLD}. ${PROGRAM}`;
  if (rules.safeHeader !== undefined && scriptSent(request, rules.safeHeader)) return undefined;
  if (rules.provers && !upgrade) return withoutToken(request, rules.provers, secretsOf);
  const risky = untold && rules.withoutHeaders === "strict" && request.headers.cookie !== undefined;
  return risky ? `${UNTOLD} in a request with cookies. ${PROGRAM}` : undefined;
}

/** Exactly these change nothing (RFC 9110, 9.2.1); TRACE is safe too, and is not for pages. Method names have one case. */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** A WebSocket opens with a GET that no CORS checks (RFC 6455, 10.2). */
function isWebSocket({ method, headers }: RequestMap): boolean {
  return method === "GET" && /(^|,)[\t ]*websocket[\t ]*(\/|,|$)/i.test(headers.upgrade ?? "");
}

const UNTOLD = "neither Sec-Fetch-Site nor Origin came";
const PROGRAM = "Browsers send one of them; a program can send the site's own: Origin: https://example.com";

function withoutToken(request: RequestMap, provers: Provers, secretsOf: () => Secrets): string | undefined {
  const token = cameToken(request);
  if (token === undefined) {
    return (
      `no token came, in the form field ${TOKEN_FIELD} or in X-CSRF-Token; ` +
      "a form's fields are read by a middleware that must stand outside wrapAntiForgery"
    );
  }
  if (typeof token !== "string") return `the field ${TOKEN_FIELD} came several times, or as a file`;
  const form = { action: fullUriOf(request), method: request.method };
  if (holds(token, provers, secretsOf().accepted, form)) return undefined;
  return "the token is not one of this visitor's session and this form; it ends with sign-in, recreate and sign-out";
}
