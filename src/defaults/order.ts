/** The middleware of ring-defaults in Ring's order, outermost first, each with the setting that it follows. */
import { wrapCookies } from "../cookies/wrap-cookies.ts";
import { badOption } from "../errors.ts";
import { wrapAbsoluteRedirects } from "../middleware/absolute-redirects.ts";
import { wrapAntiForgery } from "../middleware/anti-forgery.ts";
import { wrapContentLength } from "../middleware/content-length.ts";
import { wrapContentSecurityPolicy } from "../middleware/content-security-policy.ts";
import { wrapContentType } from "../middleware/content-type.ts";
import { wrapContentTypeOptions } from "../middleware/content-type-options.ts";
import { wrapDefaultCharset } from "../middleware/default-charset.ts";
import { wrapFile } from "../middleware/file.ts";
import { wrapFlash } from "../middleware/flash.ts";
import { wrapForwarded } from "../middleware/forwarded.ts";
import { wrapFrameOptions } from "../middleware/frame-options.ts";
import { wrapHsts } from "../middleware/hsts.ts";
import { wrapMultipartParams } from "../middleware/multipart-params.ts";
import { wrapNestedParams } from "../middleware/nested-params.ts";
import { wrapNotModified } from "../middleware/not-modified.ts";
import { wrapParams } from "../middleware/params.ts";
import { wrapReferrerPolicy } from "../middleware/referrer-policy.ts";
import { wrapResource } from "../middleware/resource.ts";
import { wrapSslRedirect } from "../middleware/ssl-redirect.ts";
import { wrapWebSocket } from "../middleware/websocket.ts";
import { isPlain } from "../ring.ts";
import { wrapSession } from "../session/wrap-session.ts";
import type { Defaults, Folder, Folders } from "./config.ts";
import type { SessionDefaults } from "./session-of.ts";

/** A middleware whose layers nobody looks at: the types of `wrapDefaults` speak for all. */
// biome-ignore lint/suspicious/noExplicitAny: of many layers at once
export type AnyMiddleware = any;

/** Which setting it follows, and what is made of one that is not false. */
export interface Step {
  readonly part: keyof Defaults;
  readonly name?: string;
  /** Whether it refuses requests, and so takes an `onRefused`. */
  readonly refuses?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: each step takes the options of its own middleware
  readonly make: (setting: any) => AnyMiddleware | readonly AnyMiddleware[];
}

/**
 * Outermost first. Security headers are on static files too, and static files never reach the session.
 *
 * A new setting is a row here; a name in `config.ts` and `presets.ts`; where it adds keys, a line of `layers.ts`; a row of
 * `test/defaults/order.test.ts`, and of `presets.test.ts` where a preset has it on; SPEC.md 20.5, and
 * `docs/guide/defaults.md`. If its middleware is new too: `exports` of package.json, `scripts/check-layers.ts`, and a
 * section of SPEC.md.
 */
export const ORDER: readonly Step[] = [
  { part: "proxy", make: wrapForwarded },
  refusing("security", "sslRedirect", wrapSslRedirect),
  step("security", "hsts", wrapHsts),
  step("security", "contentTypeOptions", wrapContentTypeOptions),
  step("security", "frameOptions", wrapFrameOptions),
  step("security", "referrerPolicy", wrapReferrerPolicy),
  step("security", "contentSecurityPolicy", wrapContentSecurityPolicy),
  bare("responses", "contentLength", wrapContentLength),
  step("responses", "notModifiedResponses", wrapNotModified),
  step("responses", "defaultCharset", wrapDefaultCharset),
  step("responses", "contentTypes", wrapContentType),
  folders("files", wrapFile),
  folders("resources", wrapResource),
  bare("responses", "absoluteRedirects", wrapAbsoluteRedirects),
  { part: "cookies", make: optional(wrapCookies) },
  refusing("params", "urlencoded", wrapParams),
  refusing("params", "multipart", wrapMultipartParams),
  refusing("params", "nested", wrapNestedParams),
  { part: "session", make: sessionAndFlash },
  refusing("security", "antiForgery", wrapAntiForgery),
  { part: "websocket", refuses: true, make: optional(wrapWebSocket) },
];

// biome-ignore lint/suspicious/noExplicitAny: any middleware's own options
type Maker = (options?: any) => AnyMiddleware;

/** The parts whose names are settings of their own. */
type Part = "params" | "security" | "static" | "responses";
type NameIn<P extends Part> = keyof Exclude<Defaults[P], false | undefined> & string;

function step<P extends Part>(part: P, name: NameIn<P>, wrap: Maker): Step {
  return { part, name, make: optional(wrap) };
}

function refusing<P extends Part>(part: P, name: NameIn<P>, wrap: Maker): Step {
  return { ...step(part, name, wrap), refuses: true };
}

/** Of a middleware without options. */
function bare<P extends Part>(part: P, name: NameIn<P>, wrap: Maker): Step {
  const make = (setting: unknown) => {
    if (setting !== true) throw badOption(`${part}.${name}`, "must be true or false");
    return wrap();
  };
  return { part, name, make };
}

function folders(name: NameIn<"static">, wrap: typeof wrapFile): Step {
  return { part: "static", name, make: (given: Folders) => foldersOf(given).map(folder(wrap)) };
}

/** Ring's rule: `true` is the middleware as it is, anything else what it takes. */
function optional(wrap: Maker): Step["make"] {
  return (setting: unknown) => (setting === true ? wrap() : wrap(setting));
}

function foldersOf(folders: Folders): readonly Folder[] {
  return Array.isArray(folders) ? folders : [folders as Folder];
}

function folder(wrap: typeof wrapFile): (given: Folder) => AnyMiddleware {
  return (given) => {
    if (!isPlain(given)) return wrap(given as string | URL);
    const { root, ...options } = given as Exclude<Folder, string | URL>;
    return wrap(root, options);
  };
}

/** The session with flash inside it; `cookieAttrs.maxAge`, where Ring has it, is the option `maxAge`. */
function sessionAndFlash(setting: true | SessionDefaults): readonly AnyMiddleware[] {
  const isOptions: boolean = isPlain(setting);
  if (setting !== true && !isOptions) throw badOption("session", "must be false, true, or the options of wrapSession");
  const { flash = true, cookieAttrs, ...options } = setting === true ? ({} as SessionDefaults) : setting;
  if (typeof flash !== "boolean") throw badOption("session.flash", "must be true or false");
  if (cookieAttrs !== undefined && (typeof cookieAttrs !== "object" || cookieAttrs === null))
    throw badOption("session.cookieAttrs", "must be an object of attributes");
  const { maxAge, ...attributes } = cookieAttrs ?? {};
  if (maxAge !== undefined && options.maxAge !== undefined)
    throw badOption("session.cookieAttrs.maxAge", "say maxAge once: here, or beside cookieAttrs");
  const ours = options.store?.of ? {} : { cookieAttrs: attributes }; // a host's cookie has its own
  const given = { ...options, ...(maxAge === undefined ? {} : { maxAge }), ...ours };
  return flash ? [wrapSession(given), wrapFlash()] : [wrapSession(given)];
}
