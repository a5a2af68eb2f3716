/** The one error class of ringlight, its codes, and what each code means. */
import { meantName } from "./did-you-mean.ts";

/**
 * Why ringlight refused. Codes are stable; messages are not.
 *
 * Thrown while a stack is built (a programmer's mistake, mended in the code):
 * - `ERR_OPTION`: an option is of the wrong kind, out of its bounds, or contradicts another one. `option` names it. Also
 *   rejected by `serve`, for a port that is taken. Later, too: by what a handler calls with options or names, `recreate`,
 *   `readForm`, `antiForgeryToken`, `assetPath`, `errorPage`, what `renderer` gives; and for each request by `wrapFlash`,
 *   `wrapNestedParams` and a token strategy that do not stand inside the middleware they need.
 * - `ERR_STACK_TWICE`: the same middleware stands twice around one handler (two `wrapSession` would overwrite each other).
 * - `ERR_ROUTE`: a route pattern cannot be read, or two routes answer the same method and pattern.
 * - `ERR_MODULE_MISSING`: an optional library that this middleware works with is not installed; the message says which.
 *
 * Thrown or rejected while a request is answered, by what the handler returned (answered as 500):
 * - `ERR_COOKIE_NAME`, `ERR_COOKIE_VALUE`, `ERR_COOKIE_ATTRIBUTE`: a cookie that RFC 6265bis does not allow to be sent.
 * - `ERR_COOKIE_PREFIX`: a `__Host-`, `__Secure-`, `__Http-` or `__Host-Http-` name without what the prefix promises.
 * - `ERR_COOKIE_SIZE`: name and value exceed 4096 octets, or an attribute 1024: a browser would drop it in silence.
 * - `ERR_RESPONSE_KEY`: a response carried a key that no middleware took (a misspelt `sesion`, or a missing middleware).
 *   As 501: a WebSocket, on a server that takes none.
 * - `ERR_CSRF_TOKEN`: an anti-forgery token asked for after the response was answered, when it could no longer be made
 *   to hold, or in a handler that `wrapAntiForgery` does not stand around.
 * - `ERR_RESPONSE_SHAPE`: a response without a usable status, headers or body.
 * - `ERR_TEMPLATE`: a template that is not there, a name that is none, or an engine that gives no text.
 * - `ERR_LINT`: outside production `wrapLint` saw what SPEC.md does not allow; the message names the sentence.
 * - `ERR_SESSION_VALUE`: a session value that JSON would change, and that the option `codec` does not keep; `path` says
 *   where. Nothing was stored.
 * - `ERR_SESSION_SIZE`: a session that is too large for its cookies; the message names its largest keys. Nothing was stored.
 * - `ERR_SESSION_NEXT`: `response.session` is none of object, function, `recreate(…)`, `null`, absent, or a session
 *   function returned a promise or no object. Nothing was stored.
 * - `ERR_INSECURE_SCHEME`: a session over plain http in production, on a host that is not loopback.
 *
 * What a visitor sent, refused before the handler runs, or for 406 and 426 in place of what it answered (answered with the
 * status in brackets; `onRefused` is told):
 * - `ERR_CSRF` (403): a request that changes something, and that does not show that it comes from this site's own pages.
 * - `ERR_BODY_SIZE` (413): a body, or a part of one, longer than the limit. `readForm` rejects with the four of a body.
 * - `ERR_BODY_TIMEOUT` (408): a body that did not arrive within the limit.
 * - `ERR_BODY_SYNTAX` (400): a body that is not what its Content-Type says, or was cut off.
 * - `ERR_BODY_TYPE` (415): a body in a format, charset or content coding that is not read here.
 * - `ERR_PARAMS_LIMIT` (400): more parameters, parts, levels of nesting or values of a body than the limit.
 * - `ERR_HOST` (400): a request that names no host, or none that can be one, where the answer would send the visitor to it.
 * - `ERR_NOT_ACCEPTABLE` (406): none of the formats that `Accept` takes is offered.
 * - `ERR_UPGRADE_REQUIRED` (426): a WebSocket was answered to a request that did not ask for one.
 *
 * About the session's state:
 * - `ERR_UPDATE_CONFLICT` (503): a change lost to other writers again and again: a session function until the operation's
 *   time limit, any other a thousand times. Nothing was stored.
 * - `ERR_SUBJECT_EPOCH` (409): a sign-in under an `epoch` that has passed: the subject's sessions were all ended since it
 *   was read. Nothing was stored.
 * - `ERR_SUBJECT_FULL` (409): the subject has `maxPerSubject` sessions, and the store's `whenFull` is `"refuse"`. Nothing
 *   was stored.
 * - `ERR_SESSION_GONE` (409): with `onGone: "error"`, the session was ended, expired or recreated while this request ran. Nothing was stored.
 *
 * In a test:
 * - `ERR_VISIT`: `visitor` was asked for a form, field, button or value that the page does not have, or was redirected
 *   without end.
 *
 * About the store (answered as 503; the cookie stays as it is):
 * - `ERR_STORE_UNAVAILABLE`: the store rejected; `cause` has its error. Or it was not asked, because it has just failed
 *   several times in a row (`breaker`). Or what it gave is torn, or written by a codec that is not this stack's.
 * - `ERR_STORE_TIMEOUT`: the store did not answer within the limit. A change may or may not have been stored.
 */
export type ErrorCode =
  | "ERR_OPTION"
  | "ERR_STACK_TWICE"
  | "ERR_ROUTE"
  | "ERR_MODULE_MISSING"
  | "ERR_VISIT"
  | "ERR_COOKIE_NAME"
  | "ERR_COOKIE_VALUE"
  | "ERR_COOKIE_ATTRIBUTE"
  | "ERR_COOKIE_PREFIX"
  | "ERR_COOKIE_SIZE"
  | "ERR_RESPONSE_KEY"
  | "ERR_RESPONSE_SHAPE"
  | "ERR_TEMPLATE"
  | "ERR_LINT"
  | "ERR_CSRF"
  | "ERR_CSRF_TOKEN"
  | "ERR_BODY_SIZE"
  | "ERR_BODY_TIMEOUT"
  | "ERR_BODY_SYNTAX"
  | "ERR_BODY_TYPE"
  | "ERR_PARAMS_LIMIT"
  | "ERR_HOST"
  | "ERR_NOT_ACCEPTABLE"
  | "ERR_UPGRADE_REQUIRED"
  | "ERR_SESSION_VALUE"
  | "ERR_SESSION_SIZE"
  | "ERR_SESSION_NEXT"
  | "ERR_INSECURE_SCHEME"
  | "ERR_UPDATE_CONFLICT"
  | "ERR_SESSION_GONE"
  | "ERR_SUBJECT_EPOCH"
  | "ERR_SUBJECT_FULL"
  | "ERR_STORE_UNAVAILABLE"
  | "ERR_STORE_TIMEOUT";

/** What an error may tell beside its code and message. */
export interface ErrorDetails {
  /** The HTTP status that the edge answers when nobody handles the error. Default 500. */
  readonly status?: number;
  /** The option at fault, as written: `"cookieAttrs.path"`. */
  readonly option?: string;
  /** Where in the session the value stands: `"cart[0].added"`. */
  readonly path?: string;
  readonly cause?: unknown;
}

/** Every error that ringlight itself throws. Messages never hold a token, an id, a key or a stored value. */
export class RinglightError extends Error {
  override readonly name = "RinglightError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly option: string | undefined;
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.status = details.status ?? 500;
    this.option = details.option;
    this.path = details.path;
  }
}

/**
 * Throws `ERR_OPTION` for options that are no object, and for a name that is none of `known`. The compiler holds `known` to
 * the type of the options: a name that is missing, or that is none, does not compile.
 */
export function checkNames<Options, const Known extends readonly string[]>(
  options: Options,
  known: Known & NamesOf<Options, Known>,
  of: string,
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw badOption("options", `${of} takes an object of options`);
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const meant = meantName(name, known);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    throw badOption(name, `is no option of ${of}${hint}; there are: ${known.join(", ")}`);
  }
}

/** What holds `Known` to be all names of `Options`, and no others. */
export type NamesOf<Options, Known extends readonly string[]> = unknown extends Options
  ? unknown
  : string extends Known[number]
    ? { readonly say: "as const" }
    : [Exclude<KeyOf<Options>, Known[number]>] extends [never]
      ? [Exclude<Known[number], KeyOf<Options>>] extends [never]
        ? unknown
        : { readonly noOption: Exclude<Known[number], KeyOf<Options>> }
      : { readonly missing: Exclude<KeyOf<Options>, Known[number]> };
type KeyOf<Options> = Options extends unknown ? keyof Options : never;

/** Throws `ERR_OPTION` for options given to what takes none. */
export function checkNone(given: readonly unknown[], of: string): void {
  if (given.some((each) => each !== undefined)) throw badOption("options", `${of}() takes none`);
}

/** `ERR_OPTION` with the option's name in front: `timeout: must be …`. */
export function badOption(option: string, remedy: string): RinglightError {
  return new RinglightError("ERR_OPTION", `${option}: ${remedy}`, { option });
}
