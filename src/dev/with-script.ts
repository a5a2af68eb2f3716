/** A script's tag in a page that a handler answered. */
import { headerKey, headerOf, withHeaders, without } from "../response-header.ts";
import { lengthOf } from "../response-shape.ts";
import type { RequestMap, ResponseMap } from "../ring.ts";

/**
 * The page with `tag` before its last `</body>`, or at its end; anything else as it is: streams and octets, encoded
 * bodies, fragments that a script fetched, what is no HTML document. Content-Length is corrected. ETag and Last-Modified
 * go, and it is not stored: a copy from a cache would be behind for ever.
 */
export function withScript<R extends ResponseMap>(response: R, request: RequestMap, tag: string): R {
  const { headers, body } = response;
  if (typeof body !== "string" || !isDocument(request) || !isHtml(headers)) return response;
  const end = body.toLowerCase().lastIndexOf("</body>");
  if (end === -1 && !/^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i.test(body)) return response;
  const grown = end === -1 ? body + tag : body.slice(0, end) + tag + body.slice(end);
  const others = without(headers, ["etag", "last-modified"]);
  const hasLength = headerKey(headers, "content-length") !== undefined;
  const length = hasLength ? { "content-length": String(lengthOf(grown)) } : {};
  return { ...response, headers: withHeaders(others, { ...length, "cache-control": "no-store" }), body: grown };
}

function isDocument({ method, headers }: RequestMap): boolean {
  const dest = headers["sec-fetch-dest"];
  return (method === "GET" || method === "HEAD") && (dest === undefined || /^(document|iframe|frame)$/.test(dest));
}

function isHtml(headers: ResponseMap["headers"]): boolean {
  const [type] = [headerOf(headers, "content-type")].flat();
  return headerKey(headers, "content-encoding") === undefined && /^text\/html\s*(;|$)/i.test(type ?? "");
}
