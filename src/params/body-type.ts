/** What a body says that it is, and whether it can be read here. */
import { RinglightError } from "../errors.ts";
import type { RequestMap } from "../ring.ts";
import { type HeaderValue, headerValue } from "./header-value.ts";

/**
 * The parameters of Content-Type, where its media type is exactly `type`; else `undefined`. Throws `ERR_BODY_TYPE` (415)
 * where it is, and parameters that cannot be read, a charset that is not UTF-8 or a content coding stand beside it.
 */
export function bodyOfType({ headers }: Pick<RequestMap, "headers">, type: string): HeaderValue["params"] | undefined {
  const given = headers["content-type"] ?? "";
  if ((given.split(";", 1)[0] ?? "").trim().toLowerCase() !== type) return undefined;
  const params = headerValue(given)?.params;
  if (!params) throw unreadable(`a Content-Type of ${type} whose parameters cannot be read`);
  checkCharset(params);
  if (!/^(?:identity)?$/i.test(headers["content-encoding"] ?? ""))
    throw unreadable("a body with a Content-Encoding: send it as it is");
  return params;
}

/** Throws `ERR_BODY_TYPE` (415) for a charset that is not UTF-8, or ASCII, which is part of it. */
export function checkCharset(params: HeaderValue["params"]): void {
  if (params.some(([name, value]) => name === "charset" && !/^(?:utf-?8|us-ascii)$/i.test(value)))
    throw unreadable("a charset that is not UTF-8");
}

export function unreadable(message: string): RinglightError {
  return new RinglightError("ERR_BODY_TYPE", message, { status: 415 });
}
