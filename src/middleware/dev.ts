/** `wrapDev`. */
export { type ErrorPageOptions, wrapErrorPage } from "../dev/wrap-error-page.ts";
export { type ReloadOptions, wrapReload } from "../dev/wrap-reload.ts";
