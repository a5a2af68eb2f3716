/** `wrapErrorPage`: what was thrown, readable, for the developer alone. */
import { askedKind } from "../asked-kind.ts";
import { badOption, checkNames } from "../errors.ts";
import { keptFlash } from "../failure/kept-flash.ts";
import { inProduction } from "../production.ts";
import type { Middleware, RequestMap, ResponseMap } from "../ring.ts";
import { errorHtml } from "./error-html.ts";
import { asText, type ShownError, shownError } from "./shown-error.ts";
import { fromThisMachine } from "./this-machine.ts";

/** The options of `wrapErrorPage`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface ErrorPageOptions {
  /**
   * Who is shown errors and source. Default: requests from this machine, asked for under `localhost`, `*.localhost`,
   * `127.…` or `[::1]`. In a container: `({ remoteAddress }) => remoteAddress === "172.17.0.1"`.
   */
  readonly allow?: ((request: RequestMap) => boolean) | undefined;
  /** Is told of every error that is shown, which no edge sees any more. Default `console.error`. */
  readonly onError?: ((error: unknown, request: RequestMap) => unknown) | undefined;
}

/**
 * Answers what is thrown inside with a page that shows the error, its stack and the source around it; JSON or plain text
 * to clients that do not ask for HTML. The error's `status` is kept; inside `wrapFlash` a waiting message waits on. To
 * requests that are not allowed the error goes on outwards. It shows no cookie, no Authorization header, no session and
 * no property of the error but message and code.
 *
 * The page is by the optional package `youch`, loaded at the first error; without it it is plain, and says so. It is
 * never cached, and has a Content-Security-Policy of its own. With NODE_ENV=production this is no middleware at all.
 */
export function wrapErrorPage(options: ErrorPageOptions = {}): Middleware {
  checkNames(options, ["allow", "onError"], "wrapErrorPage");
  const { allow = fromThisMachine, onError = printError } = options;
  if (typeof allow !== "function") throw badOption("allow", "must be a function of the request");
  if (typeof onError !== "function") throw badOption("onError", "must be a function");
  if (inProduction()) return (handler) => handler;
  return (handler) => async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      if (!allow(request)) throw error;
      await told(onError, error, request);
      return { ...(await errorAnswer(shownError(error, request), request)), ...keptFlash(request) };
    }
  };
}

// Not the request: its headers hold cookies.
function printError(error: unknown): void {
  console.error(error);
}

async function told(onError: NonNullable<ErrorPageOptions["onError"]>, error: unknown, request: RequestMap) {
  try {
    await onError(error, request);
  } catch {
    // An error while an error is told must not hide the first one.
  }
}

async function errorAnswer(shown: ShownError, request: RequestMap): Promise<ResponseMap> {
  const { status } = shown;
  const kind = askedKind(request);
  const { headers, body } =
    kind === "html"
      ? await errorHtml(shown, request)
      : kind === "json"
        ? { headers: { "content-type": "application/json" }, body: JSON.stringify({ error: shown }) }
        : { headers: { "content-type": "text/plain; charset=utf-8" }, body: asText(shown) };
  return { status, headers: { ...headers, "cache-control": "no-store", "x-content-type-options": "nosniff" }, body };
}
