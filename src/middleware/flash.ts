/** `wrapFlash`: a message for the next page, shown once. */

import { badOption } from "../errors.ts";
import { isResponseMap, type Layer, type Middleware, once, type RequestMap, type ResponseMap } from "../ring.ts";
import type { DeepReadonly, Json, JsonObject } from "../session/json.ts";
import type { WithSlots } from "../session/wrap-session.ts";

/** What `wrapFlash` adds to the request and takes off the response. */
export interface WithFlash<Flash = Json> extends Layer {
  readonly request: {
    /** What the response before left, or `undefined`. */
    readonly flash: DeepReadonly<Flash> | undefined;
  };
  readonly response: {
    /** For the next page; `null` drops the one that waits. */
    readonly flash?: DeepReadonly<Flash> | null | undefined;
    /** `true` lets the one that waits go on waiting: this page did not show it. Beside a new `flash` it says nothing. */
    readonly keepFlash?: boolean | undefined;
  };
}

/** The constraint for a flash: a string, or anything else that JSON keeps. */
export type Flashable<Flash> = Json | JsonObject<Flash>;

const SLOT = "flash";

/**
 * `flash: "Saved."` on a response is `request.flash` on the page after it, redirects between included.
 *
 * It waits in a slot of the session, so a handler that answers a fresh session, or signs in, does not lose it. It is
 * taken away when a page that can show it is answered, never by HEAD, a prefetch, an image, a redirect, a WebSocket or
 * a thrown error, and only if it is still the one that was shown. Two pages asked for at the very same time may both
 * show it: lost would be worse. Throws `ERR_STACK_TWICE` around another `wrapFlash`; while answering, a flash that JSON
 * would change is `ERR_SESSION_VALUE`.
 */
export function wrapFlash<Flash extends Flashable<Flash> = Json>(
  ...none: readonly []
): Middleware<WithSlots, WithFlash<Flash>> {
  if (none.length > 0) throw badOption("options", "wrapFlash takes none: .use(wrapFlash())");
  return once<WithSlots, WithFlash<Flash>>("wrapFlash", (handler) => async (request) => {
    if (request.sessionSlots === undefined)
      throw badOption("order", "wrapFlash needs a session: .use(wrapSession()).use(wrapFlash())");
    const waiting = request.sessionSlots[SLOT];
    const given = { ...request, flash: waiting } as unknown as Parameters<typeof handler>[0];
    const response = await handler(given);
    if (!isResponseMap(response)) return response;
    const { flash, keepFlash, ...rest } = response as ResponseMap &
      WithFlash<Flash>["response"] &
      WithSlots["response"];
    const slot =
      flash === undefined
        ? spent(keepFlash === true ? undefined : waiting, request, rest)
        : flash === null
          ? null
          : { value: flash as Json, keep: true };
    return slot === undefined ? rest : { ...rest, sessionSlots: { ...rest.sessionSlots, [SLOT]: slot } };
  });
}

/** `null` when the waiting message has been shown, `undefined` when it goes on waiting. */
function spent(waiting: Json | undefined, request: RequestMap, { status }: ResponseMap): null | undefined {
  const shows = status >= 200 && (status < 300 || status >= 400); // neither a redirect nor a WebSocket
  return waiting !== undefined && shows && showsPage(request) ? null : undefined;
}

/** Whether the answer to this request is something that a person reads. */
export function showsPage({ method, headers }: RequestMap): boolean {
  if (method !== "GET" || isPrefetch(headers)) return false;
  const dest = headers["sec-fetch-dest"];
  if (dest !== undefined) return dest === "document" || dest === "iframe" || dest === "empty";
  const accept = headers.accept;
  return accept === undefined || accept.trim() === "*/*" || /(^|[,\s])text\/html\s*($|[,;])/i.test(accept);
}

// Sec-Purpose is the Fetch standard's; the other two were sent before it.
function isPrefetch(headers: RequestMap["headers"]): boolean {
  const purpose = headers["sec-purpose"] ?? headers.purpose ?? headers["x-moz"];
  return purpose !== undefined && /(^|[,;\s])(prefetch|prerender|preview)/i.test(purpose);
}
