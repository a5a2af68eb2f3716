/** What templates ask for: the hidden input, or the token itself. */
import { RinglightError } from "../errors.ts";
import type { Layer } from "../ring.ts";
import { hiddenInput } from "./hidden-input.ts";
import type { TokenForm } from "./token.ts";

/** What `wrapAntiForgery` adds to the request. */
export interface WithAntiForgery extends Layer {
  readonly request: {
    /**
     * Gives a token, another one at each call; `""` where the strategy has none. See `antiForgeryToken`.
     */
    readonly antiForgery: (form?: TokenForm) => string;
  };
  readonly response: {};
}

/**
 * A token to send as `X-CSRF-Token` or in the field `__anti-forgery-token`; `""` where the strategy has none. With `form`
 * it passes for this method and path alone, else for all.
 *
 * Ask before the response is answered: it gets `Cache-Control: private, no-store` then, and a visitor who has nothing yet
 * a cookie. Asked later, in a stream, it is right for a visitor whose session this response leaves alone, else it throws
 * `ERR_CSRF_TOKEN`. `ERR_OPTION` for an `action` that is no path.
 */
export function antiForgeryToken(request: WithAntiForgery["request"], form?: TokenForm): string {
  if (typeof request.antiForgery === "function") return request.antiForgery(form);
  throw new RinglightError("ERR_CSRF_TOKEN", "the request did not pass wrapAntiForgery: use it outside this handler");
}

/** The hidden input that a form needs, escaped; `""` where the strategy has no token, so that templates need not know. */
export function antiForgeryField(request: WithAntiForgery["request"], form?: TokenForm): string {
  return hiddenInput(antiForgeryToken(request, form));
}
