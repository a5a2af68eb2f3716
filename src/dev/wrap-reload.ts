/** `wrapReload`: pages that reload themselves when what they are made of has changed. */
import { contextOf } from "../context/mount.ts";
import { badOption, checkNames } from "../errors.ts";
import { escapeHtml } from "../escape-html.ts";
import { inProduction } from "../production.ts";
import { type Bare, isResponseMap, type Middleware, once, type RequestMap, type ResponseMap } from "../ring.ts";
import { RELOAD_CLIENT } from "./reload-client.ts";
import { reloadStreams } from "./reload-streams.ts";
import { fromThisMachine } from "./this-machine.ts";
import { checkWatched, usualFolders, watchFolders } from "./watch-folders.ts";
import { withScript } from "./with-script.ts";

/** The options of `wrapReload`; one that cannot be throws `ERR_OPTION` when it is built. */
export interface ReloadOptions {
  /**
   * Folders, with all that is in them, and files whose changes reload pages. Default: those of `views`, `templates`,
   * `public` and `resources` that are there. Not your modules: `node --watch` starts the process anew for these.
   */
  readonly watch?: readonly (string | URL)[] | undefined;
  /** Where pages hear of changes; the script is at the same path with `.js`. Default `/__ringlight/reload`. */
  readonly path?: string | undefined;
  /** Seconds, 0 to 10, in which nothing changes before pages are told. Default 0.1. */
  readonly settle?: number | undefined;
}

/**
 * Puts a script into pages that reloads them when a file has changed, and when the server was started anew. HTML
 * documents alone, as text; such a page loses ETag and Last-Modified, and is `no-store`. For requests of this machine
 * alone: see `wrapErrorPage`. The script comes from this site by a path, with `request.cspNonce` where there is one: a
 * Content-Security-Policy must allow that and `connect-src 'self'`.
 *
 * Nothing of it keeps the process from ending. Throws `ERR_STACK_TWICE` around another one. With NODE_ENV=production this
 * is no middleware at all.
 */
export function wrapReload(options: ReloadOptions = {}): Middleware {
  checkNames(options, ["watch", "path", "settle"], "wrapReload");
  const { watch, path = "/__ringlight/reload", settle = 0.1 } = options;
  if (watch !== undefined) checkWatched(watch);
  if (typeof path !== "string" || !/^(?:\/[\w.~-]+)+$/.test(path)) throw badOption("path", 'must be like "/a/path"');
  if (typeof settle !== "number" || !(settle >= 0 && settle <= 10))
    throw badOption("settle", "must be 0 to 10 seconds");
  if (inProduction()) return (handler) => handler;
  const streams = reloadStreams();
  let watching = false;
  const begin = (): void => {
    if (watching) return;
    watching = true;
    watchFolders(watch ?? usualFolders(), streams.change, settle);
  };
  return once<Bare, Bare>("wrapReload", (handler) => async (request) => {
    if (!fromThisMachine(request)) return handler(request);
    begin();
    const context = contextOf(request);
    const own = ownAnswer(request, context, path, streams.open);
    if (own) return own;
    const seen = streams.state(); // before the handler reads what may change
    const response = await handler(request);
    if (!isResponseMap(response)) return response;
    return withScript(response, request, scriptTag(request, `${context}${path}.js`, seen));
  });
}

function ownAnswer(
  { method, uri }: RequestMap,
  context: string,
  path: string,
  open: () => ReadableStream<Uint8Array>,
): ResponseMap | undefined {
  if (method !== "GET") return undefined;
  const place = uri.startsWith(`${context}/`) ? uri.slice(context.length) : uri;
  if (place === `${path}.js`) return answer("text/javascript; charset=utf-8", RELOAD_CLIENT);
  return place === path ? answer("text/event-stream", open()) : undefined;
}

function answer(type: string, body: ResponseMap["body"]): ResponseMap {
  return {
    status: 200,
    headers: { "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" },
    body,
  };
}

function scriptTag(request: RequestMap & { readonly cspNonce?: unknown }, src: string, seen: string): string {
  const nonce = typeof request.cspNonce === "string" ? ` nonce="${escapeHtml(request.cspNonce)}"` : "";
  return `<script src="${escapeHtml(src)}" data-seen="${seen}"${nonce} async></script>`;
}
