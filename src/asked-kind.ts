/** What a request asks for, where an answer is made that no handler gave: a refusal, a failure. */
import type { RequestMap } from "./ring.ts";

/** HTML where Accept names it, else JSON where it names that (`application/problem+json` too), else text. */
export function askedKind({ headers }: Pick<RequestMap, "headers">): "html" | "json" | "text" {
  const accept = headers.accept ?? "";
  if (/\bhtml\b/i.test(accept)) return "html";
  return /\bjson\b/i.test(accept) ? "json" : "text";
}
