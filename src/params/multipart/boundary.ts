/** What separates the parts of a multipart body (RFC 2046, 5.1.1). */

import { bodyType, readableParams } from "../../body-type.ts";
import type { RequestMap } from "../../ring.ts";
import { malformed } from "./part-header.ts";

/**
 * The boundary of a body of `multipart/form-data`; `undefined` for any other. Throws `ERR_BODY_SYNTAX` (400) for one that
 * is none or stands twice, `ERR_BODY_TYPE` (415) for a charset but UTF-8 or ASCII, for parameters that cannot be read, and
 * for a content coding.
 */
export function boundaryOf({ body, headers }: Pick<RequestMap, "body" | "headers">): string | undefined {
  if (body === null || bodyType(headers) !== "multipart/form-data") return undefined;
  const params = readableParams(headers).filter(({ name }) => name === "boundary");
  const [boundary, ...more] = params.map(({ value }) => value);
  if (boundary === undefined || more.length > 0 || !/^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/.test(boundary))
    throw malformed("a multipart body whose Content-Type has not one boundary of 1 to 70 characters");
  return boundary;
}
