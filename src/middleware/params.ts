/** `wrapParams`: the parameters of the query string and of a posted form, by name. */
import type { BodyLimits } from "../body.ts";
import { checkNames, RinglightError } from "../errors.ts";
import { checkCount, checkOctets, checkTimeout } from "../limits.ts";
import { overLimit } from "../over-limit.ts";
import { NONE, type Params, paramsOf, type WithParams } from "../params/record.ts";
import { urlencodedText } from "../params/urlencoded.ts";
import { checkOnRefused, type OnRefused, refuse } from "../refusal.ts";
import { type Bare, type Middleware, once, type RequestMap } from "../ring.ts";

export type { Params, WithParams } from "../params/record.ts";

/** The options of `wrapParams`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface ParamsOptions {
  /** Octets of a form's body, and of a query string. Default 1,048,576. */
  readonly limit?: number | undefined;
  /** Parameters of a form, and of a query string; `a&&b` has three. Default 1000. */
  readonly maxParams?: number | undefined;
  /** Seconds that a form's whole body may take to arrive. Default 30, at most 86,400. */
  readonly timeout?: number | undefined;
  /** Is told of a refused request, and may answer it. */
  readonly onRefused?: OnRefused | undefined;
}

const KNOWN = ["limit", "maxParams", "timeout", "onRefused"] as const;

/**
 * Adds `request.queryParams` and `request.formParams`. There is no `params` in which the two are merged: of
 * `POST /transfer?to=eve` only the handler knows whose word counts.
 *
 * A form is a body of exactly `application/x-www-form-urlencoded`, in UTF-8 or ASCII. It is read whole before the handler runs, and
 * `request.body` is `null` then; `readForm(request)` still answers it. Any other body is left alone. Names and values are
 * decoded as `URLSearchParams` does: a percent sequence that cannot be decoded stays as it is.
 *
 * Refuses: `ERR_BODY_SIZE` (413), `ERR_BODY_TIMEOUT` (408), `ERR_BODY_SYNTAX` (400, cut off), `ERR_BODY_TYPE` (415, another
 * charset, a Content-Type whose parameters cannot be read, or a content coding), `ERR_PARAMS_LIMIT` (400). Throws `ERR_STACK_TWICE` around another `wrapParams`.
 */
export function wrapParams(options: ParamsOptions = {}): Middleware<Bare, WithParams> {
  checkNames(options, KNOWN, "wrapParams");
  const { limit = 1_048_576, maxParams = 1000, timeout = 30, onRefused } = options;
  checkOctets("limit", limit);
  checkCount("maxParams", maxParams);
  checkTimeout(timeout);
  checkOnRefused(onRefused);
  return once<Bare, WithParams>("wrapParams", (handler) => async (request) => {
    let read: Read;
    try {
      read = await readParams(request, { limit, timeout }, maxParams);
    } catch (error) {
      if (error instanceof RinglightError) return refuse(error, request, onRefused);
      throw error;
    }
    return handler({ ...request, ...read } as Parameters<typeof handler>[0]);
  });
}

type Read = WithParams["request"] & { readonly body?: null };

async function readParams(request: RequestMap, limits: BodyLimits, maxParams: number): Promise<Read> {
  const queryParams = queryOf(request, limits.limit, maxParams);
  const form = await urlencodedText(request, limits);
  if (form === undefined) return { queryParams, formParams: NONE };
  return { queryParams, formParams: paramsOf(form, maxParams), body: null };
}

function queryOf({ queryString }: RequestMap, limit: number, maxParams: number): Params {
  if (queryString.length > limit) throw overLimit(`a query string of more than ${limit} octets`);
  return paramsOf(queryString, maxParams);
}
