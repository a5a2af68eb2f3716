/** The token that a request brings: from a form's field or a header, never from a cookie or the query. */
import type { RequestMap } from "../ring.ts";
import { TOKEN_FIELD } from "./hidden-input.ts";

/** What the middleware for forms put there; a field is text, several texts, or a file. */
interface Fields {
  readonly formParams?: unknown;
  readonly multipartParams?: unknown;
}

/**
 * What came in the field, else in `X-CSRF-Token`, else in `X-XSRF-Token`: the first that is there decides, even if it is
 * no token. `undefined`: none came.
 */
export function cameToken(request: RequestMap & Fields): unknown {
  for (const fields of [request.multipartParams, request.formParams]) {
    if (typeof fields !== "object" || fields === null || !Object.hasOwn(fields, TOKEN_FIELD)) continue;
    const value = (fields as Readonly<Record<string, unknown>>)[TOKEN_FIELD];
    if (value !== undefined) return value;
  }
  return request.headers["x-csrf-token"] ?? request.headers["x-xsrf-token"];
}
