/** `wrapDefaultCharset`: says in which charset text is sent. */
import { badOption } from "../errors.ts";
import { charsetOf, isUtf8, mediaType } from "../media-type.ts";
import { headerKey } from "../response-header.ts";
import { type Bare, isResponseMap, type Middleware, type ResponseMap } from "../ring.ts";

/**
 * Adds `; charset=…` to the Content-Type of text/* and application/xml that says none; others have no such parameter, or
 * are UTF-8 without it (JSON: RFC 8259, 11; JavaScript: RFC 9239, 4.2).
 *
 * `charset` is that of octets and streams, which are sent as they are; default `"utf-8"`. A string is always sent in
 * UTF-8, and said to be: whatever `charset` is, and in place of another one that the handler named. Throws `ERR_OPTION`
 * for a charset that no browser knows.
 */
export function wrapDefaultCharset(charset = "utf-8"): Middleware<Bare, Bare> {
  checkCharset(charset);
  return (handler) => async (request) => {
    const response = await handler(request as Parameters<typeof handler>[0]);
    return isResponseMap(response) ? withCharset(response, charset) : response;
  };
}

function withCharset<Response extends ResponseMap>(response: Response, charset: string): Response {
  const { headers, body } = response;
  const key = headerKey(headers, "content-type");
  const value = key === undefined ? undefined : headers[key];
  const given = typeof value === "string" ? mediaType(value) : undefined;
  if (key === undefined || !given || !isText(given.type)) return response;
  const isString = typeof body === "string";
  const named = charsetOf(given);
  if (named !== undefined && (!isString || isUtf8(named))) return response;
  const others = given.params.filter(({ name }) => name !== "charset").map(({ name, raw }) => `${name}=${raw}`);
  const said = [given.type, ...others, `charset=${isString ? "utf-8" : charset}`].join("; ");
  return { ...response, headers: { ...headers, [key]: said } };
}

function isText(type: string): boolean {
  return type.startsWith("text/") || type === "application/xml";
}

function checkCharset(charset: unknown): void {
  const remedy = 'must be a charset that browsers know, such as "utf-8"';
  if (typeof charset !== "string" || !/^[\w.:+-]+$/.test(charset)) throw badOption("charset", remedy);
  try {
    new TextDecoder(charset);
  } catch {
    throw badOption("charset", remedy);
  }
}
