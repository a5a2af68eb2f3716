/**
 * A header that shows a script sent the request: for APIs (ASVS 5.0, 3.5.2).
 *
 * Safe because a form cannot set a header, and a script of another origin may not send one that Fetch does not safelist
 * before this server has allowed it in the answer to a preflight. So it must never be allowed there (CORS,
 * `Access-Control-Allow-Headers`) to an origin that is not trusted. Second lock: a body of a type that a form can send is
 * not let through by it.
 */

import { badOption } from "../errors.ts";
import { TOKEN } from "../http-token.ts";
import type { RequestMap } from "../ring.ts";

/** Sent without a script: by browsers and web views, or by proxies. Or a token is read from it. */
const NOT_SAFE = /^x-(?:requested-with|moz|purpose|client-data|real-ip|forwarded.*|csrf-token|xsrf-token)$/;

/** The header's name in lower case. Throws `ERR_OPTION` for one that others send, or that needs no preflight. */
export function safeHeaderOf(name: unknown): string | undefined {
  if (name === undefined) return undefined;
  const lower = typeof name === "string" ? name.toLowerCase() : "";
  if (TOKEN.test(lower) && /^x-./.test(lower) && !NOT_SAFE.test(lower)) return lower;
  throw badOption("safeHeader", 'must be a header that only your scripts send, such as "X-Ring-Anti-Forgery"');
}

/** Whether a script sent the request, and no form. */
export function scriptSent({ headers, body }: Pick<RequestMap, "headers" | "body">, name: string): boolean {
  const type = headers["content-type"];
  const simple = type === undefined || type === "" ? body !== null : FORM_TYPES.test(type);
  return (headers[name] ?? "").trim() !== "" && !simple;
}

// Wherever they stand: servers read a Content-Type more leniently than Fetch does (CVE-2022-41919).
const FORM_TYPES = /x-www-form-urlencoded|multipart|text\/plain/i;
