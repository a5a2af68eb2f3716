/** `wrapReferrerPolicy`: what other sites learn of the page that a visitor comes from. */
import { badOption } from "../errors.ts";
import { wrapHeader } from "../headers/default-header.ts";
import type { Middleware } from "../ring.ts";

/** The policies of the W3C's Referrer Policy, 3. */
export type ReferrerPolicy =
  | "no-referrer"
  | "no-referrer-when-downgrade"
  | "origin"
  | "origin-when-cross-origin"
  | "same-origin"
  | "strict-origin"
  | "strict-origin-when-cross-origin"
  | "unsafe-url";

const POLICIES: readonly string[] = [
  "no-referrer",
  "no-referrer-when-downgrade",
  "origin",
  "origin-when-cross-origin",
  "same-origin",
  "strict-origin",
  "strict-origin-when-cross-origin",
  "unsafe-url",
] satisfies readonly ReferrerPolicy[];

/**
 * `Referrer-Policy` on every response that does not have the header. Default `"strict-origin-when-cross-origin"`: other
 * sites see the origin, never a path or a query, and nothing over plain http. Of a list a browser heeds the last that it
 * knows. `"no-referrer"` makes browsers send `Origin: null` with this site's own forms, which a CSRF check refuses:
 * `"same-origin"` tells other sites as little. Throws `ERR_OPTION` for what is no policy.
 */
export function wrapReferrerPolicy(
  policy: ReferrerPolicy | readonly ReferrerPolicy[] = "strict-origin-when-cross-origin",
): Middleware {
  const policies: readonly string[] = typeof policy === "string" ? [policy] : Array.isArray(policy) ? policy : [];
  if (policies.length === 0 || !policies.every((each) => POLICIES.includes(each)))
    throw badOption("policy", `wrapReferrerPolicy takes one, or a list, of: ${POLICIES.join(", ")}`);
  const value = policies.join(", ");
  return wrapHeader("referrer-policy", () => value);
}
