/** Pages that every check has, and what requests and answers say. */
import type { AdapterPage } from "./site.ts";

/** What a browser says of a request by the site's own page. */
export const SAME_ORIGIN: Readonly<Record<string, string>> = { "sec-fetch-site": "same-origin" };

export const TEXT_TYPE: { readonly "content-type": string } = { "content-type": "text/plain; charset=utf-8" };
export const JSON_TYPE: { readonly "content-type": string } = { "content-type": "application/json" };

/** `/data`: the session's data. `/plain`: looks at nothing. */
export const COMMON_PAGES: Readonly<Record<string, AdapterPage>> = {
  "/data": (page) => page.answer(200, JSON_TYPE, JSON.stringify({ ...page.lent.session })),
  "/plain": (page) => page.answer(200, TEXT_TYPE, "plain"),
};
