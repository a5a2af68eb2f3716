/** The middleware of most applications at once. Complete list of `ringlight/defaults`. */
export type {
  Defaults,
  DefaultsChanges,
  Folder,
  Folders,
  ParamsDefaults,
  ResponsesDefaults,
  SecurityDefaults,
  Setting,
  SiteChanges,
  StaticDefaults,
  StaysOn,
} from "./config.ts";
export type { DefaultsLayer, DefaultsNeeds } from "./layers.ts";
export {
  type ApiDefaults,
  apiDefaults,
  type SecureApiDefaults,
  type SecureSiteDefaults,
  type SiteDefaults,
  secureApiDefaults,
  secureSiteDefaults,
  siteDefaults,
} from "./presets.ts";
export { type SessionDefaults, type SessionTypes, sessionOf } from "./session-of.ts";
export { type Preset, wrapDefaults } from "./wrap-defaults.ts";
