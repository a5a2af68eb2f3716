/** Makes a page of what came back. */
import { RinglightError } from "../../errors.ts";
import { formOf, type Go } from "./form.ts";
import { attribute, elements, type HtmlNode, type ParseHtml } from "./html.ts";
import type { Page } from "./page.ts";
import { unwritten } from "./unprinted.ts";
import { shown, type Visit } from "./visit.ts";

/** A page and what its scripts read. */
export interface Shown {
  readonly page: Page;
  /** Of `<meta name="csrf-token">`. */
  readonly csrfToken: () => string | undefined;
}

/** Reads the page's HTML when it is asked for. */
export function pageOf(visit: Visit, parse: ParseHtml, go: (from: Page) => Go): Shown {
  const { status, url, headers } = visit;
  const type = headers.get("content-type") ?? "no type";
  const isHtml = /^(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i.test(type);
  let parsed: HtmlNode | undefined;
  const document = () => (parsed ??= parse(visit.text()));
  const page: Page = {
    ...visit,
    form(selector) {
      if (isHtml) return formOf(document(), url, selector, go(page));
      const { pathname } = new URL(url);
      throw new RinglightError("ERR_VISIT", `${pathname} has no form: it answered ${status} with ${type}, no HTML`);
    },
  };
  const csrfToken = () => {
    if (!isHtml) return undefined;
    const meta = [...elements(document())].find(
      (each) => each.tagName === "meta" && attribute(each, "name") === "csrf-token",
    );
    return (meta && attribute(meta, "content")) || undefined;
  };
  return { page: unwritten(page, shown), csrfToken };
}
