/** `wrapDev`. */
export { type ErrorPageOptions, wrapErrorPage } from "../dev/wrap-error-page.ts";
