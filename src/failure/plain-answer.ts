/** Answers that no handler made: refusals and failures, by the edge, the handshake and middleware. */
import type { askedKind } from "../asked-kind.ts";
import { reasonPhrase } from "../reason-phrases.ts";
import type { ResponseMap } from "../ring.ts";

/** Never cached, and never taken for another type than they say (docs/decisions/0018 has what they do not say). */
export const NEVER_KEPT: ResponseMap["headers"] = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

const TYPES = {
  html: "text/html; charset=utf-8",
  json: "application/json",
  text: "text/plain; charset=utf-8",
} as const;

/** One of them. Default: the status's reason phrase, as text. */
export function plainAnswer(
  status: number,
  kind: ReturnType<typeof askedKind> = "text",
  body: string = reasonPhrase(status),
): ResponseMap {
  return { status, headers: { "content-type": TYPES[kind], ...NEVER_KEPT }, body };
}

/** One whose kind the request's `Accept` chose. */
export function byAccept(answer: ResponseMap): ResponseMap {
  return { ...answer, headers: { ...answer.headers, vary: "Accept" } };
}
