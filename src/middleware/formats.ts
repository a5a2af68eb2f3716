/** `wrapFormats`: bodies read by their Content-Type, data answered as `Accept` asks. */
import type { BodyLimits } from "../body.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import type { Format } from "../formats/format.ts";
import { checkFormats } from "../formats/format-options.ts";
import { json } from "../formats/json.ts";
import { type Chosen, negotiate } from "../formats/negotiate.ts";
import { mayDisregard, notAcceptable, refusedInstead } from "../formats/not-acceptable.ts";
import { type ReadRequest, readRequest } from "../formats/read.ts";
import { written } from "../formats/written.ts";
import { checkCount, checkOctets, checkTimeout } from "../limits.ts";
import { MAX_VALUES } from "../max-values.ts";
import { checkOnRefused, type OnRefused, refuse } from "../refusal.ts";
import type { Plain } from "../response.ts";
import { type Bare, isResponseMap, type Layer, type Middleware, once, type ResponseMap } from "../ring.ts";

export type { Format, FormatTypes, ReadLimits } from "../formats/format.ts";

export { json } from "../formats/json.ts";

/** The options of `wrapFormats`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface FormatsOptions {
  /** The formats, the preferred one first. Default `[json()]`. */
  readonly formats?: readonly Format[] | undefined;
  /** The longest body that is read, in octets. Default 1,048,576. */
  readonly limit?: number | undefined;
  /**
   * The most values in one body: numbers, texts, keys, arrays, objects, one by one. They take more time than their octets,
   * and nothing else runs meanwhile. Default 100,000.
   */
  readonly maxValues?: number | undefined;
  /** Seconds that a whole body may take to arrive. Default 30, at most 86,400. */
  readonly timeout?: number | undefined;
  /**
   * `true` where every answer within is data, as in an API: a request whose `Accept` takes none of the formats is then
   * refused before the handler runs. Default `false`.
   */
  readonly onlyData?: boolean | undefined;
  /** Is told of every refusal, and may answer it: `(error) => formatted({ error: error.code }, error.status)`. */
  readonly onRefused?: OnRefused | undefined;
}

/** What `wrapFormats` adds to the request and takes off the response. */
export interface WithFormats extends Layer {
  readonly request: {
    /**
     * The body's data; `undefined` where there is no body, or one in none of the formats, which stays in `request.body`.
     * A visitor's own words, in any shape: check it before you use it. No object in it has a key `__proto__`.
     */
    readonly bodyParams: unknown;
  };
  readonly response: {
    /** Sent in the format that `Accept` prefers, in place of a body: `formatted(data)`. `undefined` is no data. */
    readonly data?: unknown;
  };
}

/** A response that holds data in place of a body. */
export interface Formatted extends Omit<Plain, "data"> {
  readonly data: unknown;
}

/** Answers data, for `wrapFormats` to write. */
export function formatted(data: unknown, status = 200): Formatted {
  return { status, headers: {}, body: null, data };
}

/**
 * Reads bodies by their Content-Type into `request.bodyParams`, and sends `response.data` in the format that `Accept`
 * prefers, with its Content-Type and `Vary: Accept`. Stands inside `wrapSession`.
 *
 * Refuses before the handler runs: `ERR_BODY_SYNTAX` (400) for a body that is not what it says, is nested more than 200
 * levels deep or has a key `__proto__`; `ERR_BODY_TYPE` (415) for a charset but UTF-8 or ASCII, a Content-Type whose
 * parameters cannot be read, or a content coding; `ERR_BODY_SIZE` (413), `ERR_BODY_TIMEOUT` (408); `ERR_PARAMS_LIMIT`
 * (400) for more than `maxValues`. `ERR_NOT_ACCEPTABLE` (406) takes the place of data that answers a safe
 * method with success; what an unsafe method has done is done, and an error is an error, so those go out in the first
 * format (RFC 9110, 15.5.7, leaves that choice). A Content-Type of the handler's own chooses the format in place of `Accept`.
 *
 * Throws `ERR_OPTION` when built with an impossible option, `ERR_STACK_TWICE` around another `wrapFormats`. While
 * answering it rejects with `ERR_RESPONSE_SHAPE` for data that the format cannot write, with its path, for data beside a
 * body, and for a Content-Type that is none of the formats'. A Content-Type is no protection against forged requests.
 */
export function wrapFormats(options: FormatsOptions = {}): Middleware<Bare, WithFormats> {
  const settings = settingsOf(options);
  return once<Bare, WithFormats>("wrapFormats", (handler) => async (request) => {
    const { formats, first, onRefused } = settings;
    const chosen = negotiate(request.headers.accept, formats);
    const refused = async (error: RinglightError): Promise<ResponseMap> => {
      const answer = await refuse(error, request, onRefused);
      return written(answer, chosen ?? first, formats) ?? answer;
    };
    if (settings.onlyData && !chosen) return refused(notAcceptable(formats));
    let given: ReadRequest;
    try {
      given = await readRequest(request, formats, settings);
    } catch (error) {
      if (error instanceof RinglightError) return refused(error);
      throw error;
    }
    const response = await handler({ ...request, ...given } as Parameters<typeof handler>[0]);
    if (!isResponseMap(response)) return response;
    const answer = written(response, chosen ?? (mayDisregard(request, response) ? first : undefined), formats);
    return answer ?? refusedInstead(response, await refused(notAcceptable(formats)));
  });
}

interface Settings extends BodyLimits {
  readonly formats: readonly Format[];
  readonly first: Chosen;
  readonly maxValues: number;
  readonly onlyData: boolean;
  readonly onRefused: OnRefused | undefined;
}

const KNOWN = ["formats", "limit", "maxValues", "timeout", "onlyData", "onRefused"] as const;

function settingsOf(options: FormatsOptions): Settings {
  checkNames(options, KNOWN, "wrapFormats");
  const { limit = 1_048_576, maxValues = MAX_VALUES, timeout = 30, onlyData = false, onRefused } = options;
  checkOctets("limit", limit, 1);
  checkCount("maxValues", maxValues);
  checkTimeout(timeout);
  if (typeof onlyData !== "boolean") throw badOption("onlyData", "must be true or false");
  checkOnRefused(onRefused);
  const formats = checkFormats(options.formats === undefined ? [json()] : options.formats);
  return { formats, first: negotiate(undefined, formats)!, limit, maxValues, timeout, onlyData, onRefused };
}
