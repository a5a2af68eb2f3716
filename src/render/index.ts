/** `ringlight/render`: pages from templates. Complete list. */

export { escapeHtml } from "../escape-html.ts";
export type { AntiForgerySource, LazyText } from "./anti-forgery.ts";
export { type ErrorPagesOptions, type ErrorView, type ErrorWords, errorPage, errorPages } from "./error-page.ts";
export {
  type BuiltIn,
  type Engine,
  type PageOptions,
  type Render,
  type RendererOptions,
  renderer,
  type SyncEngine,
} from "./renderer.ts";
export { safeHref } from "./safe-href.ts";
