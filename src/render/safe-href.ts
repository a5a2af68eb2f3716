/** Where a link may lead: `javascript:` is a script, however well it is escaped. */

const SCHEMES: readonly string[] = ["http:", "https:", "mailto:", "tel:"];

/**
 * The value, if a browser takes it for http, https, mailto, tel or for a place on this site; else `"#"`. Read as browsers
 * do (WHATWG URL): ` java\nscript:` is refused too. It may lead to another host; and it is not escaped: `<%= %>` does that.
 */
export function safeHref(value: unknown): string {
  const href = String(value ?? "");
  return SCHEMES.includes(schemeOf(href)) ? href : "#";
}

/** As a browser would follow it from a page of an https site. */
function schemeOf(href: string): string {
  try {
    return new URL(href, "https://here.invalid").protocol;
  } catch {
    return "";
  }
}
