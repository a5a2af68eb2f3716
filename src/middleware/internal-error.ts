/** `wrapInternalError`: a page for what the handler throws, and the reason in the log under the page's id. */
import { fullUriOf } from "../context/mount.ts";
import { randomOctets } from "../crypto/random.ts";
import { badOption, checkNames } from "../errors.ts";
import { keptFlash } from "../failure/kept-flash.ts";
import { failurePage } from "../failure/page.ts";
import { statusOf } from "../failure/status-of.ts";
import { withDefaultHeader } from "../headers/default-header.ts";
import { checkShape } from "../response-shape.ts";
import type { Awaitable, Bare, Middleware, RequestMap, Responder, ResponseMap } from "../ring.ts";

/** What an error page may say: nothing of the error itself. */
export interface Failure {
  /** 96 random bits, 16 characters of base64url; the log has it beside the reason. */
  readonly id: string;
  /** 400 to 599. */
  readonly status: number;
  readonly request: RequestMap;
}

/** What is logged beside the error. Of the request no header, cookie, body or query. */
export interface FailureContext extends Pick<Failure, "id" | "status"> {
  readonly request: Pick<RequestMap, "method" | "scheme" | "host" | "uri" | "remoteAddress">;
}

/** The options of `wrapInternalError`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface InternalErrorOptions {
  /**
   * The page: `({ id, status }) => errorPage(status, { id })`. Its status, headers and body are sent, a 2xx as the
   * failure's status, with `Cache-Control: no-store` where it has no other; nothing else of it counts. Default: status,
   * reason phrase and id, as HTML, JSON or text. A page that fails is told to `log`, under the same id, and the default page is sent as a 500.
   */
  readonly page?: ((failure: Failure) => Awaitable<ResponseMap>) | undefined;
  /** Is told why, once. Default `console.error`. Not waited for; when it fails, the default is told. */
  readonly log?: ((error: unknown, context: FailureContext) => unknown) | undefined;
  /** The lowest status that is logged. Default 500: an error with a status below it is the visitor's. */
  readonly logFrom?: 400 | 500 | undefined;
}

/**
 * Answers whatever the handler throws or rejects with: by an Error's own `status` where it has a whole number from 400 to
 * 599, else 500. The page says nothing of the reason.
 *
 * What threw has stored nothing and set no cookie, and neither does the page: inside `wrapSession` the session stays as it
 * is, inside `wrapFlash` a waiting message waits on; outside, a store that is down is a 503 page. Headers that middleware
 * outside it add are on the page, those of middleware inside are not. A stream that breaks after its response began
 * cannot be answered any more: `onError` of the adapter is told. No `Retry-After` is made up
 * (docs/decisions/0018): a `page` may add one.
 */
export function wrapInternalError(options: InternalErrorOptions = {}): Middleware {
  checkOptions(options);
  const { page, log = print, logFrom = 500 } = options;
  const wrap = (handler: Responder<RequestMap, ResponseMap>) => {
    return async (request: RequestMap): Promise<ResponseMap> => {
      try {
        return await handler(request);
      } catch (error) {
        const status = statusOf(error);
        const id = randomOctets(12).toString("base64url");
        if (status >= logFrom) tell(log, error, { id, status, request: shown(request) });
        return { ...(await answer({ id, status, request })), ...keptFlash(request) };
      }
    };
  };
  const answer = async (failure: Failure): Promise<ResponseMap> => {
    const { id, status, request } = failure;
    if (page === undefined) return failurePage(status, request, status >= logFrom ? id : undefined);
    try {
      const own = checkShape(await page(failure), request.method);
      const sent = { status: own.status < 300 ? status : own.status, headers: own.headers, body: own.body };
      return withDefaultHeader(sent, "cache-control", "no-store");
    } catch (error) {
      tell(log, error, { id, status: 500, request: shown(request) });
      return failurePage(500, request, id);
    }
  };
  return wrap as unknown as Middleware<Bare, Bare>;
}

type Log = NonNullable<InternalErrorOptions["log"]>;

const print: Log = (error, { id, status, request: { method, uri } }) =>
  console.error(`ringlight: error ${id}, answered ${status}: ${plain(method)} ${plain(uri)}`, error);

// A path may hold octets that a terminal takes for commands.
function plain(text: string): string {
  return text.replace(/[^!-~]+/g, (signs) => encodeURIComponent(signs.toWellFormed()));
}

// An error while an error is told must not cost the visitor his page, nor anybody the error.
function tell(log: Log, error: unknown, context: FailureContext): void {
  const failed = (reason: unknown) => {
    try {
      print(error, context);
      if (log !== print) print(reason, context);
    } catch {
      // The console itself fails.
    }
  };
  try {
    Promise.resolve(log(error, context)).catch(failed);
  } catch (reason) {
    failed(reason);
  }
}

function shown(request: RequestMap): FailureContext["request"] {
  const { method, scheme, host, remoteAddress } = request;
  return { method, scheme, host, uri: fullUriOf(request), remoteAddress }; // as it was sent: under a context too
}

function checkOptions(options: InternalErrorOptions): void {
  checkNames(options, ["page", "log", "logFrom"], "wrapInternalError");
  for (const name of ["page", "log"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") throw badOption(name, "must be a function");
  }
  const { logFrom = 500 } = options;
  if (logFrom !== 400 && logFrom !== 500) throw badOption("logFrom", "must be 400 or 500, the lowest status to log");
}
