/** The middleware of most applications at once. Complete list of `ringlight/defaults`. */
export {
  type Defaults,
  type Folder,
  type Folders,
  type ParamsDefaults,
  type ResponsesDefaults,
  type SecurityDefaults,
  type SessionDefaults,
  type SessionTypes,
  type Setting,
  type SiteChanges,
  type StaticDefaults,
  type StaysOn,
  sessionOf,
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
export { type Preset, wrapDefaults } from "./wrap-defaults.ts";
