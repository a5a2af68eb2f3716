/** What becomes of data where `Accept` takes none of the formats (docs/decisions/0015). */
import { RinglightError } from "../errors.ts";
import { inPlaceOf, withVary } from "../response-header.ts";
import type { RequestMap, ResponseMap } from "../ring.ts";
import type { Format } from "./format.ts";
import type { WithData } from "./written.ts";

/** Those that RFC 9110, 9.2.1, calls safe. */
const SAFE_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS", "TRACE"];

/** Whether data goes out though `Accept` takes none of the formats: what was done, or went wrong, must be told. */
export function mayDisregard({ method }: RequestMap, { status }: ResponseMap): boolean {
  return !SAFE_METHODS.includes(method) || status >= 400;
}

/** The error that refuses the request. */
export function notAcceptable(formats: readonly Format[]): RinglightError {
  const types = formats.flatMap((format) => format.types).join(", ");
  return new RinglightError("ERR_NOT_ACCEPTABLE", `Accept takes none of ${types}`, { status: 406 });
}

/** The refusal, with all that the handler said beside its data: a session, a flash, cookies. */
export function refusedInstead(response: ResponseMap, refusal: ResponseMap): ResponseMap {
  const { data: _, ...rest } = response as WithData;
  const headers = Object.entries(rest.headers).filter(([name]) => !/^(?:content-.*|etag|last-modified)$/i.test(name));
  return {
    ...rest,
    ...refusal,
    headers: inPlaceOf(Object.fromEntries(headers), withVary(refusal.headers, "Accept")),
  };
}
