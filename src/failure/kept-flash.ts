/** An error page shows no flash: what it answers so that a message waits for a page that does. */
import type { RequestMap } from "../ring.ts";

/** To be spread over an error page; nothing where no `wrapFlash` stands outside, which takes the key. */
export function keptFlash(request: RequestMap): { readonly keepFlash?: true } {
  return Object.hasOwn(request, "flash") ? { keepFlash: true } : {};
}
