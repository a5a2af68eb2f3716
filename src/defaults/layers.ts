/** Which keys a preset with its changes adds, for the compiler: what is switched off is not in the types. */
import type { WithCookies } from "../cookies/wrap-cookies.ts";
import type { TokenStrategy, WithAntiForgery, WithSessionKey } from "../middleware/anti-forgery.ts";
import type { CspDirectives, CspLayer } from "../middleware/content-security-policy.ts";
import type { WithFlash } from "../middleware/flash.ts";
import type { FileStore, SaveFile, WithMultipartParams } from "../middleware/multipart-params.ts";
import type { WithNestedParams } from "../middleware/nested-params.ts";
import type { WithParams } from "../middleware/params.ts";
import type { WithWebSocket } from "../middleware/websocket.ts";
import type { Bare, Layer } from "../ring.ts";
import type { WithSession } from "../session/wrap-session.ts";
import type { DataOf, FlashOf } from "./session-of.ts";

/** What stands at `T[Name]`; `undefined` where nothing does. */
type At<T, Name extends string> = Name extends keyof T ? T[Name] : undefined;
/** The last word on a whole part: the changes', else the preset's. */
type Part<P, C, Name extends string> = [At<C, Name>] extends [undefined] ? At<P, Name> : At<C, Name>;
/** The last word on a name within a part that is not switched off. */
type Within<P, C, Name extends string, Key extends string> =
  Part<P, C, Name> extends false | undefined
    ? false
    : [At<At<C, Name>, Key>] extends [undefined]
      ? At<At<P, Name>, Key>
      : At<At<C, Name>, Key>;

/** A layer where a setting is on. One that the compiler knows only as `boolean` may be off: its keys are not promised. */
type On<Setting, L extends Layer> = [Setting] extends [false | undefined] ? Bare : boolean extends Setting ? Bare : L;

type StoredOf<Multipart> = Multipart extends { readonly store: FileStore<infer S> | SaveFile<infer S> } ? S : string;
type DirectivesOf<Csp> = Csp extends { readonly directives: infer D extends CspDirectives } ? D : {};
type NeedsToken<AntiForgery> = AntiForgery extends { readonly strategy: TokenStrategy } ? WithSessionKey : Bare;

/** What `wrapDefaults(preset, changes)` adds. */
export type DefaultsLayer<P, C> = On<Within<P, C, "params", "urlencoded">, WithParams> &
  On<Within<P, C, "params", "multipart">, WithMultipartParams<StoredOf<Within<P, C, "params", "multipart">>>> &
  On<Within<P, C, "params", "nested">, WithNestedParams> &
  On<Part<P, C, "cookies">, WithCookies> &
  On<Part<P, C, "session">, WithSession<DataOf<At<C, "session">>>> &
  On<FlashSetting<P, C>, WithFlash<FlashOf<At<C, "session">>>> &
  On<Within<P, C, "security", "antiForgery">, WithAntiForgery> &
  On<
    Within<P, C, "security", "contentSecurityPolicy">,
    CspLayer<DirectivesOf<Within<P, C, "security", "contentSecurityPolicy">>>
  > &
  On<Part<P, C, "websocket">, WithWebSocket>;

/** What must stand outside: a session, where a token strategy is asked for without one. */
export type DefaultsNeeds<P, C> =
  Part<P, C, "session"> extends false | undefined ? NeedsToken<Within<P, C, "security", "antiForgery">> : Bare;

/** Flash is on where a session is, until it is switched off. */
type FlashSetting<P, C> =
  Part<P, C, "session"> extends false | undefined
    ? false
    : Within<P, C, "session", "flash"> extends false
      ? false
      : true;
