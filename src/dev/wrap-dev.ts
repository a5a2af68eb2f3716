/** `wrapDev`: what helps while an application is written, and is not there in production. */
import { checkNames } from "../errors.ts";
import { inProduction } from "../production.ts";
import { type Middleware, stack } from "../ring.ts";
import { type ErrorPageOptions, wrapErrorPage } from "./wrap-error-page.ts";
import { type LintOptions, wrapLint } from "./wrap-lint.ts";
import { type ReloadOptions, wrapReload } from "./wrap-reload.ts";

/** The options of the three, each under its name; `false` leaves one out. */
export interface DevOptions {
  readonly reload?: ReloadOptions | false | undefined;
  readonly errorPage?: ErrorPageOptions | false | undefined;
  readonly lint?: LintOptions | false | undefined;
}

/**
 * `wrapReload`, `wrapErrorPage` and `wrapLint`, outermost first. Innermost of a stack, next to the handler, it sees the
 * nonce of a Content-Security-Policy, and pages with errors keep session and cookies; outermost it also shows what other
 * middleware throw, and no session is stored with an error. With NODE_ENV=production what comes out is the handler itself.
 */
export function wrapDev(options: DevOptions = {}): Middleware {
  checkNames(options, ["reload", "errorPage", "lint"], "wrapDev");
  const { reload, errorPage, lint } = options;
  const parts = [
    reload === false ? [] : wrapReload(reload),
    errorPage === false ? [] : wrapErrorPage(errorPage),
    lint === false ? [] : wrapLint(lint),
  ].flat();
  if (inProduction()) return (handler) => handler;
  return parts.reduce((outer, inner) => outer.use(inner), stack) as unknown as Middleware;
}
