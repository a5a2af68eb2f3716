/** `wrapContentLength`: Content-Length where the body's length is known. */
import { badOption } from "../errors.ts";
import { headerKey } from "../response-header.ts";
import { lengthOf } from "../response-shape.ts";
import { type Bare, isResponseMap, type Middleware, type ResponseMap } from "../ring.ts";

/**
 * Adds Content-Length to a response whose body is a string, octets or `null`, and that has neither Content-Length nor
 * Transfer-Encoding. Not to 1xx, 204, 205 and 304, nor to HEAD without a body, which says nothing of what GET would have
 * sent (RFC 9110, 8.6); HEAD with a body keeps its length. node:http tells the length of a string by itself; with this
 * the middleware outside know it too.
 */
export function wrapContentLength(...none: readonly []): Middleware<Bare, Bare> {
  if (none.length > 0) throw badOption("options", "wrapContentLength takes none: .use(wrapContentLength())");
  return (handler) => async (request) => {
    const response = await handler(request as Parameters<typeof handler>[0]);
    if (!isResponseMap(response)) return response;
    const length = lengthToTell(response, request.method);
    if (length === undefined) return response;
    return { ...response, headers: { ...response.headers, "content-length": String(length) } };
  };
}

function lengthToTell({ status, headers, body }: ResponseMap, method: string): number | undefined {
  if (status < 200 || status === 204 || status === 205 || status === 304) return undefined;
  if (headerKey(headers, "content-length") !== undefined) return undefined;
  if (headerKey(headers, "transfer-encoding") !== undefined) return undefined;
  return body === null ? (method === "HEAD" ? undefined : 0) : lengthOf(body);
}
