/** `renderer`: pages from templates, by any engine. */
import { contextOf } from "../context/mount.ts";
import { badOption, checkNames, RinglightError } from "../errors.ts";
import { withHeaders } from "../response-header.ts";
import { isPlain, type Page, type RequestMap, type ResponseMap } from "../ring.ts";
import { antiForgeryTexts, type LazyText } from "./anti-forgery.ts";
import { safeHref } from "./safe-href.ts";

/** Any template engine: a template's name and what it may print, to HTML. It must escape what it prints by itself. */
export type Engine = (template: string, view: object) => string | Promise<string>;

/** An engine that answers at once. */
export type SyncEngine = (template: string, view: object) => string;

/** What every view has beside its own values. A value under one of these names does not replace it. */
export interface BuiltIn {
  /** A hidden form field with the token: print it raw. `""` without `wrapAntiForgery` outside. */
  readonly antiForgeryField: LazyText | "";
  /** The token alone, for a meta tag or a header. `""` without `wrapAntiForgery` outside. */
  readonly antiForgeryToken: LazyText | "";
  /** The path that the application is mounted under, `request.context`; `""` at the root. */
  readonly context: string;
  /** The nonce that the Content-Security-Policy allows, `request.cspNonce`; `""` without. */
  readonly cspNonce: string;
  /** For links from data: see `safeHref`. */
  readonly safeHref: (value: unknown) => string;
}

/** What `renderer` takes beside the engine. */
export interface RendererOptions<Request extends RequestMap> {
  /** What all pages show of a request: `({ session, flash }) => ({ user: session.user, flash })`. */
  readonly view?: ((request: Request) => object) | undefined;
}

/** What one page says beside its values. */
export interface PageOptions {
  /** 200 to 599. Default 200. */
  readonly status?: number | undefined;
  /** Over those of the page. */
  readonly headers?: ResponseMap["headers"] | undefined;
}

/** `render(request, "home", { messages })`. */
export type Render<Request, Rendered> = (
  request: Request,
  template: string,
  values?: object,
  options?: PageOptions,
) => Rendered;

/**
 * Makes `render(request, template, values, { status, headers })`, which gives a page in UTF-8: a `Page`, or a promise of
 * one if the engine gives promises. A template prints the values, over what `view` gives of the request, and the
 * `BuiltIn`s. The view is not the request map: what a visitor sent is in it only if you put it there.
 *
 * A page that printed the token is `Cache-Control: private, no-store`, whatever `headers` says. What engine or template
 * throws goes on to whoever answers errors, and nothing of it to the visitor; no string from the engine is `ERR_TEMPLATE`.
 */
export function renderer<Request extends RequestMap = RequestMap>(
  engine: SyncEngine,
  options?: RendererOptions<Request>,
): Render<Request, Page>;
export function renderer<Request extends RequestMap = RequestMap>(
  engine: Engine,
  options?: RendererOptions<Request>,
): Render<Request, Promise<Page>>;
export function renderer<Request extends RequestMap = RequestMap>(
  engine: Engine,
  options: RendererOptions<Request> = {},
): Render<Request, Page | Promise<Page>> {
  if (typeof engine !== "function")
    throw badOption("engine", "must be a function of template and view, such as etaEngine({ views })");
  checkNames(options, ["view"], "renderer");
  const { view } = options;
  if (view !== undefined && typeof view !== "function") throw badOption("view", "must be a function of the request");
  return (request, template, values = {}, pageOptions = {}) => {
    if (typeof template !== "string") throw badOption("template", "must be a template's name: render(request, name)");
    checkNames(pageOptions, ["status", "headers"], "render");
    let printed = false;
    const onPrinted = () => {
      printed = true;
    };
    const answer = engine(template, { ...view?.(request), ...values, ...builtIn(request, onPrinted) });
    if (typeof answer === "string") return page(answer, printed, pageOptions);
    return Promise.resolve(answer).then((body) => page(body, printed, pageOptions));
  };
}

function builtIn(request: RequestMap, onPrinted: () => void): BuiltIn {
  const { cspNonce } = request as RequestMap & { readonly cspNonce?: unknown };
  return {
    ...antiForgeryTexts(request, onPrinted),
    context: contextOf(request),
    cspNonce: typeof cspNonce === "string" ? cspNonce : "",
    safeHref,
  };
}

const HTML = { "content-type": "text/html; charset=utf-8" };

function page(body: unknown, hasToken: boolean, { status = 200, headers = {} }: PageOptions): Page {
  if (typeof body !== "string") {
    throw new RinglightError("ERR_TEMPLATE", `an engine must give a string, or a promise of one, not ${typeof body}`);
  }
  if (!isPlain(headers)) throw badOption("headers", "must be a plain object of names and values");
  const cache = hasToken ? { "cache-control": "private, no-store" } : {};
  return { status, headers: withHeaders(withHeaders(HTML, headers), cache), body };
}
