/** What a middleware answers to a request that it does not let through to the handler. */
import { askedKind } from "./asked-kind.ts";
import { badOption, type RinglightError } from "./errors.ts";
import { byAccept, plainAnswer } from "./failure/plain-answer.ts";
import { inProduction } from "./production.ts";
import { reasonPhrase } from "./reason-phrases.ts";
import { withHeaders } from "./response-header.ts";
import { isResponseMap, type RequestMap, type ResponseMap } from "./ring.ts";

/**
 * Is told why a request was refused, and may answer it in place of `refusal`: `(error, request) => errorPage(error.status)`.
 * Answering nothing keeps the plain answer, so it serves as an event too. What it throws is a failure like a handler's.
 */
export type OnRefused = (error: RinglightError, request: RequestMap) => unknown;

/**
 * The plain answer to a refused request: the error's status, its reason phrase and its code, as JSON where the request
 * asks for JSON, never cached. Outside production also the error's message, which says what to mend.
 */
export function refusal(error: RinglightError, request: Pick<RequestMap, "method" | "headers">): ResponseMap {
  const { status, code } = error;
  const asJson = askedKind(request) === "json";
  const message = inProduction() ? reasonPhrase(status) : error.message;
  const body = asJson
    ? JSON.stringify({ error: { code, message } })
    : `${reasonPhrase(status)} (${code})${inProduction() ? "" : `\n${message}`}\n`;
  const answer = byAccept(plainAnswer(status, asJson ? "json" : "text", body));
  return request.method === "HEAD" ? { ...answer, body: null } : answer;
}

/**
 * Refuses a request: tells `onRefused`, and gives its answer or the plain one. A 408 closes the connection: what is still
 * to come on it belongs to a request that nobody waits for (RFC 9110, 15.5.9).
 */
export async function refuse(error: RinglightError, request: RequestMap, onRefused?: OnRefused): Promise<ResponseMap> {
  const own = await onRefused?.(error, request);
  const response = isResponseMap(own) ? own : refusal(error, request);
  return error.status === 408
    ? { ...response, headers: withHeaders(response.headers, { connection: "close" }) }
    : response;
}

/** Throws `ERR_OPTION` for an `onRefused` that cannot be called. */
export function checkOnRefused(onRefused: unknown): void {
  if (onRefused !== undefined && typeof onRefused !== "function") throw badOption("onRefused", "must be a function");
}
