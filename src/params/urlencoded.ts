/** The body of a form as a browser posts it: `application/x-www-form-urlencoded`. */
import { type BodyLimits, bodyChunks, joined, letGo, type Received } from "../body.ts";
import { bodyType, readableParams } from "../body-type.ts";

/**
 * Its text, not yet decoded; `undefined` for a body of another type, which is not read. Throws what `bodyChunks` throws,
 * and `ERR_BODY_TYPE` (415) for a charset or a content coding that is not read here, and unreadable parameters.
 */
export async function urlencodedText(request: Received, limits: BodyLimits): Promise<string | undefined> {
  if (request.body === null) return undefined;
  try {
    if (bodyType(request.headers) !== "application/x-www-form-urlencoded") return undefined;
    readableParams(request.headers);
  } catch (error) {
    letGo(request.body);
    throw error;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await joined(bodyChunks(request, limits)));
}

/** Decodes as WHATWG's parser does: a percent sequence that cannot be decoded stays as it is. */
export function urlencodedPairs(text: string): URLSearchParams {
  return new URLSearchParams(`&${text}`); // a `?` in front would be dropped
}
