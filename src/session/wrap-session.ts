/** `wrapSession`: sessions as Ring has them, `request.session` in and `response.session` out. */

import { setCookieNames } from "../cookies/response-cookies.ts";
import { RinglightError } from "../errors.ts";
import { checkShape } from "../response-shape.ts";
import { type Bare, isPlain, type Layer, type Middleware, mark, once, type ResponseMap } from "../ring.ts";
import { memoryStore } from "../stores/memory.ts";
import { boundTo } from "./bound.ts";
import { reading } from "./calls.ts";
import { commit } from "./commit.ts";
import type { SessionCookieAttrs } from "./cookie.ts";
import { deepFreeze } from "./freeze.ts";
import { HOST_SESSION } from "./host-session.ts";
import type { DeepReadonly, Json, JsonObject } from "./json.ts";
import type { AnyKeptSession, CodecOptions, KeptObject } from "./kept.ts";
import type { SessionNext } from "./next.ts";
import { type Opened, open } from "./open.ts";
import { type SessionOptions, settingsOf } from "./options.ts";
import { withSessionHeaders } from "./response-headers.ts";
import { type SessionKey, sessionKey } from "./session-key.ts";
import { type SlotChanges, slotValues } from "./slots.ts";
import type { SessionStatus } from "./status.ts";
import { watchAnswered } from "./watch/answered.ts";

/**
 * A session of no declared shape: any JSON under any key. Better: `wrapSession<{ user?: string }>()`. With a codec it is
 * `AnyKeptSession`.
 */
export interface AnySession {
  [key: string]: Json | undefined;
}

/** What `wrapSession` adds to the request and takes off the response. */
export interface WithSession<Data extends object = AnySession> extends Layer {
  readonly request: {
    /** The session's data, read-only to the last leaf; `initial` or `{}` where there is no session. */
    readonly session: DeepReadonly<Data>;
    readonly sessionStatus: SessionStatus;
    /** What other middleware keep in the session, by name. */
    readonly sessionSlots: Readonly<Record<string, Json>>;
    /** For middleware that bind a value to the session; `undefined` where there is none. */
    readonly sessionKey: SessionKey | undefined;
  };
  readonly response: {
    /** What becomes of the session; absent leaves it, `null` ends it. */
    readonly session?: SessionNext<Data>;
    /** Sends the session's cookie again with these attributes on top, for this response only. */
    readonly sessionCookieAttrs?: SessionCookieAttrs | undefined;
    readonly sessionSlots?: SlotChanges | undefined;
  };
}

/** What a middleware with a slot needs: the named slots of `wrapSession`, whatever the session's data. */
export interface WithSlots extends Layer {
  readonly request: Pick<WithSession["request"], "sessionSlots">;
  readonly response: Pick<WithSession["response"], "sessionSlots">;
}

/** Where `{}` is not a `Data`, a session must begin as something: `initial` is required. */
export type SessionArguments<Data extends object> = {} extends Data
  ? [options?: SessionOptions<Data>]
  : [options: SessionOptions<Data> & { readonly initial: Data }];

/** With the option `codec`: as below, and the session's data may hold what JSON would change, a Date, a Map, a Set, a bigint. */
export function wrapSession<Data extends KeptObject<Data> & object = AnyKeptSession>(
  options: CodecOptions<Data>,
): Middleware<Bare, WithSession<Data>>;
/**
 * Keeps a session per visitor. Anonymous requests and unchanged answers store nothing and set no cookie; a request with
 * a session costs one store call, one more where it changes something. Every response gets `Vary: Cookie`.
 *
 * Defaults: `memoryStore()`, 1800 s of inactivity, 12 h in all, a `__Host-` cookie that is Secure, HttpOnly and
 * SameSite=Lax. Throws `ERR_OPTION` when built with an option that cannot be, `ERR_STACK_TWICE` around another
 * `wrapSession`. While answering it rejects with `ERR_STORE_UNAVAILABLE`, `ERR_STORE_TIMEOUT`, `ERR_UPDATE_CONFLICT`,
 * `ERR_SESSION_VALUE`, `ERR_SESSION_NEXT`, `ERR_SESSION_GONE` or `ERR_INSECURE_SCHEME`; nothing is stored then (after
 * a timeout: perhaps), no byte of the response leaves, and the visitor's cookie stays.
 */
export function wrapSession<Data extends JsonObject<Data> & object = AnySession>(
  ...options: SessionArguments<Data>
): Middleware<Bare, WithSession<Data>>;
export function wrapSession<Data extends object>(options?: SessionOptions<Data>): Middleware<Bare, WithSession<Data>> {
  const settings = settingsOf<Data>(options ?? {}, memoryStore);
  return once<Bare, WithSession<Data>>("wrapSession", (handler) => {
    const wrapped: ReturnType<Middleware<Bare, WithSession<Data>>> = async (request) => {
      const own = boundTo(settings, request);
      const opened = await open(own, request);
      const session = deepFreeze(opened.data);
      const given = await reading(own, () => sessionKeys(opened));
      const handled = await handler({ ...request, session, ...given } as Parameters<typeof handler>[0]);
      const response = checkShape(handled, request.method); // before anything is stored that the visitor would not hear of
      const {
        session: next,
        sessionSlots,
        sessionCookieAttrs,
        ...rest
      } = response as ResponseMap & WithSession<Data>["response"];
      if (!own.bound) refuseOwnCookie(rest, opened.cookie.name);
      const answer = { session: next, slots: sessionSlots, cookieAttrs: sessionCookieAttrs };
      const lines = await commit(own, opened, answer);
      const answered = { ...rest, headers: withSessionHeaders(rest.headers, lines, own) };
      if (!("upgrade" in rest) || !isPlain(rest.upgrade)) return answered;
      // A connection stays open: it may watch the session that it was opened for.
      return { ...answered, upgrade: { ...rest.upgrade, watch: watchAnswered(own, request, opened, lines) } };
    };
    return (settings.store.of ? mark(wrapped, HOST_SESSION) : wrapped) as typeof wrapped;
  });
}

/** The keys that a request gets beside its data. */
export function sessionKeys({ slots, status, binding }: Opened): Omit<WithSession["request"], "session"> {
  return { sessionStatus: status, sessionSlots: slotValues(slots), sessionKey: sessionKey(binding) };
}

/** Throws `ERR_COOKIE_NAME` for a cookie of the handler's under the session's name: one of the two would be lost in silence. */
export function refuseOwnCookie(response: ResponseMap & { readonly cookies?: unknown }, name: string): void {
  const own = (each: string) => each === name || each.startsWith(`${name}.`);
  if (!Object.keys(response.cookies ?? {}).some(own) && !setCookieNames(response.headers).some(own)) return;
  throw new RinglightError(
    "ERR_COOKIE_NAME",
    `the cookie ${name} is the session's: answer session: … instead, or where it is another session's, give one of them a cookieName. Nothing was stored.`,
  );
}
