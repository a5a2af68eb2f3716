/** `wrapContentTypeOptions`: a response is what its Content-Type says. */
import { badOption } from "../errors.ts";
import { wrapHeader } from "../headers/default-header.ts";
import type { Middleware } from "../ring.ts";

/**
 * `X-Content-Type-Options: nosniff` (Fetch standard, 3.6) on every response that does not have the header: an upload
 * that is sent as text is then not run as a script. Throws `ERR_OPTION` for any other value: there is none.
 */
export function wrapContentTypeOptions(value: "nosniff" = "nosniff"): Middleware {
  if (value !== "nosniff") throw badOption("value", 'wrapContentTypeOptions takes "nosniff": there is no other value');
  return wrapHeader("x-content-type-options", () => value);
}
