/** A browser's tab: goes to pages, sends forms, and runs what a page's scripts ask for. */
import { badOption, checkNames, RinglightError } from "../../errors.ts";
import { type Initiator, siteOf } from "./browser-headers.ts";
import type { FieldValues } from "./fill.ts";
import { follow } from "./follow.ts";
import type { ParseHtml } from "./html.ts";
import type { Jar } from "./jar.ts";
import type { Destination } from "./outgoing.ts";
import type { Page, SubmitOptions } from "./page.ts";
import { parseUrl } from "./parse-url.ts";
import { lowered, methodOf, type RequestOptions, readRequest } from "./request-options.ts";
import { pageOf, type Shown } from "./shown.ts";
import { type Visit, visitOf } from "./visit.ts";

/** What all tabs of a visitor share. */
export interface Browser {
  readonly origin: string;
  readonly destination: Destination;
  readonly jar: Jar;
  readonly parse: ParseHtml;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly maxRedirects: number;
}

/** One tab. Paths may be relative to the page that it shows. */
export interface Tab {
  /** The page that is shown; `undefined` before the first. */
  readonly page: Page | undefined;
  /** Goes to a page: to the first as by its address, from there on as by a link, with a Referer. */
  get(path: string, options?: RequestOptions): Promise<Page>;
  /** Sends a form that no page has: `post("/login", { form: { user: "bob" } })`. No token is added. */
  post(path: string, options?: RequestOptions): Promise<Page>;
  /** As `get` and `post`, by any method. */
  request(method: string, path: string, options?: RequestOptions): Promise<Page>;
  /** Fills in and sends the only form of the page, or the one that `form` names. */
  submit(values?: FieldValues, options?: SubmitOptions & { readonly form?: string | undefined }): Promise<Page>;
  /**
   * What a script of the page asks for by `fetch`: the page stays. What changes something, by any method but GET, HEAD and
   * OPTIONS, brings the page's `<meta name="csrf-token">` as `X-CSRF-Token`, where there is one.
   */
  fetch(path: string, options?: RequestOptions & { readonly method?: string | undefined }): Promise<Visit>;
}

// Needs no token (RFC 9110, 9.2.1).
const SAFE: readonly string[] = ["GET", "HEAD", "OPTIONS"];

export function openTab({ origin, destination, jar, parse, headers, maxRedirects }: Browser): Tab {
  let current: Shown | undefined;

  const send = async (initiator: Initiator, method: string, url: URL, options: RequestOptions, opener?: Page) => {
    if (url.origin !== origin) throw badOption("path", `leads to another origin than ${origin}`);
    const { body, headers: own } = await readRequest(options);
    const from = opener && { url: opener.url, referrerPolicy: opener.headers.get("referrer-policy") };
    const sent = { method, url, initiator, opener: from, site: siteOf({ method, initiator, opener: from }) };
    const all = { ...headers, ...own };
    const limit = options.redirect === "manual" ? 0 : maxRedirects;
    return visitOf(await follow({ ...sent, headers: all, body, maxRedirects: limit }, destination, jar));
  };
  const go = async (method: string, url: URL, options: RequestOptions, opener?: Page): Promise<Page> => {
    const visit = await send("document", method, url, options, opener);
    const next = pageOf(visit, parse, (from) => (byMethod, to, body) => go(byMethod, to, { body }, from));
    // Without content the tab goes on showing what it showed (HTML, 7.4.5).
    if (visit.status !== 204 && visit.status !== 205) current = next;
    return next.page;
  };
  const at = (path: string) => {
    const url = typeof path === "string" ? parseUrl(path, current?.page.url ?? origin) : undefined;
    if (url === undefined) throw badOption("path", 'must be a path, such as "/login"');
    return url;
  };
  const request: Tab["request"] = async (method, path, options = {}) =>
    go(methodOf(method), at(path), options, current?.page);

  return {
    get page() {
      return current?.page;
    },
    get: (path, options) => request("GET", path, options),
    post: (path, options) => request("POST", path, options),
    request,
    async submit(values, options = {}) {
      checkNames(options, ["form", "button"], "submit");
      if (!current) throw new RinglightError("ERR_VISIT", "this tab shows no page yet: get one with a form first");
      return current.page.form(options.form).submit(values, { button: options.button });
    },
    async fetch(path, { method: given = "GET", ...options } = {}) {
      const method = methodOf(given);
      const token = SAFE.includes(method) ? undefined : current?.csrfToken();
      const own = token === undefined ? options.headers : { "x-csrf-token": token, ...lowered(options.headers) };
      return send("script", method, at(path), { ...options, headers: own }, current?.page);
    },
  };
}
