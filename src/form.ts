/** Forms: what a browser posts as `application/x-www-form-urlencoded`. */
import { badOption, RinglightError } from "./errors.ts";
import type { RequestMap } from "./ring.ts";

/**
 * The fields of a posted form; empty for a body that is none. `limit` is in octets, 65,536 by default; past it rejects
 * with `ERR_BODY_SIZE` (413), so that nobody fills the memory. A body can be read once: call it once per request.
 */
export async function readForm(
  { body, headers }: Pick<RequestMap, "body" | "headers">,
  { limit = 65_536 }: { readonly limit?: number | undefined } = {},
): Promise<URLSearchParams> {
  if (!(Number.isInteger(limit) && limit >= 0)) throw badOption("limit", "must be a whole number of octets");
  if (!body || !/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers["content-type"] ?? "")) {
    return new URLSearchParams();
  }
  let size = 0;
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new RinglightError("ERR_BODY_SIZE", `a form of more than ${limit} octets`, { status: 413 });
    text += decoder.decode(chunk, { stream: true });
  }
  return new URLSearchParams(text + decoder.decode());
}
