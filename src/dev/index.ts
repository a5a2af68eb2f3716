/** What helps while an application is written. Complete list of `ringlight/dev`. */
export { type DevOptions, wrapDev } from "./wrap-dev.ts";
export { type ErrorPageOptions, wrapErrorPage } from "./wrap-error-page.ts";
export { type LintOptions, wrapLint } from "./wrap-lint.ts";
export { type ReloadOptions, wrapReload } from "./wrap-reload.ts";
