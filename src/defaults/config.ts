/** What `wrapDefaults` understands: Ring's keys in camel case, each with what it may be. */
import type { CookiesOptions } from "../cookies/wrap-cookies.ts";
import type { AntiForgeryOptions } from "../middleware/anti-forgery.ts";
import type { CspOptions } from "../middleware/content-security-policy.ts";
import type { MimeTypesOptions } from "../middleware/content-type.ts";
import type { FilesOptions } from "../middleware/file.ts";
import type { ForwardedOptions } from "../middleware/forwarded.ts";
import type { FramePolicy } from "../middleware/frame-options.ts";
import type { HstsOptions } from "../middleware/hsts.ts";
import type { FileStore, MultipartOptions, SaveFile } from "../middleware/multipart-params.ts";
import type { NestedParamsOptions } from "../middleware/nested-params.ts";
import type { NotModifiedOptions } from "../middleware/not-modified.ts";
import type { ParamsOptions } from "../middleware/params.ts";
import type { ReferrerPolicy } from "../middleware/referrer-policy.ts";
import type { SslRedirectOptions } from "../middleware/ssl-redirect.ts";
import type { WebSocketOptions } from "../middleware/websocket.ts";
import type { OnRefused } from "../refusal.ts";
import type { SessionDefaults } from "./session-of.ts";

/** `false` leaves the middleware out, `true` takes it as it is, anything else is what it takes. */
export type Setting<Options> = boolean | Options | undefined;

/** A preset. A part that is `false` has everything in it left out. */
export interface Defaults {
  /** Whose settings fill in what a part leaves out. */
  readonly base?: "api" | "secureApi" | "site" | "secureSite" | undefined;
  readonly params?: false | ParamsDefaults | undefined;
  /** `wrapCookies`. */
  readonly cookies?: Setting<CookiesOptions>;
  /** `wrapSession`, and `wrapFlash` inside it. */
  // biome-ignore lint/suspicious/noExplicitAny: any session's data; it is taken from here
  readonly session?: Setting<SessionDefaults<any, any>>;
  readonly security?: false | SecurityDefaults | undefined;
  readonly static?: false | StaticDefaults | undefined;
  readonly responses?: false | ResponsesDefaults | undefined;
  /** `wrapWebSocket`. */
  readonly websocket?: Setting<WebSocketOptions>;
  /** Is told of every request that one of these middleware refuses, and may answer it; one's own `onRefused` comes first. */
  readonly onRefused?: OnRefused | undefined;
  /** `wrapForwarded`: the proxies in front; `serve` and `toNode` have `trustProxy` for it. Never `true`: anybody can write their headers. */
  readonly proxy?: false | ForwardedOptions | undefined;
}

/** What `wrapDefaults` lays over a preset: any of its parts. */
export interface DefaultsChanges extends Omit<Defaults, "base"> {}

export interface ParamsDefaults {
  /** `wrapParams`. */
  readonly urlencoded?: Setting<ParamsOptions>;
  /** `wrapMultipartParams`. */
  readonly multipart?: Setting<
    // biome-ignore lint/suspicious/noExplicitAny: a store takes back what it made itself
    MultipartOptions & { readonly store?: FileStore<any> | SaveFile<any> | undefined }
  >;
  /** `wrapNestedParams`; needs `urlencoded`. */
  readonly nested?: Setting<NestedParamsOptions>;
}

export interface SecurityDefaults {
  /** `wrapAntiForgery`. */
  readonly antiForgery?: Setting<AntiForgeryOptions>;
  /** `wrapFrameOptions`. */
  readonly frameOptions?: Setting<FramePolicy>;
  /** `wrapContentTypeOptions`. */
  readonly contentTypeOptions?: Setting<"nosniff">;
  /** `wrapContentSecurityPolicy`. */
  readonly contentSecurityPolicy?: Setting<CspOptions>;
  /** `wrapReferrerPolicy`. */
  readonly referrerPolicy?: Setting<ReferrerPolicy>;
  /** `wrapSslRedirect`. */
  readonly sslRedirect?: Setting<SslRedirectOptions>;
  /** `wrapHsts`. */
  readonly hsts?: Setting<HstsOptions>;
}

/** Folders, outermost first. One of yours must be there, unless it says `optional: true`, as that of the presets does. */
export interface StaticDefaults {
  /** `wrapResource`: `"public"`, several, or one with its options. */
  readonly resources?: Folders;
  /** `wrapFile`. */
  readonly files?: Folders;
}

export type Folders = false | Folder | readonly Folder[] | undefined;
export type Folder = string | URL | (FilesOptions & { readonly root: string | URL });

export interface ResponsesDefaults {
  /** `wrapNotModified`. */
  readonly notModifiedResponses?: Setting<NotModifiedOptions>;
  /** `wrapAbsoluteRedirects`. */
  readonly absoluteRedirects?: boolean | undefined;
  /** `wrapContentLength`. */
  readonly contentLength?: boolean | undefined;
  /** `wrapContentType`. */
  readonly contentTypes?: Setting<MimeTypesOptions>;
  /** `wrapDefaultCharset`. */
  readonly defaultCharset?: Setting<string>;
}

/** Changes with which everything that adds keys stays on: what `wrapDefaults<Visitor>(siteDefaults, …)` takes. */
export interface SiteChanges<Data, Flash>
  extends Omit<DefaultsChanges, "params" | "cookies" | "session" | "security" | "websocket"> {
  readonly params?: StaysOn<Omit<ParamsDefaults, "multipart">> & { readonly multipart?: true | MultipartOptions };
  readonly cookies?: true | CookiesOptions | undefined;
  readonly session?: (SessionDefaults<Data, Flash> & { readonly flash?: true | undefined }) | undefined;
  readonly security?: Omit<SecurityDefaults, "antiForgery"> & StaysOn<Pick<SecurityDefaults, "antiForgery">>;
  readonly websocket?: WebSocketOptions | undefined;
}

/** A part in which nothing is switched off. */
export type StaysOn<Part> = { readonly [Name in keyof Part]?: Exclude<Part[Name], false> };
