/** The part `session` of the defaults, with the types of its data and its flash. */
import type { CookieAttributes } from "../cookies/attributes.ts";
import type { Flashable } from "../middleware/flash.ts";
import type { Json, JsonObject } from "../session/json.ts";
import type { SessionOptions } from "../session/options.ts";
import type { AnySession } from "../session/wrap-session.ts";

declare const types: unique symbol;

/** Carries the types of a session and its flash; there is nothing of it at run time. */
export interface SessionTypes<Data, Flash> {
  readonly [types]?: readonly [Data, Flash];
}

/** The session's data that a part `session` speaks of, and its flash. */
export type DataOf<Session> =
  Session extends SessionTypes<infer Data, unknown>
    ? unknown extends Data
      ? AnySession
      : Extract<Data, object>
    : AnySession;
export type FlashOf<Session> =
  Session extends SessionTypes<unknown, infer Flash> ? (unknown extends Flash ? Json : Flash) : Json;

/** The options of `wrapSession`, and whether flash stands inside it. */
export interface SessionDefaults<Data = AnySession, Flash = Json>
  extends Omit<SessionOptions<Data>, "cookieAttrs">,
    SessionTypes<Data, Flash> {
  /** Whether `wrapFlash` stands inside the session. Default true. */
  readonly flash?: boolean | undefined;
  /** As of `wrapSession`; `maxAge`, in seconds, is its option `maxAge`, here in Ring's place for it. */
  readonly cookieAttrs?: Omit<CookieAttributes, "expires"> | undefined;
}

/** A part `session` with its types: `session: sessionOf<Visitor, string>({ timeout: 600 })`. */
export function sessionOf<Data extends JsonObject<Data> & object, Flash extends Flashable<Flash> = Json>(
  options: SessionDefaults<Data, Flash> = {},
): SessionDefaults<Data, Flash> {
  return options;
}
