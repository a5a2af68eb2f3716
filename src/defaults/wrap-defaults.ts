/** `wrapDefaults`: the middleware that most applications want, by a preset and what is changed in it. */
import { badOption } from "../errors.ts";
import type { Flashable } from "../middleware/flash.ts";
import { checkOnRefused } from "../refusal.ts";
import { type Bare, type Handler, isPlain, type Middleware, stack } from "../ring.ts";
import type { Json, JsonObject } from "../session/json.ts";
import type { Defaults, DefaultsChanges, ParamsDefaults, SiteChanges } from "./config.ts";
import type { DefaultsLayer, DefaultsNeeds } from "./layers.ts";
import { checkParts, mergeParts, type Parts } from "./merge.ts";
import { type AnyMiddleware, ORDER } from "./order.ts";
import {
  apiDefaults,
  type SecureSiteDefaults,
  type SiteDefaults,
  secureApiDefaults,
  secureSiteDefaults,
  siteDefaults,
} from "./presets.ts";
import type { SessionTypes } from "./session-of.ts";

/**
 * Makes one middleware of a preset: `wrapDefaults(siteDefaults)`. `changes` lie over it part by part, so that
 * `{ session: { cookieAttrs: { maxAge: 10 } } }` changes nothing else; a spread of a preset keeps what it does not name
 * likewise. `false` leaves a middleware out, and its keys out of the types; `true` and options take it.
 *
 * The session's types: `wrapDefaults<Visitor, string>(siteDefaults)`, or, where something is switched off as well,
 * `session: sessionOf<Visitor, string>({ … })`. Its store is a `memoryStore()` of this call's own, until one is given.
 *
 * The order is Ring's: what is about the connection outermost, then headers and static files, which never touch the
 * session; then cookies, parameters, session, flash, anti-forgery, WebSocket. Throws `ERR_OPTION` for a name that is none,
 * and for whatever the middleware refuse.
 */
export function wrapDefaults<const P extends Preset, const C extends DefaultsChanges = {}>(
  preset: P,
  changes?: C,
): Middleware<DefaultsNeeds<P, C>, DefaultsLayer<P, C>>;
/** With the session's data and flash; what adds keys stays on. */
export function wrapDefaults<Data extends JsonObject<Data> & object, Flash extends Flashable<Flash> = Json>(
  preset: SiteDefaults | SecureSiteDefaults,
  changes?: SiteChanges<Data, Flash>,
): Middleware<Bare, DefaultsLayer<SiteDefaults, { session: SessionTypes<Data, Flash> }>>;
export function wrapDefaults(preset: Preset, changes: DefaultsChanges = {}): AnyMiddleware {
  const settings = settingsOf(preset, changes);
  let built = stack as unknown as Chain;
  for (const { part, name, refuses, make } of ORDER) {
    const whole = settings[part];
    const setting = name === undefined || whole === false ? whole : (whole as Settings | undefined)?.[name];
    if (setting === false || setting === undefined) continue;
    const given = refuses && settings.onRefused !== undefined ? told(setting, settings.onRefused) : setting;
    for (const middleware of [make(given)].flat()) built = built.use(middleware);
  }
  return (handler: Handler) => built(handler);
}

/** A setting's options, with the `onRefused` of all where it has none of its own. */
function told(setting: unknown, onRefused: unknown): unknown {
  return setting === true ? { onRefused } : isPlain(setting) ? { onRefused, ...setting } : setting;
}

interface Chain {
  (handler: Handler): Handler;
  use(middleware: AnyMiddleware): Chain;
}

/** What `wrapDefaults` takes as its first: a preset, or a spread of one. */
export type Preset = Defaults & { readonly base: NonNullable<Defaults["base"]> };

type Settings = Readonly<Record<string, unknown>>;

const BASES: Readonly<Record<Preset["base"], object>> = {
  api: apiDefaults,
  secureApi: secureApiDefaults,
  site: siteDefaults,
  secureSite: secureSiteDefaults,
};

/** What the presets' keys are; an option of a middleware is for the middleware to check. */
const SHAPE: Settings = {
  ...siteDefaults,
  session: true,
  static: { resources: true, files: true },
  websocket: true,
  proxy: true,
  onRefused: true,
};

/** What merges name by name. */
const PARTS: Parts = {
  params: {},
  session: { cookieAttrs: {} },
  security: {},
  static: {},
  responses: {},
  websocket: {},
};

/** The settings of every part: the base preset's, what the preset says over it, and the changes over that. */
function settingsOf(preset: unknown, changes: unknown): Settings {
  checkParts(preset, SHAPE, "preset");
  checkParts(changes, SHAPE, "changes");
  if (Object.hasOwn(changes as object, "base"))
    throw badOption("changes.base", "is the preset's: give the preset that you mean as the first argument");
  const given = preset as Settings;
  const base = Object.hasOwn(BASES, String(given.base)) ? (BASES[given.base as Preset["base"]] as Settings) : undefined;
  if (!base) throw badOption("base", `must be one of ${Object.keys(BASES).join(", ")}: spread a preset`);
  const named = Object.fromEntries(Object.keys(given).map((name) => [name, base[name]])); // a part that was taken out stays out
  checkOnRefused((changes as Settings).onRefused);
  checkOnRefused(given.onRefused);
  const settings = mergeParts(mergeParts(named, given, PARTS), changes, PARTS) as Settings;
  const { urlencoded, nested } = (settings.params || {}) as ParamsDefaults;
  if (nested && !urlencoded)
    throw badOption("params.nested", "needs params.urlencoded: wrapNestedParams reads what it reads");
  if (settings.proxy === true)
    throw badOption(
      "proxy",
      'must name the proxies: { trustProxy: ["10.0.0.0/8"] }; anybody else can write their headers',
    );
  return settings;
}
