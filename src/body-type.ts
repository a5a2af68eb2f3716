/** What a body says that it is, and whether it can be read here. */
import { RinglightError } from "./errors.ts";
import { type Parameter, parseHeaderValue } from "./header-value.ts";
import { isUtf8 } from "./media-type.ts";
import type { RequestMap } from "./ring.ts";

type Headers = RequestMap["headers"];

/** The media type alone, in lower case, whatever its parameters; `""` where none is said. */
export function bodyType(headers: Headers): string {
  return (headers["content-type"] ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

/**
 * The parameters of Content-Type. Throws `ERR_BODY_TYPE` (415) where they cannot be read, and for a charset that is not
 * UTF-8 or ASCII, or a content coding.
 */
export function readableParams(headers: Headers): readonly Parameter[] {
  const params = parseHeaderValue(headers["content-type"] ?? "")?.params;
  if (!params) throw unreadable("a Content-Type whose parameters cannot be read");
  checkCharset(params);
  if (!/^\s*(?:identity)?\s*$/i.test(headers["content-encoding"] ?? ""))
    throw unreadable("a body with a Content-Encoding: send it as it is");
  return params;
}

/** Throws `ERR_BODY_TYPE` (415) for a charset that is not UTF-8, or ASCII, which is part of it. */
export function checkCharset(params: readonly Parameter[]): void {
  if (params.some(({ name, value }) => name === "charset" && !isUtf8(value) && !/^us-ascii$/i.test(value)))
    throw unreadable("a charset that is not UTF-8");
}

export function unreadable(message: string): RinglightError {
  return new RinglightError("ERR_BODY_TYPE", message, { status: 415 });
}
