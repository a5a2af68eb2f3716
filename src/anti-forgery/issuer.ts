/** A request's tokens: made when a page asks, and what the response must then carry so that they hold. */
import { withSetCookie } from "../cookies/response-cookies.ts";
import { badOption, RinglightError } from "../errors.ts";
import { headerValue, withHeaderValue } from "../response-header.ts";
import type { RequestMap, ResponseMap } from "../ring.ts";
import { isRecreate } from "../session/next.ts";
import type { WithSession } from "../session/wrap-session.ts";
import { drawPreSession, endedLine, preSessionLine } from "./pre-session.ts";
import { type Secrets, SLOT, secretOf } from "./secrets.ts";
import { mintToken, type NamedForm, type Provers, type TokenForm } from "./token.ts";

type Response = ResponseMap & Partial<Pick<WithSession["response"], "sessionSlots">> & { readonly session?: unknown };

export interface Issuer {
  readonly token: (form?: TokenForm) => string;
  /** The response with what its tokens need. */
  readonly answer: (response: ResponseMap) => ResponseMap;
}

/**
 * A token proves two secrets: the one that this visitor has, and a fresh one for the session that the response may begin
 * or recreate, which nobody knows before it is stored. So a page that comes with a sign-in can be sent, too.
 */
export function issuer(request: RequestMap, provers: Provers, secretsOf: () => Secrets): Issuer {
  let fresh: string | undefined;
  let answered: "not yet" | "session as it was" | "session changed" = "not yet";

  function token(form?: TokenForm): string {
    const wanted = form && checkedForm(form);
    const { own } = secretsOf();
    if (answered === "not yet") fresh ??= drawPreSession();
    else if (fresh === undefined && (own === undefined || answered === "session changed")) throw tooLate();
    const secrets = [own, fresh === undefined ? undefined : secretOf(fresh)].filter((secret) => secret !== undefined);
    return mintToken(provers, secrets, wanted);
  }

  function answer(response: Response): ResponseMap {
    const { session } = response;
    answered = session === undefined ? "session as it was" : "session changed";
    const renews = session === null || isRecreate(session);
    if (fresh === undefined && !renews) return response;
    const { own, came } = secretsOf();
    const lines = renews ? came.names.map((name) => endedLine(request.scheme, name)) : [];
    if (fresh !== undefined && (own === undefined || session === null))
      lines.push(preSessionLine(request.scheme, fresh));
    if (fresh === undefined && lines.length === 0) return response;
    const headers = lines.reduce(withSetCookie, uncached(response.headers));
    if (fresh === undefined) return { ...response, headers };
    const slot = { value: fresh, keep: false, onlyRenewed: true };
    return { ...response, headers, sessionSlots: { ...response.sessionSlots, [SLOT]: slot } } as Response;
  }

  return { token, answer };
}

/** The form as a request will name it. Throws `ERR_OPTION` for an action that is no path of this site. */
function checkedForm({ action, method = "POST" }: TokenForm): NamedForm {
  if (typeof action !== "string" || !/^\/(?!\/)/.test(action))
    throw badOption("action", 'must be the path that the form is sent to, as it is sent: "/account/delete"');
  if (typeof method !== "string") throw badOption("method", 'must be the form\'s method, such as "POST"');
  return { action: action.replace(/[?#].*$/s, ""), method: method.toUpperCase() };
}

// One visitor's token, or his cookie, in a page that another one gets: his forms would be refused, or forged.
function uncached(headers: ResponseMap["headers"]): ResponseMap["headers"] {
  return /(^|[,\s])(private|no-store)([,\s]|$)/i.test(headerValue(headers, "cache-control") ?? "")
    ? headers
    : withHeaderValue(headers, "cache-control", "private, no-store");
}

function tooLate(): RinglightError {
  return new RinglightError(
    "ERR_CSRF_TOKEN",
    "the token was asked for after the response was answered, when its cookie or session could no longer be set: " +
      "ask in the handler, before the body is streamed",
  );
}
