/** What a page about a failure says to a `wrapFlash` outside, which would take it for one that showed the waiting message. */
import type { RequestMap } from "../ring.ts";

/** `keepFlash` where a flash is there to be kept; else no key, which nobody would take. */
export function keepingFlash(request: RequestMap): { readonly keepFlash?: true } {
  return Object.hasOwn(request, "flash") ? { keepFlash: true } : {};
}
