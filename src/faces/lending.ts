/** `wrapSession` for hosts: the same engine, with a session that handlers write to and may store before they answer. */
import type { Layer, Middleware, ResponseMap } from "../ring.ts";
import { reading } from "../session/calls.ts";
import { open } from "../session/open.ts";
import type { Settings } from "../session/options.ts";
import { withSessionHeaders } from "../session/response-headers.ts";
import { refuseOwnCookie, sessionKeys, type WithSession } from "../session/wrap-session.ts";
import type { SessionKind } from "./session-object.ts";
import { Visit } from "./visit.ts";

/** What it adds and takes: as `wrapSession`, and the session to write to. */
export interface Lending extends Layer {
  readonly request: Omit<WithSession["request"], "session"> & { readonly visit: Visit };
  readonly response: WithSession["response"] & { readonly isLookedAt?: boolean };
}

/** `Vary: Cookie` goes only with what somebody looked at; all else is as `wrapSession` has it. */
export function lending(
  settings: Settings<object>,
  kind: SessionKind,
): Middleware<Layer & { request: {}; response: {} }, Lending> {
  return (handler) => async (request) => {
    const opened = await open(settings, request);
    const visit = new Visit(settings, kind, request, opened);
    const keys = await reading(settings, () => sessionKeys(opened));
    const given = { ...request, ...keys, visit };
    const response = (await handler(given as unknown as Parameters<typeof handler>[0])) as ResponseMap &
      Lending["response"];
    const { session, sessionSlots: slots, sessionCookieAttrs: cookieAttrs, isLookedAt, ...rest } = response;
    refuseOwnCookie(rest, opened.cookie.name);
    const lines = await visit.store({ session, slots, cookieAttrs });
    const held = "upgrade" in rest ? { ...rest, upgrade: { watch: visit.watching() } } : rest;
    if (!isLookedAt && lines.length === 0) return held;
    return { ...held, headers: withSessionHeaders(rest.headers, lines, settings) };
  };
}
